package io.lockstep.mls;

import static io.lockstep.mls.TestClient.utf8;

import io.lockstep.mls.codec.Encodable;
import io.lockstep.mls.codec.TlsReader;
import io.lockstep.mls.codec.TlsWriter;
import io.lockstep.mls.crypto.CipherSuite;
import io.lockstep.mls.framing.AuthenticatedContent;
import io.lockstep.mls.framing.Content;
import io.lockstep.mls.framing.PublicMessage;
import io.lockstep.mls.message.Commit;
import io.lockstep.mls.message.PreSharedKeyId;
import io.lockstep.mls.message.Proposal;
import io.lockstep.mls.message.ProposalOrRef;
import io.lockstep.mls.message.RequiredCapabilities;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Writes the first inputs of the fuzzers' corpus: one or more good ones for each decoder and for
 * each way of making a message. To be run by hand when a decoder is new, with the directory of the
 * resources as argument.
 */
final class CorpusSeeds {
  private static final int MLS_MESSAGE_HEAD = 4;
  private final Path root;

  private CorpusSeeds(Path root) {
    this.root = root;
  }

  public static void main(String[] args) throws Exception {
    new CorpusSeeds(Path.of(args[0], "io", "lockstep", "mls")).write();
  }

  private void write() throws Exception {
    TestClient alice = TestClient.named("alice").creates();
    TestClient bob = TestClient.named("bob");
    TestClient carol = TestClient.named("carol");
    byte[] keyPackage = bob.keyPackage().encode();
    PendingCommit added =
        alice.commits(
            CommitOptions.empty()
                .add(bob.keyPackage())
                .add(carol.keyPackage())
                .forcePath()
                .ratchetTreeInWelcome());
    GroupState before = state(alice);
    alice.set(added.next());
    bob.joins(added);
    carol.joins(added);
    byte[] groupInfo = alice.group().groupInfo(GroupInfoContent.WITH_TREE);
    byte[] application = alice.says("text");
    GroupState state = state(alice);
    HandshakeOptions open = HandshakeOptions.publicMessage();
    byte[] commit = alice.commits(CommitOptions.empty().framed(open)).commit();
    Proposal.PreSharedKey psk =
        new Proposal.PreSharedKey(new PreSharedKeyId.External(utf8("id"), new byte[32]));
    PreSharedKeyId resumption =
        new PreSharedKeyId.Resumption(
            PreSharedKeyId.Usage.BRANCH, TestClient.GROUP_ID, 7, new byte[32]);
    AuthenticatedContent content = Framing.sign(state, new Content.Proposed(psk), open);
    List<Proposal> proposals =
        List.of(
            new Proposal.Add(KeyPackage.decode(keyPackage)),
            new Proposal.Update(state.ownLeaf()),
            new Proposal.Remove(bob.leaf()),
            psk,
            new Proposal.PreSharedKey(resumption),
            new Proposal.ReInit(TestClient.GROUP_ID, 1, 1, List.of(new Extension(9, utf8("x")))),
            new Proposal.ExternalInit(new byte[32]),
            new Proposal.GroupContextExtensions(List.of(new Extension(9, utf8("x")))),
            new Proposal.Unknown(0xF123, utf8("x")));
    Commit fullCommit = pathCommit(before, alice);

    seed(HostileInput.MLS_FRAME, application, commit, groupInfo, keyPackage);
    seed(HostileInput.WELCOME_SPLIT, added.welcome().orElseThrow());
    seed(HostileInput.KEY_PACKAGE, keyPackage);
    seed(HostileInput.STORED_GROUP, bob.group().encode());
    seed(HostileInput.STORED_PENDING_COMMIT, bob.commits(CommitOptions.empty()).encode());
    ExternalJoin join =
        Group.joinExternally(
            groupInfo, carol.keys, carol.credential, TestClient.CONTEXT, carol.random);
    seed(HostileInput.STORED_EXTERNAL_JOIN, join.encode());
    seed(HostileInput.STORED_BUNDLE, bob.bundle().encode());
    seed(HostileInput.STORED_SIGNATURE_KEYS, bob.keys.encode());
    for (CipherSuite suite : CipherSuite.values()) {
      seed(
          HostileInput.STORED_SIGNATURE_KEYS,
          SignatureKeyPair.generate(suite, TestClient.random(suite.id())).encode());
    }
    seed(HostileInput.RATCHET_TREE, alice.group().ratchetTree());
    seed(HostileInput.GROUP_INFO, body(groupInfo));
    seed(HostileInput.WELCOME, body(added.welcome().orElseThrow()));
    seed(HostileInput.PUBLIC_MESSAGE, body(commit), body(join.commit()));
    seed(HostileInput.PRIVATE_MESSAGE, body(application));
    seed(HostileInput.AUTHENTICATED_CONTENT, bytes(content));
    seed(HostileInput.FRAMED_CONTENT, bytes(content.content()));
    seed(HostileInput.COMMIT, fullCommit.encode());
    for (Proposal each : proposals) {
      seed(HostileInput.PROPOSAL, each.encode());
    }
    seed(
        HostileInput.PROPOSAL_OR_REF,
        new ProposalOrRef.Inline(psk).encode(),
        new ProposalOrRef.ByReference(new ProposalRef(new byte[32])).encode());
    seed(HostileInput.UPDATE_PATH, fullCommit.path().orElseThrow().encode());
    seed(HostileInput.LEAF_NODE, state.ownLeaf().encode());
    seed(HostileInput.GROUP_CONTEXT, state.context().encode());
    seed(
        HostileInput.GROUP_SECRETS,
        new TlsWriter()
            .opaque(new byte[32])
            .optional(Optional.of(out -> out.opaque(new byte[32])))
            .vector(List.of(psk.id()))
            .toByteArray());
    seed(HostileInput.PRE_SHARED_KEY_ID, psk.id().encode(), resumption.encode());
    seed(
        HostileInput.REQUIRED_CAPABILITIES,
        new RequiredCapabilities(List.of(9), List.of(10), List.of(1)).encode());
    seed(HostileInput.CAPABILITIES, Capabilities.standard().encode());
    seed(
        HostileInput.CREDENTIAL,
        bob.credential.encode(),
        new X509Credential(List.of(utf8("der"), utf8("der"))).encode());
    seed(
        HostileInput.EXTENSIONS,
        new TlsWriter().vector(List.of(new Extension(10, new byte[0]))).toByteArray());
    seed(
        HostileInput.HPKE_CIPHERTEXT,
        new TlsWriter().opaque(new byte[32]).opaque(new byte[48]).toByteArray());
    seed(HostileInput.STORED_SECRET_TREE, bytes(state.messageKeys()));
    seed(HostileInput.STORED_EPOCH_SECRETS, bytes(state.secrets()));
    seed(HostileInput.STORED_PRIVATE_TREE, bytes(state.ownKeys()));
    PublicGroup tracked = PublicGroup.of(groupInfo, TestClient.CONTEXT);
    seed(HostileInput.STORED_PUBLIC_GROUP, tracked.encode());
    seed(HostileInput.STORED_GROUP_RECORDS, bytes(bob.group().records()));
    seed(HostileInput.STORED_PUBLIC_GROUP_RECORDS, bytes(tracked.records()));

    FuzzedMember member = new FuzzedMember();
    for (int i = 0; i < member.genuine().size(); i++) {
      seedProcess("genuine", 0, member.genuine().get(i));
      seedProcess("altered", 4 * i + 1, new byte[] {0, 40, 3, 1});
    }
    for (Proposal each : proposals) {
      seedProcess("proposal", 2, each.encode());
      seedProcess("proposal", 6, each.encode());
      Commit one = new Commit(List.of(new ProposalOrRef.Inline(each)), Optional.empty());
      seedProcess("commit", 3, one.encode());
    }
    seedProcess("commit", 7, fullCommit.encode());
  }

