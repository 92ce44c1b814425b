package io.lockstep.keystore.law;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.lockstep.chainlog.SubmissionPoint;
import io.lockstep.log.v1.KeyCommand;
import io.lockstep.log.v1.KeyEntry;
import io.lockstep.log.v1.KeysRefused.Reason;
import io.lockstep.log.v1.StoredKeyPackage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class KeyFoldTest {
  private final Stream stream = new Stream();
  private final KeyFold fold = new KeyFold();

  @Test
  void aOneTimePackageIsHandedOutOnceAndTheOldestFirst() {
    StoredKeyPackage one = stream.stored(1);
    StoredKeyPackage two = stream.stored(2);
    stream.submit(Stream.publish(one, two));

    assertEquals(one, stream.claim(11).getClaimed().getKeyPackage());
    assertEquals(two, stream.claim(12).getClaimed().getKeyPackage());
    assertEquals(Reason.KEY_PACKAGES_EXHAUSTED, reason(stream.claim(13)));
    assertEquals(Stream.INBOX, stream.entries.get(1).getClaimed().getInboxId());
  }

  @Test
  void theLastResortIsHandedOutWhenNoneIsLeftAndStays() {
    StoredKeyPackage last = stream.stored(9);
    stream.submit(Stream.publish(List.of(stream.stored(1)), Optional.of(last)));

    assertFalse(stream.claim(11).getClaimed().getLastResort());
    for (int claim = 12; claim < 15; claim++) {
      KeyEntry entry = stream.claim(claim);
      assertTrue(entry.getClaimed().getLastResort());
      assertEquals(last, entry.getClaimed().getKeyPackage());
    }
  }

  @Test
  void aNewLastResortReplacesTheOneBefore() {
    stream.submit(Stream.publish(List.of(), Optional.of(stream.stored(8))));
    stream.submit(Stream.publish(List.of(), Optional.of(stream.stored(9))));

    assertEquals(stream.stored(9), stream.claim(11).getClaimed().getKeyPackage());
  }

  @Test
  void theSameClaimAgainIsPointedToItsAnswerForADay() {
    stream.submit(Stream.publish(stream.stored(1), stream.stored(2)));
    KeyEntry first = stream.claim(11);

    stream.timeMillis += Duration.ofHours(24).toMillis();
    assertEquals(first.getSequence(), stream.claim(11).getClaimedBefore().getSequence());
    stream.timeMillis += 1;
    assertEquals(stream.stored(2).getRef(), stream.claim(11).getClaimed().getKeyPackage().getRef());
  }

  @Test
  void aClaimThatFoundNothingMayFindSomethingLater() {
    stream.submit(Stream.publish(stream.stored(1)));
    stream.claim(11);
    assertEquals(Reason.KEY_PACKAGES_EXHAUSTED, reason(stream.claim(12)));

    stream.submit(Stream.publish(stream.stored(2)));
    assertTrue(stream.claim(12).hasClaimed());
  }

  @Test
  void aClientThatPublishedNothingIsUnknown() {
    assertEquals(Reason.UNKNOWN_CLIENT, reason(stream.claim(11)));
    assertTrue(stream.state.isEmpty());
  }

  @Test
  void aPublicationAgainStoresNothingTwiceAlsoAfterTheClaim() {
    KeyCommand publish = Stream.publish(stream.stored(1), stream.stored(2));
    stream.submit(publish);
    assertTrue(stream.submit(publish).hasUnchanged());
    stream.claim(11);
    assertTrue(stream.submit(publish).hasUnchanged());

    assertEquals(1, stream.state.orElseThrow().getOneTimeCount());
    assertTrue(
        stream
                .submit(Stream.publish(stream.stored(3), stream.stored(3)))
                .getPublished()
                .getOneTimeCount()
            == 1);
  }

  @Test
  void allArePublishedOrNone() {
    List<StoredKeyPackage> hundred = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      hundred.add(stream.stored(i));
    }
    stream.submit(Stream.publish(hundred, Optional.empty()));

    assertEquals(
        Reason.TOO_MANY_KEY_PACKAGES, reason(stream.submit(Stream.publish(stream.stored(100)))));
    KeyEntry refused =
        stream.submit(
            Stream.publish(stream.stored(101), stream.stored(102, Duration.ofMinutes(60))));
    assertEquals(Reason.NOT_FRESH, reason(refused));
    assertEquals(1, refused.getRefused().getIndex());
    assertEquals(100, stream.state.orElseThrow().getOneTimeCount());
    stream.claim(11);
    assertTrue(stream.submit(Stream.publish(stream.stored(100))).hasPublished());
  }

  @Test
  void aPackageIsNotHandedOutInTheLastHourOfItsLifetime() {
    stream.submit(
        Stream.publish(
            List.of(stream.stored(1, Duration.ofHours(5))),
            Optional.of(stream.stored(2, Duration.ofHours(6)))));

    stream.timeMillis += Duration.ofHours(4).toMillis();
    assertTrue(stream.claim(11).getClaimed().getLastResort());
    stream.timeMillis += Duration.ofHours(1).toMillis();
    assertEquals(Reason.KEY_PACKAGES_EXHAUSTED, reason(stream.claim(12)));
  }

  @Test
  void aClockThatGoesBackBringsNothingBack() {
    KeyCommand publish = Stream.publish(stream.stored(1, Duration.ofHours(5)));
    stream.submit(publish);
    stream.claim(11);
    stream.timeMillis += Duration.ofHours(6).toMillis();
    stream.submit(Stream.publish(stream.stored(2)));
    stream.timeMillis -= Duration.ofHours(6).toMillis();

    assertEquals(Reason.NOT_FRESH, reason(stream.submit(publish)));
  }

  @Test
  void expiredPackagesMakeRoom() {
    List<StoredKeyPackage> hundred = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      hundred.add(stream.stored(i, Duration.ofHours(5)));
    }
    stream.submit(Stream.publish(hundred, Optional.empty()));
    stream.timeMillis += Duration.ofHours(5).toMillis();

    assertTrue(stream.submit(Stream.publish(stream.stored(100))).hasPublished());
    assertEquals(1, stream.state.orElseThrow().getOneTimeCount());
  }

  @Test
  void aPackageOfAnotherSuiteIsNotHandedOut() {
    stream.submit(Stream.publish(stream.stored(1)));

    assertEquals(Reason.KEY_PACKAGES_EXHAUSTED, reason(stream.submit(Stream.claim(11, 2))));
  }

  @Test
  void whatWasSpentLongAgoStaysSpent() {
    KeyCommand first = Stream.publish(stream.stored(0));
    int number = 0;
    while (number <= KeyLimits.SPENT_MAX + 50) {
      stream.timeMillis += 1000;
      stream.submit(Stream.publish(stream.stored(number)));
      assertTrue(stream.claim(number++).hasClaimed());
    }

    assertEquals(KeyLimits.SPENT_MAX, stream.state.orElseThrow().getSpentCount());
    assertEquals(Reason.NOT_FRESH, reason(stream.submit(first)));
    assertTrue(stream.submit(Stream.publish(stream.stored(number))).hasPublished());
  }

  @Test
  void malformedCommandsAreRefusedAndChangeNothing() {
    StoredKeyPackage good = stream.stored(1);
    for (KeyCommand command :
        List.of(
            KeyCommand.getDefaultInstance(),
            Stream.claim(1, 0),
            Stream.claim(1, 0x10000),
            Stream.claim(1, -1),
            Stream.claim(1, 1).toBuilder().setClientId(ByteString.EMPTY).build(),
            Stream.publish(good.toBuilder().clearRef().build()),
            Stream.publish(good.toBuilder().clearKeyPackage().build()),
            Stream.publish(good.toBuilder().setNotBeforeMs(-1).build()),
            Stream.publish(good.toBuilder().setNotAfterMs(0).build()),
            Stream.publish(
                good.toBuilder()
                    .setKeyPackage(
                        ByteString.copyFrom(new byte[KeyLimits.KEY_PACKAGE_BYTES_MAX + 1]))
                    .build()))) {
      assertEquals(Reason.MALFORMED, reason(stream.submit(command)), command.toString());
    }
    assertTrue(stream.state.isEmpty());
    KeyEntry garbage = fold.undecodable("k:", new SubmissionPoint(0, 0, 0, 1));
    assertEquals(OptionalLong.empty(), fold.sequence(garbage));
    assertEquals(Optional.empty(), fold.apply(Optional.empty(), garbage));
  }

  @Test
  void headersSayWhatHappened() {
    assertEquals(
        "{kind=published, seq=1, verdict=accepted}",
        fold.headers(stream.submit(Stream.publish(stream.stored(1)))).toString());
    assertEquals(
        "{kind=claimed, seq=2, verdict=accepted}", fold.headers(stream.claim(11)).toString());
    assertEquals(
        "{kind=claimed_before, verdict=duplicate}", fold.headers(stream.claim(11)).toString());
    assertEquals(
        "{kind=refused, verdict=KEY_PACKAGES_EXHAUSTED}",
        fold.headers(stream.claim(12)).toString());
  }

  private static Reason reason(KeyEntry entry) {
    assertEquals(0, entry.getSequence());
    return entry.getRefused().getReason();
  }
}
