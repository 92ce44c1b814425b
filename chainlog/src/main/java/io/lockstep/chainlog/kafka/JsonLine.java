package io.lockstep.chainlog.kafka;

import java.time.Instant;
import java.util.Locale;

/**
 * One JSON object on one line. By hand, so that {@link LogEntryFormatter} needs few jars beside
 * Kafka's own.
 */
final class JsonLine {
  private static final int TEXT_MAX = 1024;

  private final StringBuilder json = new StringBuilder("{");

  JsonLine text(String name, String value) {
    name(name);
    quote(value);
    return this;
  }

  JsonLine number(String name, long value) {
    name(name);
    json.append(value);
    return this;
  }

  JsonLine flag(String name) {
    name(name);
    json.append(true);
    return this;
  }

  JsonLine time(String name, long millis) {
    return text(name, Instant.ofEpochMilli(millis).toString());
  }

  private void name(String name) {
    if (json.length() > 1) {
      json.append(',');
    }
    quote(name);
    json.append(':');
  }

  private void quote(String value) {
    json.append('"');
    value.chars().limit(TEXT_MAX).forEach(this::append);
    json.append('"');
  }

  private void append(int c) {
    if (c == '"' || c == '\\') {
      json.append('\\').append((char) c);
    } else if (c < ' ' || c > '~') {
      // Also what a terminal might take for a command, and halves of a pair.
      json.append(String.format(Locale.ROOT, "\\u%04x", c));
    } else {
      json.append((char) c);
    }
  }

  @Override
  public String toString() {
    return json + "}";
  }
}
