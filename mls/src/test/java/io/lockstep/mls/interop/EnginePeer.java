package io.lockstep.mls.interop;

import io.lockstep.mls.BasicCredential;
import io.lockstep.mls.Capabilities;
import io.lockstep.mls.CommitOptions;
import io.lockstep.mls.ContentType;
import io.lockstep.mls.Credential;
import io.lockstep.mls.CredentialValidator;
import io.lockstep.mls.Effect;
import io.lockstep.mls.Extension;
import io.lockstep.mls.ExternalJoin;
import io.lockstep.mls.Group;
import io.lockstep.mls.GroupId;
import io.lockstep.mls.GroupInfoContent;
import io.lockstep.mls.HandshakeOptions;
import io.lockstep.mls.KeyPackage;
import io.lockstep.mls.KeyPackageBundle;
import io.lockstep.mls.Lifetime;
import io.lockstep.mls.MlsException;
import io.lockstep.mls.Padding;
import io.lockstep.mls.PendingCommit;
import io.lockstep.mls.Proposed;
import io.lockstep.mls.Protected;
import io.lockstep.mls.ReceiveContext;
import io.lockstep.mls.SignatureKeyPair;
import io.lockstep.mls.WireFormat;
import io.lockstep.mls.crypto.CipherSuite;
import io.lockstep.mls.crypto.HpkeKeyPair;
import io.lockstep.mls.crypto.Secret;
import io.lockstep.mls.message.Proposal;
import io.lockstep.mls.tree.LeafIndex;
import io.lockstep.mls.tree.LeafNode;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** This engine, by its public API alone. The state is stored and read back after every step. */
final class EnginePeer implements Peer {
  private static final byte[] NONE = {};
  private static final Duration LIFETIME = Duration.ofDays(30);

  private final Setup setup;
  private final InteropTest.PathPolicy path;
  private final Instant now;
  private final SecureRandom random;
  private final SignatureKeyPair keys;
  private final Credential credential;
  private final Map<String, Secret> psks = new HashMap<>();
  private KeyPackageBundle bundle;
  private Group group;

