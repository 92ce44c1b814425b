package io.lockstep.mls;

import io.lockstep.mls.codec.Encodable;
import io.lockstep.mls.codec.TlsReader;
import io.lockstep.mls.codec.TlsWriter;
import io.lockstep.mls.tree.LeafIndex;
import io.lockstep.mls.tree.RatchetTree;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The last few epochs, newest first. Immutable. */
record PastEpochs(List<PastEpoch> newestFirst) implements Encodable {
  static final PastEpochs NONE = new PastEpochs(List.of());

  PastEpochs {
    newestFirst = List.copyOf(newestFirst);
  }

  /** No more than {@code max}: the oldest ones are dropped, and with them their keys. */
  PastEpochs with(PastEpoch newest, int max) {
    List<PastEpoch> epochs = new ArrayList<>();
    epochs.add(newest);
    epochs.addAll(newestFirst);
    return new PastEpochs(epochs.subList(0, Math.min(epochs.size(), max)));
  }

  Optional<PastEpoch> find(long epoch) {
    return newestFirst.stream().filter(past -> past.context().epoch() == epoch).findFirst();
  }

  PastEpochs replace(PastEpoch changed) {
    return new PastEpochs(
        newestFirst.stream()
            .map(past -> past.context().epoch() == changed.context().epoch() ? changed : past)
            .toList());
  }

  /**
   * Who sat at a leaf in a past epoch: what the first change since then replaced, or else who sits
   * there now.
   */
  Optional<Member> member(long epoch, LeafIndex leaf, RatchetTree current) {
    for (PastEpoch past : newestFirst.reversed()) {
      if (Long.compareUnsigned(past.context().epoch(), epoch) >= 0
          && past.changed().containsKey(leaf)) {
        return past.changed().get(leaf);
      }
    }
    return current.leaf(leaf).map(node -> Member.of(leaf, node));
  }

  /** One above the highest leaf that a Commit has changed since. */
  int changedLeavesEnd() {
    return newestFirst.stream()
        .flatMap(past -> past.changed().keySet().stream())
        .mapToInt(leaf -> leaf.value() + 1)
        .max()
        .orElse(0);
  }

  static PastEpochs decode(TlsReader in) throws MlsException {
    return new PastEpochs(in.list(PastEpoch::decode));
  }

  @Override
  public void encodeTo(TlsWriter out) {
    out.vector(newestFirst);
  }
}
