package io.lockstep.mls.interop;

import io.lockstep.mls.ContentType;
import io.lockstep.mls.Extension;
import io.lockstep.mls.GroupId;
import io.lockstep.mls.GroupInfoContent;
import io.lockstep.mls.WireFormat;
import io.lockstep.mls.message.Proposal;
import io.lockstep.mls.tree.LeafIndex;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bouncycastle.crypto.AsymmetricCipherKeyPair;
import org.bouncycastle.mls.TreeKEM.LeafNode;
import org.bouncycastle.mls.TreeKEM.LifeTime;
import org.bouncycastle.mls.TreeKEM.TreeKEMPublicKey;
import org.bouncycastle.mls.codec.Capabilities;
import org.bouncycastle.mls.codec.Credential;
import org.bouncycastle.mls.codec.KeyPackage;
import org.bouncycastle.mls.codec.MLSInputStream;
import org.bouncycastle.mls.codec.MLSMessage;
import org.bouncycastle.mls.codec.MLSOutputStream;
import org.bouncycastle.mls.crypto.MlsCipherSuite;
import org.bouncycastle.mls.crypto.Secret;
import org.bouncycastle.mls.protocol.Group;

/**
 * A client of bcmls. It makes every Commit with a path: without one, bcmls members that were added
 * fall out of step. Its groups must all stay in one thread, since its suites share state.
 */
final class BcPeer implements Peer {
  private static final byte[] NONE = {};

  // A member that is to be removed hears of it as an error.
  private static final String OWN_REMOVAL = "Invalid proposal list";
  private static final String OWN_REMOVAL_PROPOSED = "Invalid proposal";

  private final Setup setup;
  private final SecureRandom random;
  private final MlsCipherSuite suite;
  private final AsymmetricCipherKeyPair signature;
  private final byte[] signaturePrivate;
  private final Map<Secret, byte[]> psks = new HashMap<>();
  private AsymmetricCipherKeyPair initKey;
  private AsymmetricCipherKeyPair leafKey;
  private KeyPackage keyPackage;
  private Group group;
  private boolean leaving;

  BcPeer(Setup setup, SecureRandom random) throws Exception {
    this.setup = setup;
    this.random = random;
    this.suite = MlsCipherSuite.getSuite((short) setup.suite().id());
    this.signature = suite.generateSignatureKeyPair();
    this.signaturePrivate = suite.serializeSignaturePrivateKey(signature.getPrivate());
  }

  @Override
  public Setup setup() {
    return setup;
  }

  @Override
  public byte[] keyPackage() throws Exception {
    initKey = suite.getHPKE().generatePrivateKey();
    leafKey = suite.getHPKE().generatePrivateKey();
    keyPackage =
        new KeyPackage(suite, publicBytes(initKey), newLeaf(), List.of(), signaturePrivate);
    return MLSOutputStream.encode(MLSMessage.keyPackage(keyPackage));
  }

  private LeafNode newLeaf() throws Exception {
    return new LeafNode(
        suite,
        publicBytes(leafKey),
        suite.serializeSignaturePublicKey(signature.getPublic()),
        Credential.forBasic(setup.name().getBytes(StandardCharsets.UTF_8)),
        new Capabilities(),
        new LifeTime(),
        List.of(),
        signaturePrivate);
  }

  @Override
  public void create(GroupId id, List<Extension> extensions) throws Exception {
    leafKey = suite.getHPKE().generatePrivateKey();
    group = new Group(id.bytes(), suite, leafKey, signaturePrivate, newLeaf(), List.of());
  }

  @Override
  public void knowPsk(byte[] id, byte[] value) {
    psks.put(new Secret(id.clone()), value.clone());
    if (group != null) {
      group.insertExternalPsk(new Secret(id.clone()), value.clone());
    }
  }

  @Override
  public void join(byte[] welcome, Optional<byte[]> ratchetTree) throws Exception {
    byte[] initPrivate = suite.getHPKE().serializePrivateKey(initKey.getPrivate());
    group =
        new Group(
            initPrivate,
            leafKey,
            signaturePrivate,
            keyPackage,
            message(welcome).welcome,
            tree(ratchetTree),
            psks,
            new HashMap<>());
  }

  @Override
  public byte[] joinExternally(byte[] groupInfo, Optional<byte[]> ratchetTree) throws Exception {
    org.bouncycastle.mls.TreeKEM.LeafIndex old = group == null ? null : group.getIndex();
    keyPackage();
    Group.GroupWithMessage joined =
        Group.externalJoin(
            freshSecret(),
            signature,
            keyPackage,
            message(groupInfo).groupInfo,
            tree(ratchetTree),
            new Group.MessageOptions(false, NONE, 0),
            old,
            psks);
    group = joined.group;
    return MLSOutputStream.encode(joined.message);
  }

  @Override
  public byte[] groupInfo(GroupInfoContent content) throws Exception {
    return MLSOutputStream.encode(group.getGroupInfo(content == GroupInfoContent.WITH_TREE));
  }

  @Override
  public byte[] ratchetTree() throws Exception {
    return MLSOutputStream.encode(group.getTree());
  }

