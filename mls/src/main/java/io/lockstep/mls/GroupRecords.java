package io.lockstep.mls;

import io.lockstep.mls.RecordKey.Kind;
import io.lockstep.mls.codec.Encodable;
import io.lockstep.mls.codec.IndexedChanges;
import io.lockstep.mls.codec.TlsWriter;
import io.lockstep.mls.crypto.HpkeKeyPair;
import io.lockstep.mls.schedule.SecretTree;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * A stored group as records: finds those in which two states differ. States that follow from one
 * another share what did not change, so only what is not the same object is looked at: a few nodes
 * after a Commit, one after a message. Of {@code before} nothing secret is read.
 */
final class GroupRecords {
  /** Of all records; it stands in the core record. */
  static final int VERSION = 1;

  private final Optional<GroupState> before;
  private final GroupState now;
  private final RecordChanges changes = new RecordChanges();

  private GroupRecords(Optional<GroupState> before, GroupState now) {
    this.before = before;
    this.now = now;
  }

  /** All records of a state. */
  static RecordChanges of(GroupState now) {
    return new GroupRecords(Optional.empty(), now).changes();
  }

  static RecordChanges between(GroupState before, GroupState now) {
    return new GroupRecords(Optional.of(before), now).changes();
  }

  private RecordChanges changes() {
    if (!sameCore()) {
      changes.put(RecordKey.core(), core());
    }
    now.tree().changesSince(before.map(GroupState::tree), numbered(Kind.TREE_NODE));
    messageKeys();
    pastEpochs();
    list(Kind.PROPOSAL, ProposalCache::proposals, Encodable::encode);
    list(Kind.UPDATE_KEY, ProposalCache::updateKeys, GroupRecords::encoded);
    return changes;
  }

  private boolean sameCore() {
    return before.isPresent()
        && before.get().context() == now.context()
        && before.get().ownKeys() == now.ownKeys()
        && before.get().signer() == now.signer()
        && before.get().secrets() == now.secrets()
        && before.get().phase().equals(now.phase());
  }

  private byte[] core() {
    return new TlsWriter(2_048)
        .uint8(VERSION)
        .uint32(now.tree().leafCount())
        .put(now.context())
        .put(now.ownKeys())
        .opaque(now.signer().encode())
        .put(now.secrets())
        .put(now.phase())
        .toByteArray();
  }

  /** An epoch that ends keeps its secret tree, and with it the records of that. */
  private void messageKeys() {
    Map<Long, SecretTree> ended =
        before.map(GroupRecords::messageKeysByEpoch).orElseGet(TreeMap::new);
    messageKeysByEpoch(now)
        .forEach(
            (epoch, keys) ->
                keys.changesSince(Optional.ofNullable(ended.remove(epoch)), ofEpoch(epoch)));
    ended.forEach((epoch, keys) -> keys.deleteAll(ofEpoch(epoch)));
  }

  private static Map<Long, SecretTree> messageKeysByEpoch(GroupState state) {
    Map<Long, SecretTree> keys = new TreeMap<>();
    keys.put(state.context().epoch(), state.messageKeys());
    state
        .past()
        .newestFirst()
        .forEach(past -> keys.put(past.context().epoch(), past.messageKeys()));
    return keys;
  }

  private void pastEpochs() {
    Map<Long, PastEpoch> dropped = new TreeMap<>();
    before.ifPresent(
        state ->
            state.past().newestFirst().forEach(past -> dropped.put(past.context().epoch(), past)));
    for (PastEpoch past : now.past().newestFirst()) {
      PastEpoch stored = dropped.remove(past.context().epoch());
      boolean unchanged =
          stored != null
              && stored.context() == past.context()
              && IndexedChanges.same(stored.changed(), past.changed());
      if (!unchanged) {
        changes.put(RecordKey.ofEpoch(past.context().epoch()), past.encodeWithoutKeys());
      }
    }
    dropped.keySet().forEach(epoch -> changes.delete(RecordKey.ofEpoch(epoch)));
  }

  private <T> void list(
      Kind kind, Function<ProposalCache, List<T>> list, Function<T, byte[]> encode) {
    List<T> old = before.map(state -> list.apply(state.proposals())).orElse(List.of());
    List<T> items = list.apply(now.proposals());
    for (int i = 0; i < items.size(); i++) {
      if (i >= old.size() || !IndexedChanges.same(old.get(i), items.get(i))) {
        changes.put(RecordKey.numbered(kind, i), encode.apply(items.get(i)));
      }
    }
    for (int i = items.size(); i < old.size(); i++) {
      changes.delete(RecordKey.numbered(kind, i));
    }
  }

  private static byte[] encoded(HpkeKeyPair keys) {
    return new TlsWriter().opaque(keys.privateKey().expose()).put(keys.publicKey()).toByteArray();
  }

  private IndexedChanges numbered(Kind kind) {
    return into(index -> RecordKey.numbered(kind, index));
  }

  private IndexedChanges ofEpoch(long epoch) {
    return into(node -> RecordKey.messageKeys(epoch, node));
  }

  private IndexedChanges into(Function<Long, RecordKey> key) {
    return new IndexedChanges() {
      @Override
      public void put(long index, byte[] encoded) {
        changes.put(key.apply(index), encoded);
      }

      @Override
      public void delete(long index) {
        changes.delete(key.apply(index));
      }
    };
  }
}
