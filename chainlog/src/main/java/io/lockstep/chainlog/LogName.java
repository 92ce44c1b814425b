package io.lockstep.chainlog;

import java.util.regex.Pattern;

/** Name of a chained log, and the names of its four topics and its owners' consumer group. */
public record LogName(String name) {
  private static final Pattern LEGAL = Pattern.compile("[a-z0-9][a-z0-9.-]{0,99}");

  public LogName {
    if (!LEGAL.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "a log's name has 1 to 100 of a-z 0-9 . - and begins with a letter or digit: " + name);
    }
  }

  public String submissions() {
    return name + ".submissions";
  }

  public String log() {
    return name + ".log";
  }

  public String state() {
    return name + ".state";
  }

  public String watermarks() {
    return name + ".watermarks";
  }

  public String ownersGroup() {
    return name + ".owners";
  }

  @Override
  public String toString() {
    return name;
  }
}
