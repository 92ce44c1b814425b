package io.lockstep.mls;

import io.lockstep.mls.codec.Encodable;
import io.lockstep.mls.codec.TlsReader;
import io.lockstep.mls.crypto.CipherSuite;
import io.lockstep.mls.crypto.HpkeCiphertext;
import io.lockstep.mls.framing.AuthenticatedContent;
import io.lockstep.mls.framing.FramedContent;
import io.lockstep.mls.framing.PrivateMessage;
import io.lockstep.mls.framing.PublicMessage;
import io.lockstep.mls.message.Commit;
import io.lockstep.mls.message.GroupContext;
import io.lockstep.mls.message.GroupInfo;
import io.lockstep.mls.message.GroupSecrets;
import io.lockstep.mls.message.PreSharedKeyId;
import io.lockstep.mls.message.Proposal;
import io.lockstep.mls.message.ProposalOrRef;
import io.lockstep.mls.message.RequiredCapabilities;
import io.lockstep.mls.message.UpdatePath;
import io.lockstep.mls.message.Welcome;
import io.lockstep.mls.schedule.EpochSecrets;
import io.lockstep.mls.schedule.SecretTree;
import io.lockstep.mls.tree.LeafNode;
import io.lockstep.mls.tree.PrivateTree;
import io.lockstep.mls.tree.RatchetTree;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/**
 * Every decoder of the module, by number: what the fuzzer and {@link HostileInputTest} feed. The
 * numbers are part of the corpus, whose files start with them.
 */
enum HostileInput {
  MLS_FRAME(0, MlsFrame::read),
  WELCOME_SPLIT(1, WelcomeSplit::split),
  KEY_PACKAGE(2, bytes -> same(bytes, KeyPackage.decode(bytes).encode())),
  STORED_GROUP(3, bytes -> Group.decode(bytes).encode()),
  STORED_PENDING_COMMIT(4, bytes -> PendingCommit.decode(bytes).encode()),
  STORED_EXTERNAL_JOIN(5, bytes -> ExternalJoin.decode(bytes).encode()),
  STORED_BUNDLE(6, bytes -> KeyPackageBundle.decode(bytes).encode()),
  STORED_SIGNATURE_KEYS(7, bytes -> SignatureKeyPair.decode(bytes).encode()),
  RATCHET_TREE(8, bytes -> same(bytes, RatchetTree.decode(suite(), bytes).encode())),
  GROUP_INFO(9, wire(GroupInfo::decode)),
  WELCOME(10, wire(Welcome::decode)),
  PUBLIC_MESSAGE(11, wire(PublicMessage::decode)),
  PRIVATE_MESSAGE(12, bytes -> TlsReader.decodeAll(bytes, PrivateMessage::decode)),
  AUTHENTICATED_CONTENT(13, wire(AuthenticatedContent::decode)),
  FRAMED_CONTENT(14, wire(FramedContent::decode)),
  COMMIT(15, wire(Commit::decode)),
  PROPOSAL(16, wire(Proposal::decode)),
  PROPOSAL_OR_REF(17, wire(ProposalOrRef::decode)),
  UPDATE_PATH(18, wire(UpdatePath::decode)),
  LEAF_NODE(19, wire(LeafNode::decode)),
  GROUP_CONTEXT(20, wire(GroupContext::decode)),
  GROUP_SECRETS(21, bytes -> TlsReader.decodeAll(bytes, GroupSecrets::decode)),
  PRE_SHARED_KEY_ID(22, wire(PreSharedKeyId::decode)),
  REQUIRED_CAPABILITIES(23, wire(RequiredCapabilities::decode)),
  CAPABILITIES(24, wire(Capabilities::decode)),
  CREDENTIAL(25, wire(Credential::decode)),
  EXTENSIONS(26, bytes -> TlsReader.decodeAll(bytes, Extension::decodeList)),
  HPKE_CIPHERTEXT(27, wire(HpkeCiphertext::decode)),
  STORED_SECRET_TREE(28, bytes -> TlsReader.decodeAll(bytes, SecretTree::decode)),
  STORED_EPOCH_SECRETS(29, bytes -> TlsReader.decodeAll(bytes, EpochSecrets::decode)),
  STORED_PRIVATE_TREE(
      30, bytes -> TlsReader.decodeAll(bytes, in -> PrivateTree.decode(suite(), in))),
  STORED_PUBLIC_GROUP(31, bytes -> PublicGroup.decode(bytes).encode()),
  STORED_GROUP_RECORDS(32, bytes -> Group.fromRecords(records(bytes)).records()),
  STORED_PUBLIC_GROUP_RECORDS(33, bytes -> PublicGroup.fromRecords(records(bytes)).records());

  /** The typed refusal, or an answer that nobody looks at. */
  @FunctionalInterface
  interface Decoder {
    Object decode(byte[] bytes) throws MlsException;
  }

  private static final HostileInput[] ALL = values();

  private final int number;

  @SuppressWarnings("ImmutableEnumChecker") // Method references without state.
  private final Decoder decoder;

  HostileInput(int number, Decoder decoder) {
    this.number = number;
    this.decoder = decoder;
  }

  /** Feeds the decoder that the first byte names; true if it accepted the rest. */
  static boolean feed(byte[] input) {
    if (input.length == 0) {
      return false;
    }
    byte[] rest = Arrays.copyOfRange(input, 1, input.length);
    return of(input).accepts(rest);
  }

  /** The decoder that the first byte names. */
  static HostileInput of(byte[] input) {
    return ALL[(input[0] & 0xFF) % ALL.length];
  }

  /** The first byte of its inputs; its place in this enum. */
  int number() {
    return number;
  }

  /** Whether the bytes decode. Anything that is thrown besides MlsException goes through. */
  boolean accepts(byte[] bytes) {
    try {
      decoder.decode(bytes);
      return true;
    } catch (MlsException e) {
      return false;
    }
  }

  /** Structures have one encoding: what was accepted is written as it came. */
  private static <T extends Encodable> Decoder wire(TlsReader.Decoder<T> decoder) {
    return bytes -> same(bytes, TlsReader.decodeAll(bytes, decoder).encode());
  }

  private static Object same(byte[] bytes, byte[] encoded) {
    if (!Arrays.equals(bytes, encoded)) {
      throw new AssertionError("decoded, and encoded to other bytes");
    }
    return encoded;
  }

  /** Keys and values in turns, each as {@code opaque<V>}. */
  private static Map<RecordKey, byte[]> records(byte[] bytes) throws MlsException {
    return TlsReader.decodeAll(
        bytes,
        in -> {
          Map<RecordKey, byte[]> records = new TreeMap<>();
          while (in.remaining() > 0) {
            records.put(RecordKey.of(in.opaque()), in.opaque());
          }
          return records;
        });
  }

  private static CipherSuite suite() {
    return TestClient.SUITE;
  }
}
