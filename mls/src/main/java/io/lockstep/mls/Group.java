package io.lockstep.mls;

import io.lockstep.mls.codec.TlsReader;
import io.lockstep.mls.crypto.CipherSuite;
import io.lockstep.mls.crypto.HpkeKeyPair;
import io.lockstep.mls.crypto.Secret;
import io.lockstep.mls.framing.AuthenticatedContent;
import io.lockstep.mls.framing.Content;
import io.lockstep.mls.framing.Sender;
import io.lockstep.mls.message.GroupContext;
import io.lockstep.mls.message.Proposal;
import io.lockstep.mls.schedule.KeySchedule;
import io.lockstep.mls.schedule.SecretTree;
import io.lockstep.mls.tree.LeafIndex;
import io.lockstep.mls.tree.LeafNode;
import io.lockstep.mls.tree.LeafRules;
import io.lockstep.mls.tree.PrivateTree;
import io.lockstep.mls.tree.RatchetTree;
import io.lockstep.mls.tree.TreeRules;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

/**
 * A member's view of a group in one epoch: an immutable value. Every operation returns a new value
 * or throws, and a failed one has changed nothing. Any number of threads may use one value, and
 * independent groups share nothing.
 *
 * <pre>
 *   PendingCommit pending = group.commit(CommitOptions.empty().add(keyPackage), validator, random, now);
 *   group = pending.ifRejected(group);
 *   store(group.encode(), pending.encode());  send(pending.commit(), pending.welcome());
 *   ... the Delivery Service accepted it: group = pending.next();
 *   Effect effect = group.process(message, validator, now);
 *   store(effect.next().encode());  group.wipeExcept(effect.next());  group = effect.next();
 * </pre>
 *
 * <p>Keys that were used are not in the new value. The old value still has them, so overwrite it
 * ({@link #wipeExcept}) and what was stored once the new one is stored: forward secrecy begins
 * there. Copies that the JDK's ciphers make inside of themselves are out of reach. Sending twice
 * from one value uses one key twice; the random reuse guard (RFC 9420 section 6.3.1) limits the
 * damage, but receivers will refuse the second message.
 *
 * <p>Not there yet: an Update proposal that brings a new signature key (a Commit can), and proposal
 * types of the application that are not one {@code opaque<V>} on the wire.
 */
public final class Group {
  private final GroupState state;
  private volatile boolean wiped;

  Group(GroupState state) {
    this.state = state;
  }

  /** The state, with its secrets there. */
  GroupState state() {
    if (wiped) {
      throw new IllegalStateException(
          "the secrets of this value were overwritten: use the group that came after it");
    }
    return state;
  }

  // Birth

  /**
   * A group whose one member is its creator (RFC 9420 section 11). The suite is that of {@code
   * keys}.
   */
  public static Group create(
      GroupId groupId,
      SignatureKeyPair keys,
      Credential credential,
      Lifetime lifetime,
      List<Extension> extensions,
      SecureRandom random)
      throws MlsException {
    return create(groupId, LeafProfile.of(keys, credential), lifetime, extensions, random);
  }

  /** The same with capabilities and leaf extensions of the application's choice. */
  public static Group create(
      GroupId groupId,
      LeafProfile profile,
      Lifetime lifetime,
      List<Extension> extensions,
      SecureRandom random)
      throws MlsException {
    CipherSuite suite = profile.keys().suite();
    HpkeKeyPair leafKey = suite.generateHpkeKeyPair(random);
    LeafNode leaf =
        LeafNode.forKeyPackage(
            profile.content(leafKey.publicKey(), random), lifetime, profile.keys());
    LeafRules.checkConsistent(leaf, suite);
    RatchetTree tree = RatchetTree.of(suite, leaf);
    TreeRules.checkSupport(tree, extensions);
    GroupContext context =
        new GroupContext(suite, groupId, 0, tree.treeHash(), new byte[0], extensions);
    try (Secret epochSecret = Secret.random(suite.hashLength(), random)) {
      KeySchedule.Epoch epoch = KeySchedule.epochOf(suite, epochSecret, 1);
      return new Group(
          new GroupState(
              context,
              tree,
              PrivateTree.of(suite, new LeafIndex(0), leafKey),
              profile.keys().copy(),
              epoch.secrets(),
              epoch.tree(),
              ProposalCache.EMPTY,
              PastEpochs.NONE,
              GroupState.ACTIVE));
    }
  }

  /**
   * Enters by Welcome (RFC 9420 section 12.4.3.1). Everything in it is verified: signature of the
   * GroupInfo, tree hash, parent hashes, every leaf, confirmation tag. The caller checks that it is
   * not in a group of this id already, and deletes the bundle afterwards unless it is one of last
   * resort.
   *
   * <p>A group that follows another one after a ReInit, or is a branch of it, is compared with that
   * group: {@link ReceiveContext#withGroup} must bring it (sections 11.2 and 11.3).
   */
  public static Group join(
      byte[] welcome, KeyPackageBundle bundle, SignatureKeyPair keys, ReceiveContext context)
      throws MlsException {
    return new Group(WelcomeJoin.join(welcome, bundle, keys, context));
  }