  private static Commit pathCommit(GroupState before, TestClient alice) throws MlsException {
    CommitOptions same = CommitOptions.empty().forcePath().framed(HandshakeOptions.publicMessage());
    PendingCommit open = new Group(before).commit(same, TestClient.CONTEXT, alice.random);
    PublicMessage message = TlsReader.decodeAll(body(open.commit()), PublicMessage::decode);
    return ((Content.Committed) message.framed().content()).commit();
  }

  private static GroupState state(TestClient client) throws MlsException {
    return GroupState.decode(new TlsReader(client.group().encode()));
  }

  private static byte[] bytes(Encodable encodable) {
    return encodable.encode();
  }

  private static byte[] bytes(Map<RecordKey, byte[]> records) {
    TlsWriter out = new TlsWriter();
    records.forEach((key, value) -> out.opaque(key.bytes()).opaque(value));
    return out.toByteArray();
  }

  private static byte[] body(byte[] message) {
    return Arrays.copyOfRange(message, MLS_MESSAGE_HEAD, message.length);
  }

  private void seed(HostileInput decoder, byte[]... inputs) throws IOException {
    for (byte[] input : inputs) {
      write(
          "DecodersFuzzTestInputs/decoderAnswersOrRefusesWithTypedError",
          decoder.name().toLowerCase(Locale.ROOT),
          decoder.number(),
          input);
      if (!decoder.accepts(input)) {
        throw new IllegalStateException(decoder + " refuses its seed");
      }
    }
  }

  private void seedProcess(String name, int choice, byte[] input) throws IOException {
    write("ProcessFuzzTestInputs/messageIsProcessedOrRefusedWithTypedError", name, choice, input);
  }

  private void write(String directory, String name, int first, byte[] rest) throws IOException {
    Path path = Files.createDirectories(root.resolve(directory));
    byte[] file = new byte[rest.length + 1];
    file[0] = (byte) first;
    System.arraycopy(rest, 0, file, 1, rest.length);
    int number = 1;
    while (Files.exists(path.resolve(name + "-" + number))) {
      number++;
    }
    Files.write(path.resolve(name + "-" + number), file);
  }
}
