package io.lockstep.mls;

import io.lockstep.mls.RecordKey.Kind;
import io.lockstep.mls.codec.IndexedChanges;
import io.lockstep.mls.codec.TlsReader;
import io.lockstep.mls.codec.TlsWriter;
import io.lockstep.mls.message.GroupContext;
import io.lockstep.mls.tree.RatchetTree;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A stored tracker as records, with the keys of a stored group: what is of constant size, the nodes
 * of the tree, the proposals of the epoch. States that follow from one another share what did not
 * change, so a Commit writes the nodes of its paths.
 */
final class PublicRecords {
  /** Of all records; it stands in the core record. */
  static final int VERSION = 1;

  private PublicRecords() {}

  /** All records of {@code now}, or those in which it differs from {@code before}. */
  static RecordChanges changes(Optional<PublicGroupState> before, PublicGroupState now) {
    RecordChanges changes = new RecordChanges();
    if (before.isEmpty() || !sameCore(before.get(), now)) {
      changes.put(RecordKey.core(), core(now));
    }
    now.tree().changesSince(before.map(PublicGroupState::tree), nodes(changes));
    proposals(before.map(PublicGroupState::proposals).orElse(ProposalCache.EMPTY), now, changes);
    return changes;
  }

  private static boolean sameCore(PublicGroupState before, PublicGroupState now) {
    return same(before.context(), now.context()) && before.sight() == now.sight();
  }

  /** The context is a new object in each epoch, and what else is of the epoch changes with it. */
  private static boolean same(GroupContext before, GroupContext now) {
    return before == now;
  }

  private static byte[] core(PublicGroupState state) {
    return new TlsWriter(1_024)
        .uint8(VERSION)
        .uint32(state.tree().leafCount())
        .put(state.context())
        .put(state.confirmationTag())
        .put(state.phase())
        .uint8(state.sight().id())
        .vector(state.joiners())
        .toByteArray();
  }

  private static IndexedChanges nodes(RecordChanges changes) {
    return new IndexedChanges() {
      @Override
      public void put(long index, byte[] encoded) {
        changes.put(RecordKey.numbered(Kind.TREE_NODE, index), encoded);
      }

      @Override
      public void delete(long index) {
        changes.delete(RecordKey.numbered(Kind.TREE_NODE, index));
      }
    };
  }

  /** Proposals come one by one and go all at once, so those at the same place are the same. */
  private static void proposals(ProposalCache before, PublicGroupState now, RecordChanges changes) {
    List<CachedProposal> old = before.proposals();
    List<CachedProposal> items = now.proposals().proposals();
    for (int i = 0; i < items.size(); i++) {
      if (i >= old.size() || !old.get(i).ref().equals(items.get(i).ref())) {
        changes.put(RecordKey.numbered(Kind.PROPOSAL, i), items.get(i).encode());
      }
    }
    for (int i = items.size(); i < old.size(); i++) {
      changes.delete(RecordKey.numbered(Kind.PROPOSAL, i));
    }
  }

  static PublicGroupState read(Map<RecordKey, byte[]> records) throws MlsException {
    byte[] core = records.get(RecordKey.core());
    if (core == null) {
      throw new MlsException.Malformed("a stored public group without its core record");
    }
    TreeMap<Long, byte[]> nodes = new TreeMap<>();
    TreeMap<Long, byte[]> proposals = new TreeMap<>();
    for (Map.Entry<RecordKey, byte[]> each : records.entrySet()) {
      TlsReader key = new TlsReader(each.getKey().bytes());
      Kind kind = each.getKey().kind();
      key.uint8();
      switch (kind) {
        case CORE -> {}
        case TREE_NODE -> nodes.put(key.uint32(), each.getValue());
        case PROPOSAL -> proposals.put(key.uint32(), each.getValue());
        case MESSAGE_KEYS, PAST_EPOCH, UPDATE_KEY ->
            throw new MlsException.Malformed("record of a member in a stored public group");
      }
    }
    return TlsReader.decodeAll(core, in -> read(in, nodes, proposals));
  }

  private static PublicGroupState read(
      TlsReader in, NavigableMap<Long, byte[]> nodes, NavigableMap<Long, byte[]> proposals)
      throws MlsException {
    int version = in.uint8();
    if (version != VERSION) {
      throw new MlsException.Unsupported("version " + version + " of records of a public group");
    }
    long leafCount = in.uint32();
    GroupContext context = GroupContext.decode(in);
    RatchetTree tree = RatchetTree.ofNodes(context.suite(), leafCount, nodes);
    List<CachedProposal> all = new ArrayList<>();
    for (byte[] each : proposals.values()) {
      all.add(TlsReader.decodeAll(each, CachedProposal::decode));
    }
    return new PublicGroupState(
            context,
            tree,
            ConfirmationTag.decode(in),
            new ProposalCache(all, List.of()),
            GroupState.Phase.decode(in),
            PublicGroupState.Sight.of(in.uint8()),
            in.list(KeyPackageRef::decode))
        .requireOwnTree();
  }
}
