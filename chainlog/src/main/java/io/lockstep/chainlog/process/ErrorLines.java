package io.lockstep.chainlog.process;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayDeque;

/**
 * Reads what a process writes to its standard error, and keeps the end of it: why it ended is part
 * of the failure then, and not only somewhere in the output.
 */
final class ErrorLines {
  private static final int KEPT = 10;
  private static final int END_MILLIS_MAX = 2_000;

  private final ArrayDeque<String> last = new ArrayDeque<>();
  private final boolean pass;
  private final Thread reading;

  private ErrorLines(BufferedReader from, boolean pass) {
    this.pass = pass;
    reading = Thread.ofVirtual().start(() -> read(from));
  }

  /**
   * @param pass whether each line is written to the standard error of this process as well
   */
  static ErrorLines of(BufferedReader from, boolean pass) {
    return new ErrorLines(from, pass);
  }

  private void read(BufferedReader from) {
    try {
      String line;
      while ((line = from.readLine()) != null) {
        if (pass) {
          System.err.println(line);
        }
        keep(line);
      }
    } catch (IOException e) {
      keep(e.toString());
    }
  }

  /** Not the frames of a stack trace: the exceptions say more. */
  private synchronized void keep(String line) {
    if (line.startsWith("\t")) {
      return;
    }
    if (last.size() == KEPT) {
      last.remove();
    }
    last.add(line);
  }

  /** Of a process that has ended. */
  String last() {
    try {
      reading.join(END_MILLIS_MAX);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    synchronized (this) {
      return String.join("\n", last);
    }
  }
}