  EnginePeer(Setup setup, InteropTest.PathPolicy path, Instant now, SecureRandom random) {
    this.setup = setup;
    this.path = path;
    this.now = now;
    this.random = random;
    this.keys = SignatureKeyPair.generate(setup.suite(), random);
    this.credential = new BasicCredential(setup.name().getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public Setup setup() {
    return setup;
  }

  @Override
  public byte[] keyPackage() {
    CipherSuite suite = setup.suite();
    Capabilities all = Capabilities.standard();
    Capabilities capabilities =
        new Capabilities(
                all.versions(),
                all.cipherSuites(),
                setup.extensionTypes(),
                all.proposals(),
                all.credentials())
            .withGrease(random);
    HpkeKeyPair initKey = suite.generateHpkeKeyPair(random);
    HpkeKeyPair leafKey = suite.generateHpkeKeyPair(random);
    LeafNode.Content content =
        new LeafNode.Content(leafKey.publicKey(), credential, capabilities, setup.leafExtensions());
    LeafNode leaf = LeafNode.forKeyPackage(content, lifetime(), keys);
    KeyPackage keyPackage =
        KeyPackage.sign(initKey.publicKey(), leaf, setup.keyPackageExtensions(), keys);
    bundle = new KeyPackageBundle(keyPackage, initKey, leafKey);
    return keyPackage.encode();
  }

  @Override
  public void create(GroupId id, List<Extension> extensions) throws MlsException {
    keep(Group.create(id, keys, credential, lifetime(), extensions, random));
  }

  @Override
  public void knowPsk(byte[] id, byte[] value) {
    psks.put(HexFormat.of().formatHex(id), Secret.copyOf(value));
  }

  @Override
  public void join(byte[] welcome, Optional<byte[]> ratchetTree) throws MlsException {
    keep(Group.join(welcome, bundle, keys, context(ratchetTree)));
  }

  @Override
  public byte[] joinExternally(byte[] groupInfo, Optional<byte[]> ratchetTree) throws MlsException {
    ExternalJoin join =
        Group.joinExternally(groupInfo, keys, credential, context(ratchetTree), random);
    keep(join.next());
    return join.commit();
  }

  @Override
  public byte[] groupInfo(GroupInfoContent content) {
    return group.groupInfo(content);
  }

  @Override
  public byte[] ratchetTree() {
    return group.ratchetTree();
  }

  @Override
  public Made commit(Plan plan, byte[] authenticatedData) throws MlsException {
    CommitOptions options =
        CommitOptions.empty()
            .proposeAll(plan.proposals())
            .framed(framing(plan.framing()).withAuthenticatedData(authenticatedData));
    if (plan.welcome() == GroupInfoContent.WITH_TREE) {
      options = options.ratchetTreeInWelcome();
    }
    if (path == InteropTest.PathPolicy.ALWAYS) {
      options = options.forcePath();
    }
    PendingCommit pending = group.commit(options, context(Optional.empty()), random);
    keep(pending.next());
    return new Made(pending.commit(), pending.welcome());
  }

  @Override
  public byte[] propose(Proposal proposal, WireFormat framing) throws MlsException {
    return keep(group.propose(proposal, framing(framing), random));
  }

  @Override
  public byte[] proposeUpdate(WireFormat framing) throws MlsException {
    return keep(group.proposeUpdate(framing(framing), random));
  }

  @Override
  public Received process(byte[] message) throws MlsException {
    Effect effect = group.process(message, context(Optional.empty()));
    keep(effect.next());
    return switch (effect) {
      case Effect.ApplicationMessage read ->
          new Received(ContentType.APPLICATION, read.data(), read.authenticatedData(), true);
      case Effect.ProposalReceived read ->
          new Received(ContentType.PROPOSAL, NONE, read.authenticatedData(), true);
      case Effect.CommitApplied read ->
          new Received(ContentType.COMMIT, NONE, read.authenticatedData(), true);
      case Effect.Removed _ -> new Received(ContentType.COMMIT, NONE, NONE, false);
      case Effect.OwnMessage own -> throw new AssertionError("own message " + own);
    };
  }

  @Override
  public byte[] protect(byte[] data, byte[] authenticatedData) throws MlsException {
    Protected sent = group.protect(data, authenticatedData, padding(), random);
    keep(sent.next());
    return sent.message();
  }

  @Override
  public LeafIndex leaf() {
    return group.ownLeaf();
  }

  @Override
  public Standing standing() {
    HexFormat hex = HexFormat.of();
    return new Standing(
        group.epoch(),
        hex.formatHex(group.epochAuthenticator()),
        hex.formatHex(group.context().treeHash()),
        hex.formatHex(group.export(EXPORT_LABEL, EXPORT_CONTEXT, EXPORT_LENGTH)));
  }

  private byte[] keep(Proposed proposed) throws MlsException {
    keep(proposed.next());
    return proposed.message();
  }

  private void keep(Group next) throws MlsException {
    group = Group.decode(next.encode());
  }

  private Padding padding() {
    return setup.padding() == 0 ? Padding.none() : Padding.toMultipleOf(setup.padding());
  }

  private Lifetime lifetime() {
    return Lifetime.starting(now, LIFETIME);
  }

  private ReceiveContext context(Optional<byte[]> ratchetTree) {
    ReceiveContext context =
        ReceiveContext.of(new Names(), now)
            .withLifetimeMax(ReceiveContext.UNLIMITED)
            .withPsks(id -> Optional.ofNullable(psks.get(HexFormat.of().formatHex(id))));
    return ratchetTree.map(context::withRatchetTree).orElse(context);
  }

  private static HandshakeOptions framing(WireFormat format) {
    return format == WireFormat.PUBLIC_MESSAGE
        ? HandshakeOptions.publicMessage()
        : HandshakeOptions.privateMessage();
  }

  /** Believes every credential; equal credentials are the same client. */
  private static final class Names implements CredentialValidator {
    @Override
    public void validate(Credential credential, byte[] signaturePublicKey) {}

    @Override
    public boolean sameClient(Credential credential, Credential successor) {
      return credential.equals(successor);
    }
  }
}
