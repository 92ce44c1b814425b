package io.lockstep.chainlog.grpc;

import io.grpc.ManagedChannel;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** One channel per owner's endpoint, as long as a watermark names it. Thread-safe. */
final class OwnerChannels implements AutoCloseable {
  private final Function<String, ManagedChannel> factory;
  private final Map<String, ManagedChannel> open = new HashMap<>();

  OwnerChannels(Function<String, ManagedChannel> factory) {
    this.factory = factory;
  }

  synchronized ManagedChannel to(String endpoint, Set<String> current) {
    ManagedChannel channel = open.get(endpoint);
    if (channel == null) {
      closeOthers(current);
      channel = factory.apply(endpoint);
      open.put(endpoint, channel);
    }
    return channel;
  }

  /** Calls that are under way on a closed channel end by themselves. */
  private void closeOthers(Set<String> current) {
    for (Iterator<Map.Entry<String, ManagedChannel>> it = open.entrySet().iterator();
        it.hasNext(); ) {
      Map.Entry<String, ManagedChannel> channel = it.next();
      if (!current.contains(channel.getKey())) {
        var _ = channel.getValue().shutdown();
        it.remove();
      }
    }
  }

  @Override
  public synchronized void close() {
    open.values().forEach(ManagedChannel::shutdownNow);
    open.clear();
  }
}
