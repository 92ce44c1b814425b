package io.lockstep.mls;

import io.lockstep.mls.RecordKey.Kind;
import io.lockstep.mls.codec.TlsReader;
import io.lockstep.mls.crypto.CipherSuite;
import io.lockstep.mls.crypto.HpkeKeyPair;
import io.lockstep.mls.crypto.HpkePublicKey;
import io.lockstep.mls.crypto.Secret;
import io.lockstep.mls.message.GroupContext;
import io.lockstep.mls.schedule.EpochSecrets;
import io.lockstep.mls.schedule.SecretTree;
import io.lockstep.mls.tree.PrivateTree;
import io.lockstep.mls.tree.RatchetTree;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Reads the records that {@link GroupRecords} wrote. Verifies no signature: they were verified
 * before they were stored. The tree hash is compared with the stored GroupContext, so that records
 * of two different states are found out.
 */
final class StoredRecords {
  private final TreeMap<Long, byte[]> treeNodes = new TreeMap<>();
  private final TreeMap<Long, TreeMap<Long, byte[]>> messageKeys = new TreeMap<>();
  private final TreeMap<Long, byte[]> pastEpochs = new TreeMap<>();
  private final TreeMap<Long, byte[]> proposals = new TreeMap<>();
  private final TreeMap<Long, byte[]> updateKeys = new TreeMap<>();
  private byte[] core;

  private StoredRecords() {}

  static GroupState read(Map<RecordKey, byte[]> records) throws MlsException {
    StoredRecords stored = new StoredRecords();
    for (Map.Entry<RecordKey, byte[]> each : records.entrySet()) {
      stored.sort(each.getKey(), each.getValue());
    }
    if (stored.core == null) {
      throw new MlsException.Malformed("a stored group without its core record");
    }
    return TlsReader.decodeAll(stored.core, stored::group);
  }

  private void sort(RecordKey key, byte[] value) throws MlsException {
    Kind kind = key.kind();
    TlsReader rest = new TlsReader(key.bytes());
    rest.uint8();
    switch (kind) {
      case CORE -> core = value;
      case TREE_NODE -> treeNodes.put(rest.uint32(), value);
      case MESSAGE_KEYS ->
          messageKeys
              .computeIfAbsent(rest.uint64(), epoch -> new TreeMap<>())
              .put(rest.uint32(), value);
      case PAST_EPOCH -> pastEpochs.put(rest.uint64(), value);
      case PROPOSAL -> proposals.put(rest.uint32(), value);
      case UPDATE_KEY -> updateKeys.put(rest.uint32(), value);
    }
  }

  private GroupState group(TlsReader in) throws MlsException {
    int version = in.uint8();
    if (version != GroupRecords.VERSION) {
      throw new MlsException.Unsupported("version " + version + " of a group stored as records");
    }
    long leafCount = in.uint32();
    GroupContext context = GroupContext.decode(in);
    CipherSuite suite = context.suite();
    RatchetTree tree = RatchetTree.ofNodes(suite, leafCount, treeNodes);
    if (!MessageDigest.isEqual(tree.treeHash(), context.treeHash())) {
      throw new MlsException.Malformed("stored records are not all of one state");
    }
    GroupState state =
        new GroupState(
            context,
            tree,
            PrivateTree.decode(suite, in),
            SignatureKeyPair.decode(in.opaque()),
            EpochSecrets.decode(in),
            messageKeys(context.epoch()),
            proposals(),
            past(),
            GroupState.Phase.decode(in));
    if (tree.leaf(state.self()).isEmpty()) {
      throw new MlsException.Malformed("own leaf of a stored group is blank");
    }
    if (!messageKeys.isEmpty()) {
      throw new MlsException.Malformed("stored message keys of an epoch that is not kept");
    }
    return state;
  }

  /** Each epoch's can be taken once. */
  private SecretTree messageKeys(long epoch) throws MlsException.Malformed {
    TreeMap<Long, byte[]> nodes = messageKeys.remove(epoch);
    if (nodes == null) {
      throw new MlsException.Malformed("a stored epoch without its message keys");
    }
    return SecretTree.ofNodes(nodes);
  }

  private PastEpochs past() throws MlsException {
    List<PastEpoch> epochs = new ArrayList<>();
    for (Map.Entry<Long, byte[]> each : pastEpochs.entrySet()) {
      SecretTree keys = messageKeys(each.getKey());
      epochs.add(TlsReader.decodeAll(each.getValue(), in -> PastEpoch.decode(in, keys)));
    }
    epochs.sort((a, b) -> Long.compareUnsigned(b.context().epoch(), a.context().epoch()));
    return new PastEpochs(epochs);
  }

  private ProposalCache proposals() throws MlsException {
    List<CachedProposal> all = new ArrayList<>();
    for (byte[] each : proposals.values()) {
      all.add(TlsReader.decodeAll(each, CachedProposal::decode));
    }
    List<HpkeKeyPair> keys = new ArrayList<>();
    for (byte[] each : updateKeys.values()) {
      keys.add(
          TlsReader.decodeAll(
              each, in -> new HpkeKeyPair(Secret.take(in.opaque()), HpkePublicKey.decode(in))));
    }
    return new ProposalCache(all, keys);
  }
}