  /**
   * Enters by an external Commit (RFC 9420 section 12.4.3.2). A leaf of the same client, by
   * signature key or by {@link CredentialValidator#sameClient}, is removed by the same Commit: that
   * is how a client that lost its state comes back.
   */
  public static ExternalJoin joinExternally(
      byte[] groupInfo,
      SignatureKeyPair keys,
      Credential credential,
      ReceiveContext context,
      SecureRandom random)
      throws MlsException {
    return joinExternally(groupInfo, keys, credential, context, new byte[0], random);
  }

  /** The same, with {@code authenticatedData} beside the Commit, readable by anyone. */
  public static ExternalJoin joinExternally(
      byte[] groupInfo,
      SignatureKeyPair keys,
      Credential credential,
      ReceiveContext context,
      byte[] authenticatedData,
      SecureRandom random)
      throws MlsException {
    ExternalJoinOptions options =
        ExternalJoinOptions.none().withAuthenticatedData(authenticatedData);
    return joinExternally(groupInfo, LeafProfile.of(keys, credential), options, context, random);
  }

  /**
   * The same with capabilities and leaf extensions of the application's choice, and with more in
   * the Commit than the joiner itself.
   */
  public static ExternalJoin joinExternally(
      byte[] groupInfo,
      LeafProfile profile,
      ExternalJoinOptions options,
      ReceiveContext context,
      SecureRandom random)
      throws MlsException {
    return new ExternalJoining(profile, context, options, random).join(groupInfo);
  }

  // Changing the group

  /**
   * Makes a Commit (RFC 9420 section 12.4). Until it is accepted the group is {@link
   * PendingCommit#ifRejected}.
   */
  public PendingCommit commit(
      CommitOptions options, CredentialValidator credentials, SecureRandom random, Instant now)
      throws MlsException {
    return commit(options, ReceiveContext.of(credentials, now), random);
  }

  /** The same, with PSKs at hand. */
  public PendingCommit commit(CommitOptions options, ReceiveContext context, SecureRandom random)
      throws MlsException {
    return CommitCreation.create(state(), options, context, random);
  }

  /**
   * After a Commit with ReInit, founds the group that follows this one, as the ReInit says (RFC
   * 9420 section 11.2). Any member may, and one should; the others join by the Welcome. {@code
   * options} add fresh KeyPackages of all other members and nothing else. The Commit itself is for
   * nobody: {@link PendingCommit#next} is the new group in its epoch 1.
   */
  public PendingCommit reinitialize(
      LeafProfile self,
      Lifetime lifetime,
      CommitOptions options,
      ReceiveContext context,
      SecureRandom random)
      throws MlsException {
    return FollowUp.reinitialize(state(), self, lifetime, options, context, random);
  }

  /**
   * Founds a group of some members of this one, with its suite and extensions (RFC 9420 section
   * 11.3). {@code options} add fresh KeyPackages of them and nothing else. The Commit itself is for
   * nobody: {@link PendingCommit#next} is the new group in its epoch 1.
   */
  public PendingCommit branch(
      GroupId branch,
      LeafProfile self,
      Lifetime lifetime,
      CommitOptions options,
      ReceiveContext context,
      SecureRandom random)
      throws MlsException {
    return FollowUp.branch(state(), branch, self, lifetime, options, context, random);
  }

  /** What the group that follows must be like, once a Commit with ReInit has closed this one. */
  public Optional<Proposal.ReInit> reInit() {
    return state.phase() instanceof GroupState.Phase.Closed(Optional<Proposal.ReInit> reInit)
        ? reInit
        : Optional.empty();
  }

  /** Without the own handshake keys up to {@code generation}. */
  Group afterHandshake(long generation) {
    return new Group(
        state()
            .withMessageKeys(
                state()
                    .messageKeys()
                    .after(
                        state.suite(),
                        state.self().value(),
                        SecretTree.Kind.HANDSHAKE,
                        generation)));
  }

  /**
   * Proposes new keys for the own leaf; the private key waits in the returned group for a Commit.
   */
  public Proposed proposeUpdate(HandshakeOptions options, SecureRandom random) throws MlsException {
    return proposeUpdate(state.ownLeaf().content(), options, random);
  }

  /**
   * The same with a new leaf content, and perhaps another credential of the same client. The
   * signature key stays: a new one comes by {@link CommitOptions#leaf}.
   */
  public Proposed proposeUpdate(LeafProfile profile, HandshakeOptions options, SecureRandom random)
      throws MlsException {
    if (!profile.keys().publicKey().equals(state.signer().publicKey())) {
      throw new IllegalArgumentException("an Update keeps the signature key");
    }
    return proposeUpdate(profile.content(random), options, random);
  }

