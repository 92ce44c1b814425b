package io.lockstep.chainlog.owner;

import java.util.Map;

/** A record to be written to the log topic. */
public final class Output {
  private final String key;
  private final Map<String, String> headers;
  private final byte[] value;

  Output(String key, Map<String, String> headers, byte[] value) {
    this.key = key;
    this.headers = headers;
    this.value = value;
  }

  public String key() {
    return key;
  }

  public Map<String, String> headers() {
    return headers;
  }

  /** Not a copy, and not to be changed: the owner compares with it what it reads back. */
  public byte[] value() {
    return value;
  }
}
