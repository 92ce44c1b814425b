package io.lockstep.sequencer.dispatch.kafka;

import io.lockstep.chainlog.LogName;
import io.lockstep.chainlog.kafka.KafkaConnection;
import io.lockstep.chainlog.kafka.StartLookup;
import io.lockstep.sequencer.dispatch.Backoff;
import io.lockstep.sequencer.law.StreamFold;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings each joiner its part of the Welcome: follows the log, and for every accepted Commit hands
 * in one inbox item per joiner. At least once; the duplicate rule of the inboxes makes it exactly
 * once, unless a dispatcher comes back with old progress after the duplicate window of 24 hours has
 * passed.
 *
 * <p>All dispatchers of a log are one consumer group ({@link #groupOf}), so that Kafka spreads the
 * partitions over them and its tools show the lag. The head of the chain stands in the metadata of
 * each committed offset. A failure, of whatever kind, ends the session with Kafka; after a bounded
 * pause a new one begins where progress was committed last; if retention has removed that from the
 * log, it says so loudly and begins with what there is.
 */
public final class WelcomeDispatcher implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(WelcomeDispatcher.class);
  private static final Duration PAUSE_FIRST = Duration.ofMillis(100);
  private static final Duration PAUSE_MAX = Duration.ofSeconds(10);
  private static final Duration CLOSE_MAX = Duration.ofSeconds(5);
  private static final Duration ABANDON_MAX = Duration.ofSeconds(1);

  private final KafkaConnection kafka;
  private final LogName log;
  private final Tally tally = new Tally();
  private final Backoff backoff = new Backoff(PAUSE_FIRST, PAUSE_MAX);
  private final CountDownLatch stop = new CountDownLatch(1);
  private final Thread thread;

  private WelcomeDispatcher(KafkaConnection kafka, LogName log) {
    this.kafka = kafka;
    this.log = log;
    this.thread = Thread.ofPlatform().name("dispatcher-" + log).unstarted(this::run);
  }

  /** The log's topics must exist. Kafka need not answer at this moment. */
  public static WelcomeDispatcher start(KafkaConnection kafka, LogName log) {
    WelcomeDispatcher dispatcher = new WelcomeDispatcher(kafka, log);
    dispatcher.thread.start();
    return dispatcher;
  }

  /** Name of the consumer group of a log's dispatchers. */
  public static String groupOf(LogName log) {
    return log.name() + ".dispatcher";
  }

  public DispatcherCounts counts() {
    return tally.counts();
  }

  /** Commits progress and leaves the group; gives up on Kafka after a few seconds. */
  @Override
  public void close() {
    stop.countDown();
    try {
      if (!thread.join(CLOSE_MAX)) {
        thread.interrupt();
        var _ = thread.join(CLOSE_MAX);
      }
    } catch (InterruptedException e) {
      thread.interrupt();
      Thread.currentThread().interrupt();
    }
  }

  private boolean isStopped() {
    return stop.getCount() == 0;
  }

  private void run() {
    while (!isStopped()) {
      try {
        session();
      } catch (RuntimeException e) {
        if (isStopped()) {
          LOG.debug("the dispatcher stopped in the middle of its work", e);
          return;
        }
        tally.failures.incrementAndGet();
        Duration pause = backoff.afterFailure();
        LOG.warn("dispatching begins anew in {} ms", pause.toMillis(), e);
        if (!pause(pause)) {
          return;
        }
      }
    }
  }

  private void session() {
    Consumer<byte[], byte[]> consumer = DispatchClients.consumer(kafka, groupOf(log));
    try (Producer<byte[], byte[]> producer = DispatchClients.producer(kafka);
        StartLookup lookup = StartLookup.open(kafka, log)) {
      try {
        Mailing mailing = new Mailing(producer, new StreamFold().commands(), log, tally);
        DispatchSession session =
            new DispatchSession(consumer, mailing, new LookedUpPlaces(lookup), log, tally);
        session.join();
        while (!isStopped()) {
          if (session.step()) {
            backoff.afterSuccess();
          }
        }
        session.leave();
      } catch (RuntimeException e) {
        // What is in flight is handed in again, so nobody waits for it.
        producer.close(Duration.ZERO);
        throw e;
      }
    } finally {
      consumer.close(CloseOptions.timeout(ABANDON_MAX));
    }
  }

  private boolean pause(Duration pause) {
    try {
      return !stop.await(pause.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
