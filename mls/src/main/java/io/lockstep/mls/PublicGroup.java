package io.lockstep.mls;

import io.lockstep.mls.codec.TlsReader;
import io.lockstep.mls.crypto.CipherSuite;
import io.lockstep.mls.framing.MlsMessage;
import io.lockstep.mls.message.GroupContext;
import io.lockstep.mls.message.GroupInfo;
import io.lockstep.mls.message.Proposal;
import io.lockstep.mls.tree.LeafIndex;
import io.lockstep.mls.tree.RatchetTree;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

/**
 * A group as it is seen by someone who is not in it and reads its public handshakes: a Delivery
 * Service that refuses invalid Commits, or an auditor. An immutable value without any secret; every
 * operation returns a new value or throws, and a failed one has changed nothing. A Commit costs
 * O(log n) in a populated tree, and old values are cheap to keep, since trees share what did not
 * change.
 *
 * <pre>
 *   PublicGroup group = PublicGroup.created(groupInfoOfEpoch0, context);
 *   PublicEffect effect = group.process(commit, context);   // throws: the Commit is refused
 *   effect.next().checkWelcome(welcome);
 *   effect.next().checkGroupInfo(groupInfo);
 *   ... all three are accepted: store(effect.next().encode());  group = effect.next();
 * </pre>
 *
 * <p>It applies the very rules that a {@link Group} applies, except those that need a secret, and
 * refuses with the same {@link Rule}. What it cannot see, and what holds instead:
 *
 * <ul>
 *   <li>the membership tag (RFC 9420 section 6.2): who knows a member's signature key but is not in
 *       the epoch passes here and is refused by the members;
 *   <li>the confirmation tag of a Commit (section 6.1), beyond its length. It enters the interim
 *       transcript hash (section 8.2), and that the confirmed transcript hash of the next Commit,
 *       which every signature of the next epoch covers. {@link #checkGroupInfo} compares it with
 *       the one that a member signed. So a tag that members did not accept is followed by no valid
 *       message of another member, and a false one cannot be put in later;
 *   <li>what path secrets and Welcomes encrypt (sections 7.5 and 12.4.3.1), beyond number and
 *       length: a dishonest committer can shut members out. Keep the value before a Commit until a
 *       member has followed it; to return to it is to refuse the Commit after all;
 *   <li>whether external_pub is the epoch's, and whether members know a PSK;
 *   <li>PrivateMessages: see {@link PublicEffect.Unseen}. After an encrypted Commit the group
 *       {@link #isLost()}: {@link MlsException.TrackLost} is what everything but {@link
 *       #resynchronize} then answers.
 * </ul>
 */
public final class PublicGroup {
  private final PublicGroupState state;

  PublicGroup(PublicGroupState state) {
    this.state = state;
  }

  // Birth

  /**
   * From a GroupInfo, with its ratchet tree inside or in {@code context}. Everything is verified
   * that a joiner can verify (RFC 9420 section 12.4.3.1), but the word of the member who signed is
   * taken for the transcript hash and the confirmation tag.
   */
  public static PublicGroup of(byte[] groupInfo, ReceiveContext context) throws MlsException {
    GroupInfo info = readGroupInfo(groupInfo);
    return of(info, GroupInfoRules.verifiedTree(info, context));
  }

  /**
   * From the GroupInfo that the creator of a group makes at epoch 0 (RFC 9420 section 11): nobody's
   * word has to be taken, then or later.
   */
  public static PublicGroup created(byte[] groupInfo, ReceiveContext context) throws MlsException {
    GroupInfo info = readGroupInfo(groupInfo);
    RatchetTree tree = GroupInfoRules.verifiedTree(info, context);
    if (info.context().epoch() != 0
        || tree.memberCount() != 1
        || info.context().confirmedTranscriptHash().length != 0) {
      throw new MlsException.Invalid(Rule.NEW_GROUP, "the GroupInfo is not that of a new group");
    }
    return of(info, tree);
  }

  private static PublicGroup of(GroupInfo info, RatchetTree tree) throws MlsException.Invalid {
    GroupInfoRules.checkConfirmationTagLength(info);
    return new PublicGroup(PublicGroupState.of(info, tree));
  }

  private static GroupInfo readGroupInfo(byte[] message) throws MlsException {
    return MlsMessage.decode(message, WireFormat.GROUP_INFO, GroupInfo::decode);
  }

  // Following

  /**
   * Processes a PublicMessage or PrivateMessage. {@link MlsException.Invalid} names the rule that a
   * message breaks; {@link MlsException.WrongEpoch} is also the answer to the Commit that lost a
   * race. Of {@code context} the validator, the time and the lifetime limit are used.
   */
  public PublicEffect process(byte[] message, ReceiveContext context) throws MlsException {
    return PublicProcessing.process(state, message, context);
  }

