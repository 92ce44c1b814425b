package io.lockstep.chainlog.owner;

import com.google.protobuf.ByteString;
import io.lockstep.chainlog.CounterFold;
import io.lockstep.chainlog.Partitions;
import io.lockstep.chainlog.simulation.SimulatedWorld;
import io.lockstep.chainlog.simulation.Workload;
import io.lockstep.log.v1.SubmissionRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Additions to a few counters, with every kind of flaw now and then. */
final class CounterWorkload implements Workload {
  static final int PARTITIONS = 2;

  private static final int KEYS = 5;

  private final Random random;
  private final List<String> keys = new ArrayList<>();
  private final String foreignKey;

  CounterWorkload(Random random) {
    this.random = random;
    String foreign = "";
    for (int i = 0; keys.size() < KEYS || foreign.isEmpty(); i++) {
      String key = "k" + i;
      if (Partitions.of(key, PARTITIONS) == SimulatedWorld.PARTITION) {
        keys.add(key);
      } else {
        foreign = key;
      }
    }
    this.foreignKey = foreign;
  }

  @Override
  public Submission next(long offset) {
    String key = keys.get(random.nextInt(keys.size()));
    ByteString value =
        switch (random.nextInt(24)) {
          case 0 -> command("not a command");
          case 1 ->
              SubmissionRecord.newBuilder()
                  .setFoldVersion(1 + random.nextInt(2))
                  .build()
                  .toByteString();
          case 2 -> {
            key = foreignKey;
            yield command(foreignKey + "|1");
          }
          case 3 -> command(key + "|-5");
          case 4 -> command(key + "|" + CounterFold.RESET);
          case 5 -> ByteString.copyFromUtf8("no record");
          default -> command(key + "|" + (1 + random.nextInt(9)));
        };
    return new Submission(offset, 1_000_000 + offset, key, value);
  }

  private static ByteString command(String text) {
    return SubmissionRecord.newBuilder()
        .setCommand(ByteString.copyFromUtf8(text))
        .build()
        .toByteString();
  }
}
