package io.lockstep.deploy.kafka;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lockstep.chainlog.ChainFollower.Accepted;
import io.lockstep.chainlog.Link;
import java.math.BigInteger;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * One accepted record as {@code log tail} prints it.
 *
 * @param key of the stream; empty for a version switch, and when this release cannot read the entry
 * @param timeMillis 0 when it has none
 * @param json one line, without the payload
 */
record EntryLine(String key, long timeMillis, String json) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Facts that are numbers, up to 2^64 - 1. */
  private static final Set<String> NUMBERS = Set.of("seq", "epoch");

  static EntryLine of(ServiceLog log, int partition, Accepted record) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("partition", partition);
    fields.put("offset", record.logOffset());
    fields.put("source", record.link().source());
    String key = "";
    long timeMillis = 0;
    switch (record.link().body()) {
      case Link.VersionBody version -> {
        fields.put("kind", "fold-version");
        fields.put("version", version.version());
      }
      case Link.EntryBody entry -> {
        Optional<ServiceLog.Description> known =
            log.describer().describe(entry.bytes().toByteArray());
        if (known.isPresent()) {
          key = known.get().key();
          timeMillis = known.get().timeMillis();
          fields.put("time", Instant.ofEpochMilli(timeMillis).toString());
          fields.put("key", key);
          known.get().facts().forEach((name, value) -> fields.put(name, fact(name, value)));
        } else {
          fields.put("kind", "undecodable");
        }
        fields.put("bytes", entry.bytes().size());
      }
    }
    fields.put("head", record.head().toString());
    return new EntryLine(key, timeMillis, line(fields));
  }

  private static Object fact(String name, String value) {
    return NUMBERS.contains(name) ? new BigInteger(value) : value;
  }

  private static String line(Map<String, Object> fields) {
    try {
      return JSON.writeValueAsString(fields);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("texts and numbers are always JSON", e);
    }
  }
}
