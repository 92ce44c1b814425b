package io.lockstep.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.Status;
import io.lockstep.api.v1.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class ErrorContractTest {
  private static final Pattern ROW = Pattern.compile("^\\| `([A-Z_]+)` \\| `([A-Z_]+)` \\|.*");

  @Test
  void tableInTheReadmeIsTheTableInTheCode() throws IOException {
    Map<Reason, Status.Code> documented = new EnumMap<>(Reason.class);
    for (String line : Files.readAllLines(Path.of("README.md"))) {
      Matcher row = ROW.matcher(line);
      if (row.matches()) {
        Status.Code before =
            documented.put(Reason.valueOf(row.group(1)), Status.Code.valueOf(row.group(2)));
        assertEquals(null, before, "listed twice: " + row.group(1));
      }
    }
    Map<Reason, Status.Code> made = new EnumMap<>(Reason.class);
    for (Reason reason : Reason.values()) {
      if (reason != Reason.REASON_UNSPECIFIED && reason != Reason.UNRECOGNIZED) {
        made.put(reason, ErrorContract.code(reason));
      }
    }
    assertEquals(made, documented);
  }

  @Test
  void reasonAndMetadataSurviveTheWire() {
    var error = ErrorContract.error(Reason.INVALID_KEY_PACKAGE, "expired", Map.of("index", "3"));

    assertEquals(Status.Code.INVALID_ARGUMENT, error.getStatus().getCode());
    assertEquals(Optional.of(Reason.INVALID_KEY_PACKAGE), ErrorContract.reason(error));
    assertEquals(Map.of("index", "3"), ErrorContract.metadata(error));
  }

  @Test
  void aStatusOfSomebodyElseHasNoReason() {
    assertTrue(ErrorContract.reason(Status.UNAVAILABLE.asRuntimeException()).isEmpty());
  }
}
