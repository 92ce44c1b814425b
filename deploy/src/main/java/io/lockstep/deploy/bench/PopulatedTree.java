package io.lockstep.deploy.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.lockstep.mls.BasicCredential;
import io.lockstep.mls.Capabilities;
import io.lockstep.mls.GroupId;
import io.lockstep.mls.SignatureKeyPair;
import io.lockstep.mls.codec.TlsWriter;
import io.lockstep.mls.crypto.CipherSuite;
import io.lockstep.mls.crypto.HpkePublicKey;
import io.lockstep.mls.tree.LeafIndex;
import io.lockstep.mls.tree.LeafNode;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Makes the ratchet tree of a group in which each member has committed once, from left to right,
 * without making the Commits: of a parent node only what the last Commit below it left there can
 * still be seen. That is a key pair, and in its right child the parent hash over the left subtree;
 * the hash that an earlier Commit left in the left child is that of a node long replaced, so any
 * value stands for it. Every key and every signature is genuine.
 */
final class PopulatedTree {
  private final CipherSuite suite;
  private final GroupId group;
  private final Set<Integer> blanks;
  private final SecureRandom random;
  private final List<SignatureKeyPair> signers;
  private final List<HpkePublicKey> keys;
  private final byte[][] nodes;

  /** {@code blanks}: leaves to be left free, for members who join later. */
  PopulatedTree(
      CipherSuite suite, GroupId group, int leaves, Set<Integer> blanks, SecureRandom random) {
    this.suite = suite;
    this.group = group;
    this.blanks = new HashSet<>(blanks);
    this.random = random;
    this.nodes = new byte[2 * leaves - 1][];
    // In parallel: two key pairs a leaf are most of the work.
    this.signers =
        IntStream.range(0, leaves)
            .parallel()
            .mapToObj(i -> SignatureKeyPair.generate(suite, random))
            .toList();
    this.keys =
        IntStream.range(0, nodes.length)
            .parallel()
            .mapToObj(i -> suite.generateHpkeKeyPair(random).publicKey())
            .toList();
  }

  SignatureKeyPair signer(LeafIndex leaf) {
    return signers.get(leaf.value());
  }

  /** As in a ratchet_tree extension (RFC 9420 section 12.4.3.3). */
  byte[] encode() {
    int level = 0;
    while (1 << level < signers.size()) {
      level++;
    }
    build(level, 0, new byte[0]);
    int last = nodes.length - 1;
    while (nodes[last] == null) {
      last--;
    }
    List<Optional<byte[]>> present = new ArrayList<>();
    for (int i = 0; i <= last; i++) {
      present.add(Optional.ofNullable(nodes[i]));
    }
    return new TlsWriter(nodes.length * 160)
        .vector(
            present,
            (out, node) -> {
              out.uint8(node.isPresent() ? 1 : 0);
              node.ifPresent(out::raw);
            })
        .toByteArray();
  }

  /**
   * Fills a subtree and returns its tree hash (section 7.8). {@code carried}: the hash that its
   * highest populated node has as parent_hash.
   */
  private byte[] build(int level, int firstLeaf, byte[] carried) {
    if (level == 0) {
      return leaf(firstLeaf, carried);
    }
    int middle = firstLeaf + (1 << (level - 1));
    boolean both = hasMembers(firstLeaf, middle) && hasMembers(middle, 2 * middle - firstLeaf);
    if (!both) {
      byte[] left = build(level - 1, firstLeaf, carried);
      return parentHash(null, left, build(level - 1, middle, carried));
    }
    HpkePublicKey key = keys.get(2 * middle - 1);
    byte[] content = new TlsWriter(96).put(key).opaque(carried).varint(0).toByteArray();
    nodes[2 * middle - 1] = concat(2, content);
    byte[] left = build(level - 1, firstLeaf, random());
    byte[] input = new TlsWriter(160).put(key).opaque(carried).opaque(left).toByteArray();
    return parentHash(content, left, build(level - 1, middle, suite.hash(input)));
  }

  private byte[] leaf(int index, byte[] parentHash) {
    TlsWriter hashed = new TlsWriter(512).uint8(1).uint32(index);
    if (!hasMembers(index, index + 1)) {
      return suite.hash(hashed.uint8(0).toByteArray());
    }
    byte[] name = ByteBuffer.allocate(16).put("member".getBytes(US_ASCII)).putInt(index).array();
    LeafNode.Content content =
        new LeafNode.Content(
            keys.get(2 * index),
            new BasicCredential(name),
            Capabilities.standard().withGrease(random),
            List.of());
    LeafNode leaf =
        LeafNode.forCommit(content, parentHash, group, new LeafIndex(index), signers.get(index));
    nodes[2 * index] = concat(1, leaf.encode());
    return suite.hash(hashed.uint8(1).put(leaf).toByteArray());
  }

  private byte[] parentHash(byte[] content, byte[] left, byte[] right) {
    TlsWriter out = new TlsWriter(256).uint8(2).uint8(content == null ? 0 : 1);
    return suite.hash(
        out.raw(content == null ? new byte[0] : content).opaque(left).opaque(right).toByteArray());
  }

  private boolean hasMembers(int from, int to) {
    int end = Math.min(to, signers.size());
    for (int leaf = from; leaf < end; leaf++) {
      if (!blanks.contains(leaf)) {
        return true;
      }
    }
    return false;
  }

  private byte[] random() {
    byte[] bytes = new byte[suite.hashLength()];
    random.nextBytes(bytes);
    return bytes;
  }

  private static byte[] concat(int type, byte[] content) {
    return new TlsWriter(content.length + 1).uint8(type).raw(content).toByteArray();
  }
}