  private Proposed proposeUpdate(
      LeafNode.Content content, HandshakeOptions options, SecureRandom random) throws MlsException {
    HpkeKeyPair leafKey = state.suite().generateHpkeKeyPair(random);
    LeafNode leaf =
        LeafNode.forUpdate(
            content.withEncryptionKey(leafKey.publicKey()),
            state.context().groupId(),
            state.self(),
            state.signer());
    GroupState withKey = state().withProposals(state.proposals().withUpdateKey(leafKey));
    return propose(withKey, new Proposal.Update(leaf), options, random);
  }

  /** Invalid is thrown only by those who receive it, if there is no such member. */
  public Proposed proposeRemove(LeafIndex leaf, HandshakeOptions options, SecureRandom random)
      throws MlsException {
    return propose(new Proposal.Remove(leaf), options, random);
  }

  /** The KeyPackage is checked when the proposal is committed. */
  public Proposed proposeAdd(KeyPackage keyPackage, HandshakeOptions options, SecureRandom random)
      throws MlsException {
    return propose(new Proposal.Add(keyPackage), options, random);
  }

  /**
   * Asks the others to take this member out (draft-ietf-mls-extensions): also whoever joins by
   * external Commit does it, so the message is a PublicMessage. The member itself cannot commit it,
   * and a Commit without it makes it void. Invalid if some member does not know this proposal.
   */
  public Proposed proposeSelfRemove(byte[] authenticatedData, SecureRandom random)
      throws MlsException {
    Proposal leaving = new Proposal.SelfRemove();
    ProposalListRules.checkSupported(leaving, state.tree());
    HandshakeOptions options =
        HandshakeOptions.publicMessage().withAuthenticatedData(authenticatedData);
    return propose(state(), leaving, options, random);
  }

  /**
   * Any proposal but an Update and a SelfRemove, for which there are {@link #proposeUpdate} and
   * {@link #proposeSelfRemove}, and an ExternalInit, which is never sent by itself.
   */
  public Proposed propose(Proposal proposal, HandshakeOptions options, SecureRandom random)
      throws MlsException {
    if (proposal instanceof Proposal.Update
        || proposal instanceof Proposal.SelfRemove
        || proposal instanceof Proposal.ExternalInit) {
      throw new IllegalArgumentException(
          "proposal type " + proposal.type() + " is not sent this way");
    }
    return propose(state(), proposal, options, random);
  }

  private static Proposed propose(
      GroupState state, Proposal proposal, HandshakeOptions options, SecureRandom random)
      throws MlsException {
    state.requireActive();
    AuthenticatedContent content = Framing.sign(state, new Content.Proposed(proposal), options);
    ProposalRef ref = content.proposalRef(state.suite());
    CachedProposal cached = new CachedProposal(ref, new Sender.Member(state.self()), proposal);
    Framing.Sealed sealed = Framing.protect(state, content, options.padding(), random);
    GroupState next = sealed.next().withProposals(state.proposals().with(cached));
    return new Proposed(sealed.message(), ref, new Group(next));
  }

  /**
   * Forgets proposals that will not be committed; references to them in a Commit will then fail.
   */
  public Group withoutPendingProposals() {
    return new Group(state().withProposals(ProposalCache.EMPTY));
  }

  public boolean hasPendingProposals() {
    return !state.proposals().proposals().isEmpty();
  }

  // Messages

  /**
   * Encrypts for the members of this epoch. {@code authenticatedData} is readable by anyone and
   * covered by the signature. Throws {@link MlsException.CommitDue} while proposals are pending:
   * members must commit before they talk on (RFC 9420 section 12.4).
   */
  public Protected protect(byte[] plaintext, byte[] authenticatedData, SecureRandom random)
      throws MlsException {
    return protect(plaintext, authenticatedData, Padding.none(), random);
  }

  /** The same, with zero bytes behind the plaintext that hide its length. */
  public Protected protect(
      byte[] plaintext, byte[] authenticatedData, Padding padding, SecureRandom random)
      throws MlsException {
    state.requireActive();
    if (hasPendingProposals()) {
      throw new MlsException.CommitDue();
    }
    HandshakeOptions options =
        HandshakeOptions.privateMessage()
            .withAuthenticatedData(authenticatedData)
            .withPadding(padding);
    AuthenticatedContent content =
        Framing.sign(state(), new Content.Application(plaintext), options);
    Framing.Sealed sealed = Framing.protect(state, content, options.padding(), random);
    return new Protected(sealed.message(), new Group(sealed.next()));
  }

