package io.lockstep.client;

import com.google.protobuf.ByteString;
import io.lockstep.client.DeviceRecord.Enrolment;
import io.lockstep.client.GroupChanges.Plan;
import io.lockstep.client.Peers.Invited;
import io.lockstep.client.grpc.GrpcServices;
import io.lockstep.client.identity.CertificateValidator;
import io.lockstep.client.identity.MemberIdentity;
import io.lockstep.client.service.Retry;
import io.lockstep.client.service.Services;
import io.lockstep.client.service.TokenSource;
import io.lockstep.client.state.StateException;
import io.lockstep.client.state.StateVault;
import io.lockstep.mls.CommitOptions;
import io.lockstep.mls.Group;
import io.lockstep.mls.GroupId;
import io.lockstep.mls.tree.LeafIndex;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One device of one user. Blocking and thread-safe: call it from virtual threads. What happens in
 * the groups comes as {@link ClientEvent}s, by {@link #take} or {@link #listen}; an application
 * that takes no events stops its client in the end, since the client keeps messages for it and
 * reads on only as far as there is room.
 *
 * <pre>
 *   LockstepClient alice = LockstepClient.open(config);
 *   alice.register(name, accountKey, invitation);   // once per user
 *   alice.enrol(name, accountKey);                  // once per device
 *   alice.publishKeyPackages(20);                   // so that others can add this device
 *   GroupId group = alice.createGroup(GroupOptions.open());
 *   alice.add(group, new UserName("bob"));
 *   alice.send(group, bytes);
 * </pre>
 *
 * <p>Everything is on disk, encrypted, before it is acknowledged or handed in, so the process may
 * be killed at any moment. Operations throw {@link LockstepException}.
 */
public final class LockstepClient implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LockstepClient.class);

  /** How long closing waits for threads. */
  private static final Duration CLOSE_MAX = Duration.ofSeconds(5);

  private final StateVault vault;
  private final Services services;
  private final TokenSource tokens;
  private final ExecutorService background;
  private final Context context;
  private final GroupSessions sessions;
  private final StreamLink link;
  private final GroupChanges changes;
  private final GroupMessages messages;
  private final GroupEntrance entrance;
  private final KeyPackages keyPackages;
  private final Peers peers;
  private final Accounts accounts;
  private final Reactions reactions;

  private LockstepClient(ClientConfig config, StateVault vault, Services services) {
    this.vault = vault;
    this.services = services;
    this.background = Executors.newVirtualThreadPerTaskExecutor();
    ClientLimits limits = config.limits();
    CertificateValidator validator =
        new CertificateValidator(
            CertificateValidator.readAnchor(config.trustAnchor()), config.clock());
    Device device = Device.open(vault, config.random());
    this.tokens =
        new TokenSource(() -> Accounts.refresh(services, device, config.clock()), config.clock());
    Retry retry =
        new Retry(
            limits.backoffFirst(),
            limits.backoffMax(),
            limits.operation(),
            config.random(),
            Retry.Time.system());
    this.sessions = new GroupSessions(vault, new GroupFold(validator));
    EventQueue events = new EventQueue(limits.eventsMax(), this::handled);
    this.context =
        new Context(
            device,
            new Calls(services, tokens, retry),
            validator,
            limits,
            config.clock(),
            config.random(),
            events,
            background);
    this.link = new StreamLink(context, services, tokens, sessions);
    this.changes = new GroupChanges(context, link);
    this.messages = new GroupMessages(context, changes, link);
    this.entrance = new GroupEntrance(context, changes, sessions, link);
    this.keyPackages = new KeyPackages(context);
    this.peers = new Peers(context);
    this.accounts = new Accounts(context);
    Inbox inbox = new Inbox(context, sessions, link, keyPackages);
    this.reactions = new Reactions(context, sessions, link, inbox, changes, messages);
    sessions.all().forEach(s -> s.record().unhandled().forEach(events::putAgain));
    if (device.record().enrolment().isPresent()) {
      start();
    }
  }

  /**
   * Opens the state directory, or makes it, and connects in the background if this device is
   * enrolled. {@link StateException} if the state cannot be used.
   */
  public static LockstepClient open(ClientConfig config) {
    StateVault vault = StateVault.open(config.stateDirectory(), config.stateKey(), config.random());
    Services services = null;
    try {
      services =
          GrpcServices.open(config.gateway(), config.authentication(), config.limits().attempt());
      return new LockstepClient(config, vault, services);
    } catch (RuntimeException e) {
      if (services != null) {
        services.close();
      }
      vault.close();
      throw e;
    }
  }

  // Identity

  /** Makes an account. {@code invitation} is empty where registration is open. */
  public void register(UserName user, AccountKey account, String invitation) {
    accounts.register(user, account, invitation);
  }

  /** Makes this device a client of the account, and connects. Again: renews its certificate. */
  public void enrol(UserName user, AccountKey account) {
    tokens.replace(accounts.enrol(user, account));
    start();
  }

  /** Who this device is; empty before it is enrolled. */
  public Optional<MemberIdentity> identity() {
    return context.device().record().enrolment().map(Enrolment::identity);
  }

  /**
   * Fills the key store up to so many one-time key packages, and one of last resort; used ones are
   * replaced from then on.
   */
  public void publishKeyPackages(int oneTime) {
    keyPackages.publish(oneTime);
  }

  // Groups

  public GroupId createGroup(GroupOptions options) {
    context.device().record().enrolled();
    return entrance.create(options);
  }

  /** Adds all devices of the users that are no members yet. */
  public void add(GroupId group, UserName... users) {
    add(group, Arrays.stream(users).map(Invitee::user).toList());
  }

  /** Adds all who are meant in one Commit. Does nothing if they are all members. */
  public void add(GroupId group, List<Invitee> invitees) {
    GroupSession session = sessions.require(group);
    Group now = session.requireMember().member();
    List<Invited> invited = peers.invite(invitees, Peers.clients(Members.of(now)));
    changes.commit(session, current -> adding(current, invited));
  }

  /** Those of the invited that nobody else has added in the meantime. */
  private static Optional<Plan> adding(Group group, List<Invited> invited) {
    Set<ClientId> members = Peers.clients(Members.of(group));
    List<Invited> missing =
        invited.stream().filter(i -> !members.contains(i.identity().client())).toList();
    if (missing.isEmpty()) {
      return Optional.empty();
    }
    CommitOptions options = CommitOptions.empty();
    for (Invited one : missing) {
      options = options.add(one.keyPackage());
    }
    return Optional.of(new Plan(options, missing.stream().map(Invited::joiner).toList()));
  }

  /** Removes all devices of a user. Does nothing if none is a member. */
  public void remove(GroupId group, UserName user) {
    requireOther(identity().map(MemberIdentity::user), user);
    remove(group, member -> member.identity().user().equals(user));
  }

  /** Removes one device. Does nothing if it is no member. */
  public void removeClient(GroupId group, ClientId client) {
    requireOther(identity().map(MemberIdentity::client), client);
    remove(group, member -> member.identity().client().equals(client));
  }

  private static <T> void requireOther(Optional<T> own, T other) {
    if (own.isPresent() && own.get().equals(other)) {
      throw new IllegalArgumentException("nobody can remove itself: leave instead");
    }
  }

  private void remove(GroupId group, Predicate<GroupMember> who) {
    changes.commit(
        sessions.require(group),
        current -> {
          List<GroupMember> leaving = Members.of(current).stream().filter(who).toList();
          CommitOptions options = CommitOptions.empty();
          for (GroupMember member : leaving) {
            options = options.remove(new LeafIndex(member.leaf()));
          }
          return leaving.isEmpty() ? Optional.empty() : Optional.of(Plan.of(options));
        });
  }

  /** New keys for this device's leaf, so that keys stolen earlier open nothing from now on. */
  public void update(GroupId group) {
    changes.commit(
        sessions.require(group),
        ignored -> Optional.of(Plan.of(CommitOptions.empty().forcePath())));
  }

  /**
   * Encrypts and sends; returns when the message has its place and is durable. After {@link
   * LockstepException.OutcomeUnknown} the client goes on trying: do not send the same again.
   */
  public SentMessage send(GroupId group, byte[] data) {
    return messages.send(sessions.require(group), ByteString.copyFrom(data));
  }

  /**
   * Asks to be removed. Nobody can remove itself (RFC 9420, 12.4): the proposal is committed by
   * another member, and {@link ClientEvent.RemovedFromGroup} says when.
   */
  public void leave(GroupId group) {
    messages.leave(sessions.require(group));
  }

  /** Joins a group that admits external Commits, with a new leaf. */
  public void joinExternally(GroupId group) {
    context.device().record().enrolled();
    entrance.join(group, Optional.empty());
  }

  /**
   * Comes back into a group that this device is a member of but whose state it lost, by an external
   * Commit that takes its old leaf's place.
   */
  public void resync(GroupId group) {
    resync(group, context.device().record().enrolled().identity().client());
  }

  /**
   * The same for a device that lost everything and was enrolled anew: takes the place of the leaf
   * of its old client, which must be one of the same user.
   */
  public void resync(GroupId group, ClientId old) {
    context.device().record().enrolled();
    entrance.join(group, Optional.of(old));
  }

  public Set<GroupId> groups() {
    return sessions.all().stream().map(GroupSession::id).collect(Collectors.toSet());
  }

  public GroupView group(GroupId group) {
    GroupRecord record = sessions.require(group).record();
    return new GroupView(
        group,
        record.standing(),
        record.group().map(Group::epoch).orElse(0L),
        record.cursor().sequence(),
        record.group().map(Members::of).orElse(List.of()),
        record.label());
  }

  /** Blocks until this client has processed the group's stream up to {@code sequence}. */
  public void awaitSequence(GroupId group, long sequence) {
    boolean reached =
        sessions
            .require(group)
            .awaitRecord(record -> record.cursor().hasPassed(sequence), context.deadline());
    if (!reached) {
      throw new LockstepException.OutcomeUnknown(
          "the group's stream has not come so far in time", null);
    }
  }

  /** Gives a group a name on this device. It is never sent. */
  public void setLabel(GroupId group, String label) {
    var ignored = sessions.require(group).edit(record -> record.with(draft -> draft.label = label));
  }

  /**
   * Reads on after {@link ClientEvent.ForkDetected}, if a person decides so: from the last entry
   * that was good. If it was another member that claimed a different history, its claim is passed
   * over; a service that goes on to show a false history is refused again.
   */
  public void resume(GroupId group) {
    GroupSession session = sessions.require(group);
    var ignored =
        session.edit(
            record ->
                record.standing() == Standing.FAULTED
                    ? record.with(
                        draft -> {
                          draft.standing =
                              record.group().isPresent() ? Standing.MEMBER : Standing.JOINING;
                          draft.tolerated = record.cursor().sequence() + 1;
                        })
                    : record);
    link.attach(session);
  }

  /** Deletes what this device knows of a group. It does not leave it. */
  public void forget(GroupId group) {
    link.stop(sessions.require(group));
    sessions.remove(group);
  }

  // Events

  /** The next event; it counts as handled. */
  public ClientEvent take() throws InterruptedException {
    return context.events().take();
  }

  /** The next event, if one comes in time; it counts as handled. */
  public Optional<ClientEvent> poll(Duration wait) throws InterruptedException {
    return context.events().poll(wait);
  }

  /**
   * Hands events to a listener, one by one, on a thread of its own. A message counts as handled
   * when the listener returns; after a crash, or a failure of the listener, it is given again when
   * the client is opened the next time.
   */
  public void listen(Consumer<ClientEvent> listener) {
    background.execute(
        () -> {
          try {
            while (true) {
              hand(listener);
            }
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
  }

  private void hand(Consumer<ClientEvent> listener) throws InterruptedException {
    try {
      context.events().handOver(listener);
    } catch (RuntimeException e) {
      LOG.error("an event listener failed", e);
    }
  }

  @Override
  public void close() {
    link.close();
    stopBackground();
    sessions.all().forEach(GroupSession::close);
    services.close();
    vault.close();
  }

  /** Ends as a crash would: nothing more is stored. For tests. */
  void abandon() {
    sessions.all().forEach(GroupSession::abandon);
    link.close();
    stopBackground();
    services.close();
    vault.close();
  }

  /** For tests of what comes between two steps. */
  GroupSession session(GroupId group) {
    return sessions.require(group);
  }

  /** For tests of what comes between two steps. */
  GroupChanges changes() {
    return changes;
  }

  /**
   * Work that is not done in time finds the state closed; it is taken up again at the next start.
   */
  private void stopBackground() {
    background.shutdownNow();
    try {
      if (!background.awaitTermination(CLOSE_MAX.toNanos(), TimeUnit.NANOSECONDS)) {
        LOG.warn("work in the background does not end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void start() {
    link.start(reactions);
  }

  private void handled(ClientEvent.MessageReceived message) {
    sessions.find(message.group()).ifPresent(session -> session.handled(message.sequence()));
  }
}