  /**
   * The same group in a later epoch, after Commits that were not seen, by the word of the member
   * who signed {@code groupInfo}. {@link MlsException.WrongGroup} for another group, {@link
   * MlsException.WrongEpoch} if the epoch is not beyond what is known.
   */
  public PublicGroup resynchronize(byte[] groupInfo, ReceiveContext context) throws MlsException {
    GroupInfo info = readGroupInfo(groupInfo);
    HandshakeRules.requireGroup(info.context().groupId(), state);
    if (Long.compareUnsigned(info.context().epoch(), epoch()) <= 0) {
      throw new MlsException.WrongEpoch(epoch() + 1, info.context().epoch());
    }
    if (info.context().suite() != suite()) {
      throw new MlsException.Invalid(Rule.GROUP_INFO_CONTEXT, "the suite is another one");
    }
    return of(info, GroupInfoRules.verifiedTree(info, context));
  }

  /**
   * Whether the current epoch is unknown, because the Commit that began it could not be seen. What
   * the accessors return is then of the last epoch that was known.
   */
  public boolean isLost() {
    return state.sight() == PublicGroupState.Sight.LOST;
  }

  // What comes with a Commit

  /**
   * Holds a GroupInfo of this epoch against what is known: context, confirmation tag, tree if it is
   * inside, form of external_pub, signature. Costs O(n) only for a tree inside.
   *
   * @return the member who signed it
   */
  public Member checkGroupInfo(byte[] groupInfo) throws MlsException {
    state.requireInSight();
    GroupInfo info = readGroupInfo(groupInfo);
    GroupInfoRules.checkSame(info, state, state.confirmationTag());
    return Member.of(info.signer(), state.tree().member(info.signer()));
  }

  /** The KeyPackages that the Commit which began this epoch added: whom a Welcome is for. */
  public List<KeyPackageRef> joiners() {
    return state.joiners();
  }

  /** That the Welcome is for {@link #joiners}, for each of them and nobody else. */
  public void checkWelcome(byte[] welcome) throws MlsException {
    checkWelcomes(List.of(welcome));
  }

  /** The same for a Welcome in several parts, which together are for each joiner once. */
  public void checkWelcomes(List<byte[]> welcomes) throws MlsException {
    state.requireInSight();
    WelcomeRules.checkRecipients(welcomes, suite(), joiners());
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

  /** With tree hash and confirmed transcript hash: equal to that of every member. */
  public GroupContext context() {
    return state.context();
  }

  public List<Extension> extensions() {
    return state.context().extensions();
  }

  /** From left to right. */
  public List<Member> members() {
    List<Member> members = new ArrayList<>(state.tree().memberCount());
    state.tree().forEachMember((leaf, node) -> members.add(Member.of(leaf, node)));
    return members;
  }

  public int memberCount() {
    return state.tree().memberCount();
  }

  public Optional<Member> member(LeafIndex leaf) {
    return state.tree().leaf(leaf).map(node -> Member.of(leaf, node));
  }

  /** Those of this epoch that were seen, in the order in which they came. */
  public List<PendingProposal> pendingProposals() {
    return state.proposals().proposals().stream().map(PendingProposal::of).toList();
  }

  /**
   * What the group that follows must be like, once a Commit with ReInit has closed this one (RFC
   * 9420 section 11.2).
   */
  public Optional<Proposal.ReInit> reInit() {
    return state.phase() instanceof GroupState.Phase.Closed(Optional<Proposal.ReInit> reInit)
        ? reInit
        : Optional.empty();
  }

  /** The data of a ratchet_tree extension, for joiners whose Welcome does not carry it. */
  public byte[] ratchetTree() {
    return state.tree().encode();
  }

  /** Of the Commit that began this epoch. Not verified by itself, see above. A copy. */
  public byte[] confirmationTag() {
    return state.confirmationTag().bytes();
  }

  /** RFC 9420 section 8.2. Covers everything since the group was created. */
  public byte[] interimTranscriptHash() {
    return state.interimTranscriptHash();
  }

  // Storing

  /** The whole state. It has no secret, but tells who is in the group. */
  public byte[] encode() {
    return state.encode();
  }

  /**
   * The counterpart of {@link #encode}. Unsupported for a version of the format that is not known;
   * Malformed for a tree that is not that of the context.
   */
  public static PublicGroup decode(byte[] encoded) throws MlsException {
    return new PublicGroup(TlsReader.decodeAll(encoded, PublicGroupState::decode));
  }

  /**
   * The whole state as records for a key-value store or a log, for groups that are too large to be
   * written as a whole after each Commit: write these once, and {@link #changesSince} from then on.
   */
  public SortedMap<RecordKey, byte[]> records() {
    return PublicRecords.changes(Optional.empty(), state).puts();
  }

  /**
   * What makes the records of {@code stored} those of this value. O(log n) records if this value
   * came from {@code stored} by a Commit that changed few leaves. Correct for any two values of one
   * group.
   */
  public RecordChanges changesSince(PublicGroup stored) {
    return PublicRecords.changes(Optional.of(stored.state), state);
  }

  /**
   * The counterpart of {@link #records}; verifies no signature again. Unsupported for a version of
   * the format that is not known, Malformed for records that are not all of one state.
   */
  public static PublicGroup fromRecords(Map<RecordKey, byte[]> records) throws MlsException {
    return new PublicGroup(PublicRecords.read(records));
  }

  RatchetTree tree() {
    return state.tree();
  }

  /** Names the group and the epoch. */
  @Override
  public String toString() {
    return "PublicGroup[" + groupId() + ", epoch " + Long.toUnsignedString(epoch()) + "]";
  }
}