  /** Like {@link #process(byte[], ReceiveContext)} in a group that uses no external PSKs. */
  public Effect process(byte[] message, CredentialValidator credentials, Instant now)
      throws MlsException {
    return process(message, ReceiveContext.of(credentials, now));
  }

  /**
   * Processes a PublicMessage or PrivateMessage: a message of this epoch, or an application message
   * of one of the last {@link ReceiveWindow#pastEpochs} epochs.
   */
  public Effect process(byte[] message, ReceiveContext context) throws MlsException {
    return MessageProcessing.process(state(), message, context);
  }

  // Looking

  public GroupId groupId() {
    return state.context().groupId();
  }

  /** Unsigned. */
  public long epoch() {
    return state.context().epoch();
  }

  public CipherSuite suite() {
    return state.suite();
  }

  public GroupContext context() {
    return state.context();
  }

  public List<Extension> extensions() {
    return state.context().extensions();
  }

  public LeafIndex ownLeaf() {
    return state.self();
  }

  /** From left to right. */
  public List<Member> members() {
    List<Member> members = new ArrayList<>(state.tree().memberCount());
    state.tree().forEachMember((leaf, node) -> members.add(Member.of(leaf, node)));
    return members;
  }

  public Optional<Member> member(LeafIndex leaf) {
    return state.member(leaf);
  }

  /**
   * Equal for two members if, and only if, they agree on the whole history (RFC 9420 section 8.7).
   */
  public byte[] epochAuthenticator() {
    return state().secrets().authenticator().expose().clone();
  }

  /** {@code MLS-Exporter} (RFC 9420 section 8.5): a secret of this epoch for the application. */
  public byte[] export(String label, byte[] context, int length) {
    return state().secrets().export(state.suite(), label, context, length).expose();
  }

  /** The PSK that proves membership in this epoch elsewhere (RFC 9420 section 8.6). */
  public Secret resumptionPsk() {
    return state().secrets().resumption().copy();
  }

  /** The data of a ratchet_tree extension, for joiners whose Welcome does not carry it. */
  public byte[] ratchetTree() {
    return state.tree().encode();
  }

  /**
   * An MLSMessage with a signed GroupInfo of this epoch, with external_pub: whoever has it can join
   * by external Commit.
   */
  public byte[] groupInfo(GroupInfoContent content) {
    return GroupInfos.message(state(), content);
  }

  // Letting go

  /**
   * Overwrites every secret of this value that {@code successor} does not have: keys that were
   * used, keys that were replaced, epochs that are over. Call it on the value that a successor took
   * the place of, once that is stored, and on the {@link PendingCommit#next} of a Commit that was
   * not accepted. What both share is left alone, so it costs as little as they differ by.
   *
   * <p>Afterwards this value has no secrets: operations that need one throw IllegalStateException.
   * So do those of other values made from it that {@code successor} was not made from. Nobody may
   * be using this value while it runs.
   */
  public void wipeExcept(Group successor) {
    if (!successor.groupId().equals(groupId())) {
      throw new IllegalArgumentException("a group is not succeeded by another group");
    }
    GroupState kept = successor.state();
    if (!SecretSweep.same(state, kept)) {
      wiped = true;
      SecretSweep.wipeExcept(state, kept);
    }
  }

  /** Overwrites all secrets of this value: for a group that is left or given up. */
  public void wipe() {
    wiped = true;
    SecretSweep.wipe(state);
  }

  // Storing

  /** The whole state, secrets included: encrypt what it returns. */
  public byte[] encode() {
    return state().encode();
  }

  /**
   * The counterpart of {@link #encode}. Unsupported for a version of the format that is not known.
   */
  public static Group decode(byte[] encoded) throws MlsException {
    return new Group(TlsReader.decodeAll(encoded, GroupState::decode));
  }

  /**
   * The whole state as records for a key-value store or a log, for groups that are too large to be
   * written as a whole after each message: write these once, and {@link #changesSince} from then
   * on. Secrets are among the values: encrypt them.
   */
  public SortedMap<RecordKey, byte[]> records() {
    return GroupRecords.of(state).puts();
  }

  /**
   * What makes the records of {@code stored} those of this value. Small if this value came from
   * {@code stored} by operations of this class: a message writes a few hundred bytes, a Commit
   * O(log n) records. Correct for any two values of one group.
   */
  public RecordChanges changesSince(Group stored) {
    return GroupRecords.between(stored.state, state);
  }

  /**
   * The counterpart of {@link #records}; verifies no signature again. Unsupported for a version of
   * the format that is not known, Malformed for records that are not all of one state.
   */
  public static Group fromRecords(Map<RecordKey, byte[]> records) throws MlsException {
    return new Group(StoredRecords.read(records));
  }

  /** Names the group and the epoch, nothing secret. */
  @Override
  public String toString() {
    return "Group[" + groupId() + ", epoch " + Long.toUnsignedString(epoch()) + "]";
  }
}