  @Override
  public Made commit(Plan plan, byte[] authenticatedData) throws Exception {
    List<org.bouncycastle.mls.codec.Proposal> proposals = new ArrayList<>();
    for (Proposal each : plan.proposals()) {
      proposals.add(proposal(each));
    }
    Group.GroupWithMessage made =
        group.commit(
            freshSecret(),
            new Group.CommitOptions(
                proposals,
                plan.welcome() == GroupInfoContent.WITH_TREE,
                true,
                new Group.LeafNodeOptions()),
            options(plan.framing(), authenticatedData),
            new Group.CommitParameters(Group.NORMAL_COMMIT_PARAMS));
    group = made.group;
    Optional<byte[]> welcome = Optional.empty();
    if (made.message.welcome != null) {
      MLSMessage message = new MLSMessage(org.bouncycastle.mls.codec.WireFormat.mls_welcome);
      message.welcome = made.message.welcome;
      welcome = Optional.of(MLSOutputStream.encode(message));
    }
    return new Made(MLSOutputStream.encode(made.message), welcome);
  }

  @Override
  public byte[] propose(Proposal proposal, WireFormat framing) throws Exception {
    if (!(proposal instanceof Proposal.Remove(LeafIndex removed))) {
      throw new UnsupportedOperationException("only removals are proposed here");
    }
    // Here bcmls counts members, not leaves.
    int place = 0;
    for (int leaf = 0; leaf < removed.value(); leaf++) {
      if (group.getTree().hasLeaf(new org.bouncycastle.mls.TreeKEM.LeafIndex(leaf))) {
        place++;
      }
    }
    return own(
        group.remove(new org.bouncycastle.mls.TreeKEM.LeafIndex(place), options(framing, NONE)));
  }

  @Override
  public byte[] proposeUpdate(WireFormat framing) throws Exception {
    org.bouncycastle.mls.codec.Proposal update =
        group.updateProposal(suite.getHPKE().generatePrivateKey(), new Group.LeafNodeOptions());
    return own(group.update(update, options(framing, NONE)));
  }

  /** A client of bcmls knows its own proposal only once it has handled it. */
  private byte[] own(MLSMessage proposal) throws Exception {
    byte[] bytes = MLSOutputStream.encode(proposal);
    group.handle(bytes, null);
    return bytes;
  }

  @Override
  public Received process(byte[] bytes) throws Exception {
    MLSMessage message = message(bytes);
    return switch (message.getContentType()) {
      case APPLICATION -> {
        byte[][] read = group.unprotect(message);
        yield new Received(ContentType.APPLICATION, read[1], read[0], true);
      }
      case PROPOSAL -> {
        leaving |= refuses(bytes, OWN_REMOVAL_PROPOSED);
        yield new Received(ContentType.PROPOSAL, NONE, NONE, true);
      }
      case COMMIT ->
          new Received(ContentType.COMMIT, NONE, NONE, !leaving && !refuses(bytes, OWN_REMOVAL));
      case RESERVED -> throw new AssertionError("no such content");
    };
  }

  /** Handles it; true if bcmls will not since it is about its own removal. */
  private boolean refuses(byte[] message, String ownRemoval) throws Exception {
    try {
      Group next = group.handle(message, null);
      group = next == null ? group : next;
      return false;
    } catch (Exception e) {
      if (ownRemoval.equals(e.getMessage())) {
        return true;
      }
      throw e;
    }
  }

  @Override
  public byte[] protect(byte[] data, byte[] authenticatedData) throws Exception {
    return MLSOutputStream.encode(group.protect(authenticatedData, data, setup.padding()));
  }

  @Override
  public LeafIndex leaf() {
    return new LeafIndex(group.getIndex().value());
  }

  @Override
  public Standing standing() throws Exception {
    HexFormat hex = HexFormat.of();
    return new Standing(
        group.getEpoch(),
        hex.formatHex(group.getEpochAuthenticator()),
        hex.formatHex(group.getTree().getRootHash()),
        hex.formatHex(
            group.getKeySchedule().MLSExporter(EXPORT_LABEL, EXPORT_CONTEXT, EXPORT_LENGTH)));
  }

  private Secret freshSecret() {
    byte[] bytes = new byte[setup.suite().hashLength()];
    random.nextBytes(bytes);
    return new Secret(bytes);
  }

  private byte[] publicBytes(AsymmetricCipherKeyPair pair) {
    return suite.getHPKE().serializePublicKey(pair.getPublic());
  }

  private TreeKEMPublicKey tree(Optional<byte[]> encoded) throws Exception {
    if (encoded.isEmpty()) {
      return null;
    }
    TreeKEMPublicKey tree =
        (TreeKEMPublicKey) MLSInputStream.decode(encoded.get(), TreeKEMPublicKey.class);
    tree.setSuite(suite);
    tree.setHashAll();
    return tree;
  }

  private static Group.MessageOptions options(WireFormat framing, byte[] authenticatedData) {
    return new Group.MessageOptions(framing == WireFormat.PRIVATE_MESSAGE, authenticatedData, 0);
  }

  private static org.bouncycastle.mls.codec.Proposal proposal(Proposal ours) throws Exception {
    return (org.bouncycastle.mls.codec.Proposal)
        MLSInputStream.decode(ours.encode(), org.bouncycastle.mls.codec.Proposal.class);
  }

  private static MLSMessage message(byte[] bytes) throws Exception {
    return (MLSMessage) MLSInputStream.decode(bytes, MLSMessage.class);
  }
}
