package io.lockstep.mls;

import static io.lockstep.mls.Vectors.hex;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What other implementations did to each other in the interop runs, as a member that only listens
 * (interop/passive of mlswg/mls-implementations, each file as interop-NAME.json beside the
 * vectors). Skipped where the files are not there.
 */
class InteropPassiveVectorTest {
  @ParameterizedTest
  @CsvSource({
    "application, 42",
    "branch, 224",
    "commit, 308",
    "external_join, 42",
    "external_proposals, 196",
    "reinit, 336",
    "welcome_join, 56"
  })
  void everyRecordIsFollowed(String name, int cases) throws Exception {
    JsonNode records = Vectors.load("interop-" + name);
    assertEquals(cases, records.size());
    int followed = 0;
    for (JsonNode record : records) {
      try {
        follow(record);
      } catch (MlsException | RuntimeException e) {
        throw new AssertionError(name + " case " + followed, e);
      }
      followed++;
    }
  }

  private static void follow(JsonNode record) throws MlsException {
    ReceiveContext context = PassiveClientVectorTest.context(record);
    Group group = PassiveClientVectorTest.join(record);
    assertArrayEquals(hex(record.get("initial_epoch_authenticator")), group.epochAuthenticator());
    for (JsonNode epoch : record.get("epochs")) {
      for (JsonNode proposal : epoch.get("proposals")) {
        group = group.process(hex(proposal), context).next();
      }
      group = group.process(hex(epoch.get("commit")), context).next();
      assertArrayEquals(hex(epoch.get("epoch_authenticator")), group.epochAuthenticator());
    }
  }
}
