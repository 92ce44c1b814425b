package io.lockstep.sequencer.dispatch;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.lockstep.api.v1.WelcomeItem;
import io.lockstep.log.v1.InboxItem;
import io.lockstep.log.v1.Joiner;
import io.lockstep.log.v1.PostCommit;
import io.lockstep.log.v1.Sequenced;
import io.lockstep.log.v1.StreamCommand;
import io.lockstep.log.v1.StreamEntry;
import io.lockstep.mls.KeyPackageRef;
import io.lockstep.mls.MlsException;
import io.lockstep.mls.WelcomeSplit;
import io.lockstep.mls.codec.TlsReader;
import io.lockstep.sequencer.law.StreamLimits;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The inbox items that follow from an accepted Commit: for each joiner its own part of the Welcome.
 * The same Commit always gives the same commands with the same submission ids, so that handing them
 * in again does no harm.
 */
public final class Invitations {
  /** Above this size of all parts together they are cut out of the Welcome one at a time. */
  static final long SPLIT_AT_ONCE_BYTES_MAX = 16L << 20;

  /** Version, wire format and cipher suite (RFC 9420 sections 6 and 12.4.3.1). */
  private static final int WELCOME_HEAD_BYTES = 6;

  private Invitations() {}

  /** Whether an entry is an accepted Commit that adds somebody. */
  public static boolean isInviting(StreamEntry entry) {
    return entry.hasSequenced()
        && entry.getSequenced().hasCommit()
        && entry.getSequenced().getCommit().getJoinersCount() > 0;
  }

  /** Gives the commands to the sink, one by one; none for an entry that invites nobody. */
  public static void each(StreamEntry entry, Consumer<StreamCommand> sink) {
    if (!isInviting(entry)) {
      return;
    }
    Sequenced accepted = entry.getSequenced();
    PostCommit commit = accepted.getCommit();
    Parts parts = Parts.of(commit.getWelcome().toByteArray(), commit.getJoinersCount());
    for (Joiner joiner : commit.getJoinersList()) {
      byte[] part = parts.get(new KeyPackageRef(joiner.getKeyPackageRef().toByteArray()));
      sink.accept(command(entry.getStreamId(), accepted, joiner.getInboxId(), part));
    }
  }

  /**
   * First 16 bytes of SHA-256(length of the group id in 1 byte || group id || sequence as 8 bytes
   * big-endian || inbox id).
   */
  static ByteString submissionId(ByteString groupId, long sequence, ByteString inboxId) {
    MessageDigest sha = sha256();
    sha.update((byte) groupId.size());
    sha.update(groupId.toByteArray());
    sha.update(ByteBuffer.allocate(Long.BYTES).putLong(sequence).flip());
    byte[] hash = sha.digest(inboxId.toByteArray());
    return ByteString.copyFrom(hash, 0, StreamLimits.SUBMISSION_ID_BYTES);
  }

  private static StreamCommand command(
      ByteString groupId, Sequenced commit, ByteString inboxId, byte[] welcome) {
    WelcomeItem item =
        WelcomeItem.newBuilder()
            .setWelcome(UnsafeByteOperations.unsafeWrap(welcome))
            .setGroupId(groupId)
            .setSequence(commit.getSequence())
            .setChain(commit.getChain())
            .build();
    return StreamCommand.newBuilder()
        .setSubmissionId(submissionId(groupId, commit.getSequence(), inboxId))
        .setStreamId(inboxId)
        .setItem(InboxItem.newBuilder().setWelcome(item.toByteString()))
        .build();
  }

  /** A Welcome taken apart, at once or as needed: every part repeats the encrypted GroupInfo. */
  private sealed interface Parts {
    byte[] get(KeyPackageRef ref);

    static Parts of(byte[] welcome, int joiners) {
      try {
        if (welcome.length + joiners * groupInfoBytes(welcome) > SPLIT_AT_ONCE_BYTES_MAX) {
          return new OneAtATime(welcome);
        }
        return new AtOnce(WelcomeSplit.split(welcome));
      } catch (MlsException e) {
        throw notAWelcome(e);
      }
    }
  }

  /** Size of what every part repeats: all that stands behind the list of entries. */
  private static long groupInfoBytes(byte[] welcome) throws MlsException {
    TlsReader in = new TlsReader(welcome);
    in.raw(WELCOME_HEAD_BYTES);
    in.skipOpaque();
    return in.remaining();
  }

  private record AtOnce(Map<KeyPackageRef, byte[]> parts) implements Parts {
    @Override
    public byte[] get(KeyPackageRef ref) {
      byte[] part = parts.get(ref);
      if (part == null) {
        throw new IllegalStateException("an accepted Commit has a joiner without a Welcome");
      }
      return part;
    }
  }

  @SuppressWarnings("ArrayRecordComponent") // private, and never compared
  private record OneAtATime(byte[] welcome) implements Parts {
    @Override
    public byte[] get(KeyPackageRef ref) {
      try {
        return WelcomeSplit.only(welcome, ref);
      } catch (MlsException e) {
        throw notAWelcome(e);
      }
    }
  }

  private static IllegalStateException notAWelcome(MlsException e) {
    return new IllegalStateException("the law accepts only Welcomes that can be split", e);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
