package io.lockstep.mls;

import static io.lockstep.mls.TestClient.TRUST;
import static io.lockstep.mls.TestClient.utf8;

import io.lockstep.mls.codec.TlsReader;
import io.lockstep.mls.framing.AuthenticatedContent;
import io.lockstep.mls.framing.Content;
import io.lockstep.mls.message.Commit;
import io.lockstep.mls.message.Proposal;
import io.lockstep.mls.tree.LeafIndex;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Turns bytes of the fuzzer into messages for bob: genuine ones that were altered on the way, and
 * ones that a member signed and encrypted although no honest engine would have made them. The same
 * bytes always give the same message.
 */
final class FuzzedMember {
  private static final int EDIT_LENGTH = 4;

  private final TestClient alice = TestClient.named("alice");
  private final TestClient bob = TestClient.named("bob");
  private final TestClient carol = TestClient.named("carol");
  private final TestClient outsider = TestClient.named("outsider");
  private final List<byte[]> genuine = new ArrayList<>();
  private final GroupState aliceState;
  private final PublicGroup tracker;

  FuzzedMember() throws MlsException {
    alice.creates();
    PendingCommit added =
        alice.commits(CommitOptions.empty().add(bob.keyPackage()).add(carol.keyPackage()));
    alice.set(added.next());
    bob.joins(added);
    carol.joins(added);
    PublicGroup before =
        PublicGroup.of(alice.group().groupInfo(GroupInfoContent.WITH_TREE), TestClient.CONTEXT);
    byte[] proposal =
        carol.proposes(carol.group().proposeUpdate(HandshakeOptions.publicMessage(), carol.random));
    alice.receives(proposal);
    bob.receives(proposal);
    tracker = before.process(proposal, TestClient.CONTEXT).next();
    aliceState = GroupState.decode(new TlsReader(alice.group().encode()));
    HandshakeOptions open = HandshakeOptions.publicMessage();
    HandshakeOptions sealed = HandshakeOptions.privateMessage();
    LeafIndex carolsLeaf = carol.leaf();
    KeyPackage newcomer = TestClient.named("newcomer").keyPackage();
    for (HandshakeOptions framing : List.of(open, sealed)) {
      genuine.add(alice.commits(CommitOptions.empty().framed(framing)).commit());
      genuine.add(alice.commits(CommitOptions.empty().framed(framing).add(newcomer)).commit());
      CommitOptions removal = CommitOptions.empty().ignoringReceivedProposals().remove(carolsLeaf);
      genuine.add(alice.commits(removal.framed(framing)).commit());
      genuine.add(alice.group().proposeRemove(carolsLeaf, framing, alice.random).message());
      genuine.add(alice.group().proposeAdd(newcomer, framing, alice.random).message());
    }
    genuine.add(
        alice
            .group()
            .withoutPendingProposals()
            .protect(utf8("text"), utf8("aad"), alice.random)
            .message());
    genuine.add(outsider.joinsExternally(alice.group().groupInfo(GroupInfoContent.WITH_TREE)));
  }

  TestClient receiver() {
    return bob;
  }

  List<byte[]> genuine() {
    return List.copyOf(genuine);
  }

  /**
   * Throws whatever is not the typed refusal, also if the tracker refuses what bob accepts: it sees
   * less, so it must not be stricter. True if bob accepted the message.
   */
  boolean send(byte[] input) {
    if (input.length == 0) {
      return false;
    }
    byte[] message;
    try {
      message = message(input[0] & 0xFF, Arrays.copyOfRange(input, 1, input.length));
    } catch (MlsException notASeed) {
      return false;
    }
    boolean accepted;
    try {
      bob.group().process(message, TRUST, TestClient.NOW);
      accepted = true;
    } catch (MlsException e) {
      accepted = false;
    }
    try {
      tracker.process(message, ReceiveContext.of(TRUST, TestClient.NOW));
    } catch (MlsException e) {
      if (accepted) {
        throw new AssertionError("a tracker refuses what a member accepts", e);
      }
    }
    return accepted;
  }

  private byte[] message(int choice, byte[] rest) throws MlsException {
    return switch (choice % 4) {
      case 0 -> rest;
      case 1 -> altered(genuine.get(choice / 4 % genuine.size()), rest);
      case 2 -> signed(new Content.Proposed(TlsReader.decodeAll(rest, Proposal::decode)), choice);
      default -> signed(new Content.Committed(TlsReader.decodeAll(rest, Commit::decode)), choice);
    };
  }

  /** Each edit: two bytes of position, what to do, and the byte to do it with. */
  private static byte[] altered(byte[] message, byte[] edits) {
    byte[] bytes = message.clone();
    for (int i = 0; i + EDIT_LENGTH <= edits.length; i += EDIT_LENGTH) {
      int position = ((edits[i] & 0xFF) << 8 | (edits[i + 1] & 0xFF)) % Math.max(1, bytes.length);
      byte with = edits[i + 3];
      bytes =
          switch (edits[i + 2] & 3) {
            case 0 -> Arrays.copyOf(bytes, position);
            case 1 -> Arrays.copyOf(bytes, bytes.length + (with & 0xFF));
            case 2 -> replaced(bytes, position, with, 0);
            default -> replaced(bytes, position, with, 0xFF);
          };
    }
    return bytes;
  }

  /** The bits of {@code kept} stay, those of {@code with} are flipped in what stays. */
  private static byte[] replaced(byte[] bytes, int position, byte with, int kept) {
    if (position < bytes.length) {
      bytes[position] = (byte) ((bytes[position] & kept) ^ with);
    }
    return bytes;
  }

  private byte[] signed(Content content, int choice) {
    HandshakeOptions framing =
        (choice & 4) == 0 ? HandshakeOptions.publicMessage() : HandshakeOptions.privateMessage();
    AuthenticatedContent signed = Framing.sign(aliceState, content, framing);
    if (content instanceof Content.Committed) {
      signed = signed.withConfirmationTag(new byte[32]);
    }
    return Framing.protect(aliceState, signed, TestClient.random(3)).message();
  }
}
