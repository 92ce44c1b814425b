package io.lockstep.deploy.kafka;

import io.lockstep.chainlog.CodecException;
import io.lockstep.chainlog.Fold;
import io.lockstep.chainlog.LogName;
import io.lockstep.chainlog.kafka.KafkaConnection;
import io.lockstep.chainlog.kafka.LogTopicSpec;
import io.lockstep.directory.DirectoryConfig;
import io.lockstep.directory.DirectoryNode;
import io.lockstep.directory.Registration;
import io.lockstep.directory.law.DirectoryFold;
import io.lockstep.keystore.KeystoreConfig;
import io.lockstep.keystore.KeystoreNode;
import io.lockstep.keystore.law.KeyFold;
import io.lockstep.log.v1.DirectoryEntry;
import io.lockstep.log.v1.KeyEntry;
import io.lockstep.log.v1.StreamEntry;
import io.lockstep.sequencer.SequencerConfig;
import io.lockstep.sequencer.SequencerNode;
import io.lockstep.sequencer.law.StreamFold;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToLongFunction;

/**
 * One of the three logs of a deployment.
 *
 * @param embedded its topics when everything is in one process
 */
record ServiceLog(LogName name, LogTopicSpec embedded, Describer describer) {
  private static final InetSocketAddress ANYWHERE =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  private static final KafkaConnection NOWHERE = KafkaConnection.to("127.0.0.1:1");
  private static final Path NO_DIRECTORY = Path.of("");

  static final List<ServiceLog> ALL =
      List.of(
          new ServiceLog(
              SequencerNode.LOG,
              SequencerConfig.embedded(NOWHERE, NO_DIRECTORY).topics(),
              describer(new StreamFold(), StreamEntry::getTimeMs)),
          new ServiceLog(
              KeystoreNode.LOG,
              KeystoreConfig.embedded(NOWHERE, NO_DIRECTORY, ANYWHERE, NO_DIRECTORY).topics(),
              describer(new KeyFold(), KeyEntry::getTimeMs)),
          new ServiceLog(
              DirectoryNode.LOG,
              DirectoryConfig.embedded(NOWHERE, NO_DIRECTORY, ANYWHERE, Registration.OPEN).topics(),
              describer(new DirectoryFold(), DirectoryEntry::getTimeMs)));

  /** What may be shown of an entry. Empty when this release cannot read it. */
  interface Describer {
    Optional<Description> describe(byte[] entry);
  }

  /**
   * An entry without its payload.
   *
   * @param timeMillis broker append time of the submission, since 1970
   * @param facts kind, verdict and what else the fold's headers say
   */
  record Description(String key, long timeMillis, Map<String, String> facts) {}

  private static <S, C, E> Describer describer(Fold<S, C, E> fold, ToLongFunction<E> timeMillis) {
    return bytes -> {
      try {
        E entry = fold.entries().decode(bytes);
        return Optional.of(
            new Description(
                fold.entryKey(entry), timeMillis.applyAsLong(entry), fold.headers(entry)));
      } catch (CodecException newerRelease) {
        return Optional.empty();
      }
    };
  }

  static Optional<ServiceLog> named(String name) {
    return ALL.stream().filter(log -> log.name().name().equals(name)).findFirst();
  }

  static List<String> names() {
    return ALL.stream().map(log -> log.name().name()).toList();
  }
}
