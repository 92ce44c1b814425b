package io.lockstep.sequencer.law;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The same law once more, as dumb as can be: it keeps everything that ever happened in lists, looks
 * through all of it for every question, and answers in words.
 */
final class ReferenceStreams {
  private static final long DAY = 86_400_000;
  private static final long MINUTE = 60_000;

  private static final class Memory {
    final ByteString id;
    final long time;
    final String answer;

    Memory(ByteString id, long time, String answer) {
      this.id = id;
      this.time = time;
      this.answer = answer;
    }

    boolean refusal() {
      return answer.startsWith("rejected");
    }
  }

  private static final class Stream {
    final List<String> accepted = new ArrayList<>();
    final List<ByteString> passes = new ArrayList<>();
    final List<Long> endings = new ArrayList<>();
    final List<Integer> openers = new ArrayList<>();
    List<Memory> memories = new ArrayList<>();
    boolean externalJoin;
    int pastEpochs;

    long epoch() {
      return passes.size() - 1L;
    }
  }

  private final Map<String, Stream> streams = new HashMap<>();

  long epoch(String stream) {
    return streams.containsKey(stream) ? Math.max(0, streams.get(stream).epoch()) : 0;
  }

  boolean exists(String stream) {
    return streams.containsKey(stream);
  }

  String answer(Facts facts, long time) {
    Stream stream = streams.get(facts.stream());
    if (stream != null) {
      for (Memory memory : stream.memories) {
        if (memory.id.equals(facts.id()) && time - memory.time <= DAY) {
          return "duplicate " + memory.answer;
        }
      }
    }
    String refusal = refusal(facts, stream, time);
    if (refusal != null) {
      if (stream != null) {
        remember(stream, new Memory(facts.id(), time, "rejected " + refusal));
      }
      return "rejected " + refusal;
    }
    if (stream == null) {
      stream = new Stream();
      streams.put(facts.stream(), stream);
    }
    String answer = accept(stream, facts, time);
    remember(stream, new Memory(facts.id(), time, answer));
    return answer;
  }

  private static String refusal(Facts facts, Stream stream, long time) {
    return switch (facts.what()) {
      case BROKEN -> "MALFORMED_MESSAGE 0 0";
      case ITEM -> null;
      case CREATE -> stream != null ? "GROUP_EXISTS 0 0" : extras(facts);
      case APPLICATION, PROPOSAL, COMMIT, EXTERNAL_COMMIT -> groupRefusal(facts, stream, time);
    };
  }

  private static String groupRefusal(Facts facts, Stream stream, long time) {
    if (!facts.stream().equals("g:" + hex(facts.messageGroup()))) {
      return "GROUP_MISMATCH 0 0";
    }
    if (stream == null) {
      return "UNKNOWN_GROUP 0 0";
    }
    boolean commit =
        facts.what() == Facts.What.COMMIT || facts.what() == Facts.What.EXTERNAL_COMMIT;
    long now = stream.epoch();
    long age = now - facts.epoch();
    boolean timely = age == 0;
    if (facts.what() == Facts.What.APPLICATION && age > 0 && age <= stream.pastEpochs) {
      timely = time - stream.endings.get((int) facts.epoch()) <= MINUTE;
    }
    if (!timely) {
      // The Commit that won is named as long as the epoch that it opened is among the newest.
      boolean known = commit && age > 0 && age - 1 <= stream.pastEpochs;
      long winner = known ? stream.openers.get((int) facts.epoch() + 1) : 0;
      return "WRONG_EPOCH " + now + " " + winner;
    }
    boolean passNeeded = facts.what() != Facts.What.EXTERNAL_COMMIT || !facts.pass().isEmpty();
    if (passNeeded && !facts.pass().equals(stream.passes.get((int) facts.epoch()))) {
      return "WRONG_PASS " + now + " 0";
    }
    if (facts.what() == Facts.What.EXTERNAL_COMMIT) {
      if (!stream.externalJoin) {
        return "EXTERNAL_JOIN_CLOSED 0 0";
      }
      if (facts.welcome() != Facts.Extra.NONE) {
        return "WELCOME_MISMATCH 0 0";
      }
    }
    return commit ? extras(facts) : null;
  }

  private static String extras(Facts facts) {
    if (facts.welcome() == Facts.Extra.GARBAGE) {
      return "MALFORMED_MESSAGE 0 0";
    }
    if (facts.welcome() == Facts.Extra.WRONG) {
      return "WELCOME_MISMATCH 0 0";
    }
    if (facts.info() == Facts.Extra.GARBAGE) {
      return "MALFORMED_MESSAGE 0 0";
    }
    return facts.info() == Facts.Extra.WRONG ? "GROUP_INFO_MISMATCH 0 0" : null;
  }

  private static String accept(Stream stream, Facts facts, long time) {
    int sequence = stream.accepted.size() + 1;
    String answer = "sequenced " + sequence + " " + facts.epoch();
    stream.accepted.add(answer);
    switch (facts.what()) {
      case CREATE -> {
        stream.externalJoin = facts.externalJoin();
        stream.pastEpochs = facts.pastEpochs() == 0 ? 8 : facts.pastEpochs();
        open(stream, facts.pass(), sequence);
      }
      case COMMIT, EXTERNAL_COMMIT -> {
        stream.endings.add(time);
        open(stream, facts.nextPass(), sequence);
      }
      case APPLICATION, PROPOSAL, ITEM, BROKEN -> {}
    }
    return answer;
  }

  private static void open(Stream stream, ByteString pass, int sequence) {
    stream.passes.add(pass);
    stream.openers.add(sequence);
  }

  /** What is too old once, or has too many of its kind after it, never counts again. */
  private static void remember(Stream stream, Memory newest) {
    List<Memory> kept = new ArrayList<>();
    for (Memory memory : stream.memories) {
      if (newest.time - memory.time <= DAY) {
        kept.add(memory);
      }
    }
    kept.add(newest);
    forgetOldest(kept, true, 256);
    forgetOldest(kept, false, 1024);
    stream.memories = kept;
  }

  private static void forgetOldest(List<Memory> kept, boolean refusals, int max) {
    while (kept.stream().filter(memory -> memory.refusal() == refusals).count() > max) {
      kept.remove(
          kept.stream().filter(memory -> memory.refusal() == refusals).findFirst().orElseThrow());
    }
  }

  private static String hex(ByteString bytes) {
    return java.util.HexFormat.of().formatHex(bytes.toByteArray());
  }
}
