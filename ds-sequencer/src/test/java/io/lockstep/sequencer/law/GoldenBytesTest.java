package io.lockstep.sequencer.law;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.protobuf.ByteString;
import io.lockstep.chainlog.CodecException;
import io.lockstep.log.v1.GroupSettings;
import io.lockstep.log.v1.StreamCommand;
import io.lockstep.log.v1.StreamEntry;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * Bytes that are in logs for ever. The file is never edited: another fold version gets another
 * file.
 */
class GoldenBytesTest {
  private static final String FILE = "/golden/stream-fold-v1.hex";

  private final StreamFold fold = new StreamFold();

  @Test
  void version1WritesTheBytesThatItAlwaysWrote() {
    assertEquals(String.join("\n", golden()), String.join("\n", now()));
  }

  @Test
  void storedBytesAreStillRead() throws CodecException {
    List<String> golden = golden();
    HexFormat hex = HexFormat.of();
    for (String line : golden.subList(0, golden.size() - 2)) {
      byte[] bytes = hex.parseHex(line);
      assertEquals(line, hex.formatHex(fold.entries().encode(fold.entries().decode(bytes))));
    }
    FoldedStream state = fold.states().decode(hex.parseHex(golden.get(golden.size() - 2)));
    assertEquals(4, state.sequence());
    assertEquals(1, state.group().getEpoch());
    assertEquals(1, state.refused().newest());
    ByteString sealed = ByteString.copyFrom(hex.parseHex(golden.getLast()));
    FoldedStream filled =
        fold.states().fill(fold.states().decode(fold.states().encode(busy())), Map.of(1, sealed));
    assertEquals(3, filled.find(Ids.submission(3), 0).orElseThrow().getSequenced().getSequence());
  }

  private List<String> now() {
    StreamWorld world = new StreamWorld();
    List<StreamEntry> entries = new ArrayList<>();
    GroupSettings settings =
        GroupSettings.newBuilder().setExternalJoin(true).setPastEpochs(3).build();
    StreamCommand commit =
        Commands.commit(
            4,
            Commands.adding(0, "bob", "carol").setGroupInfo(Frames.groupInfo(Commands.GROUP, 1)));
    entries.add(world.when(Commands.create(1, settings)));
    entries.add(world.later(11).when(Commands.proposal(2, 0)));
    entries.add(world.later(11).when(Commands.application(3, 0)));
    entries.add(world.later(11).when(commit));
    entries.add(world.later(11).when(Commands.commit(5, 0)));
    entries.add(world.later(11).when(commit));
    entries.add(world.later(11).when(Commands.commit(5, 0)));
    entries.add(world.later(11).when(Commands.item(6, 1, "a welcome")));
    List<byte[]> bytes =
        new ArrayList<>(entries.stream().map(entry -> fold.entries().encode(entry)).toList());
    bytes.add(fold.entries().encode(fold.undecodable("g:00", world.point())));
    bytes.add(fold.states().encode(world.state()));
    PartsOnDisk disk = new PartsOnDisk();
    disk.store(fold.states(), Optional.empty(), busy());
    bytes.add(disk.parts.get(1).toByteArray());
    return bytes.stream().map(HexFormat.of()::formatHex).collect(Collectors.toList());
  }

  /** With one sealed segment. */
  private static FoldedStream busy() {
    StreamWorld world = new StreamWorld().given(Commands.create(1), Commands.commit(2, 0));
    for (int id = 3; id <= Segment.SLOTS + 1; id++) {
      world.later(7).given(Commands.application(id, 1));
    }
    return world.state();
  }

  private static List<String> golden() {
    try (InputStream in = GoldenBytesTest.class.getResourceAsStream(FILE)) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      List<String> lines = text.lines().toList();
      return lines.stream().filter(line -> !line.isBlank()).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
