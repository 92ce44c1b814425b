package io.lockstep.sequencer.dispatch.kafka;

import io.lockstep.chainlog.ChainFollower;
import io.lockstep.chainlog.ChainPosition;
import io.lockstep.chainlog.CodecException;
import io.lockstep.chainlog.Link;
import io.lockstep.chainlog.LogName;
import io.lockstep.chainlog.LogStart;
import io.lockstep.log.v1.StreamEntry;
import io.lockstep.sequencer.dispatch.DispatchProgress;
import io.lockstep.sequencer.dispatch.Invitations;
import io.lockstep.sequencer.law.StreamFold;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The dispatcher from joining its group until something fails. One thread.
 *
 * <pre>
 *   poll ─▶ reader's rule ─▶ invitations ─▶ submissions ─▶ all durable? ─▶ commit offset + chain head
 * </pre>
 *
 * Progress is committed only behind invitations that are durable. Whatever happens in between is
 * done again after a failure, with the same submission ids.
 */
final class DispatchSession implements ConsumerRebalanceListener {
  private static final Logger LOG = LoggerFactory.getLogger(DispatchSession.class);
  private static final Duration POLL_MAX = Duration.ofMillis(200);
  private static final long COMMIT_EVERY_MILLIS = 500;

  private final Consumer<byte[], byte[]> consumer;
  private final Mailing mailing;
  private final StartPlaces starts;
  private final LogName log;
  private final Tally tally;
  private final StreamFold fold = new StreamFold();
  private final Map<TopicPartition, ChainFollower> followers = new HashMap<>();
  private final Set<TopicPartition> moved = new HashSet<>();
  private long committedNanos = System.nanoTime();
  private boolean settled = true;

  DispatchSession(
      Consumer<byte[], byte[]> consumer,
      Mailing mailing,
      StartPlaces starts,
      LogName log,
      Tally tally) {
    this.consumer = consumer;
    this.mailing = mailing;
    this.starts = starts;
    this.log = log;
    this.tally = tally;
  }

  void join() {
    consumer.subscribe(Set.of(log.log()), this);
  }

  /** One round: whether progress was committed. Whatever it throws ends the session. */
  boolean step() {
    ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL_MAX);
    settled = false;
    boolean sent = false;
    for (ConsumerRecord<byte[], byte[]> record : records) {
      sent |= read(record);
    }
    if (sent) {
      mailing.await();
    }
    settled = true;
    long sinceCommit = (System.nanoTime() - committedNanos) / 1_000_000;
    boolean due = !moved.isEmpty() && (sent || sinceCommit >= COMMIT_EVERY_MILLIS);
    if (due) {
      commit();
    }
    return due;
  }

  /** Leaves with all progress committed. */
  void leave() {
    commit();
    consumer.close();
  }

  private boolean read(ConsumerRecord<byte[], byte[]> record) {
    TopicPartition partition = new TopicPartition(record.topic(), record.partition());
    ChainFollower follower = followers.get(partition);
    if (follower == null) {
      return false;
    }
    return switch (follower.read(record.offset(), record.value())) {
      case ChainFollower.Skipped skipped -> false;
      case ChainFollower.Stuck stuck -> throw startOver(partition, stuck.why());
      case ChainFollower.Accepted accepted -> {
        moved.add(partition);
        yield switch (accepted.link().body()) {
          case Link.VersionBody version -> false;
          case Link.EntryBody body -> invite(decode(body));
        };
      }
    };
  }

  private boolean invite(StreamEntry entry) {
    if (!Invitations.isInviting(entry)) {
      return false;
    }
    tally.commits.incrementAndGet();
    Invitations.each(entry, mailing::send);
    return true;
  }

  private StreamEntry decode(Link.EntryBody body) {
    try {
      return fold.entries().decode(body.bytes().toByteArray());
    } catch (CodecException e) {
      throw new IllegalStateException("this release cannot read an entry of " + log, e);
    }
  }

  /**
   * The log is not the one that was followed: Kafka has lost acknowledged records, or is another
   * cluster. Welcomes that come a second time do no harm; one that never comes would.
   */
  private IllegalStateException startOver(TopicPartition partition, String why) {
    tally.stuck.incrementAndGet();
    LOG.error(
        "{} cannot be followed and is dispatched again from its beginning: {}", partition, why);
    // START, also when the log's beginning is gone: the next session begins with what there is.
    consumer.commitSync(
        Map.of(partition, new OffsetAndMetadata(0, DispatchProgress.encode(ChainPosition.START))));
    return new IllegalStateException("stuck in " + partition + ": " + why);
  }

  private void commit() {
    Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
    for (TopicPartition partition : moved) {
      ChainPosition position = followers.get(partition).position();
      offsets.put(
          partition,
          new OffsetAndMetadata(position.logOffset() + 1, DispatchProgress.encode(position)));
    }
    moved.clear();
    committedNanos = System.nanoTime();
    if (offsets.isEmpty()) {
      return;
    }
    try {
      consumer.commitSync(offsets);
    } catch (CommitFailedException | RebalanceInProgressException e) {
      // Another member has these partitions, or soon will, and does what was not committed again.
      LOG.debug("progress was not committed", e);
    }
  }

  @Override
  public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
    Map<TopicPartition, OffsetAndMetadata> committed =
        consumer.committed(new HashSet<>(partitions));
    for (TopicPartition partition : partitions) {
      OffsetAndMetadata progress = committed.get(partition);
      ChainPosition from =
          progress == null
              ? ChainPosition.START
              : DispatchProgress.decode(progress.metadata()).orElse(ChainPosition.START);
      ChainFollower follower = start(partition, from).follower();
      followers.put(partition, follower);
      consumer.seek(partition, follower.firstOffset());
    }
  }

  /** After the progress, or where the log still has something after it. */
  private LogStart start(TopicPartition partition, ChainPosition progress) {
    Optional<LogStart> next = starts.after(partition.partition(), progress);
    if (next.isPresent()) {
      return next.get();
    }
    LogStart oldest = starts.oldest(partition.partition());
    // Nothing was missed when the newest entry that is known was dispatched.
    if (oldest.position().source() > progress.source()) {
      tally.stuck.incrementAndGet();
      LOG.error(
          "{} was dispatched up to offset {}, but retention has removed what comes after it:"
              + " Welcomes of Commits up to offset {} are lost, unless they were dispatched before",
          partition,
          progress.logOffset(),
          oldest.position().logOffset());
    }
    return oldest;
  }

  @Override
  public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
    // Closing the consumer comes here too, also after a failure; then what was read is not done.
    if (settled) {
      commit();
    }
    forget(partitions);
  }

  @Override
  public void onPartitionsLost(Collection<TopicPartition> partitions) {
    forget(partitions);
  }

  private void forget(Collection<TopicPartition> partitions) {
    for (TopicPartition partition : partitions) {
      followers.remove(partition);
      moved.remove(partition);
    }
  }
}
