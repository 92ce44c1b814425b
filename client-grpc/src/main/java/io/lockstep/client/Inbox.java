package io.lockstep.client;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.lockstep.api.v1.DeliveryFrame;
import io.lockstep.api.v1.Kind;
import io.lockstep.api.v1.WelcomeItem;
import io.lockstep.client.ClientEvent.Entrance;
import io.lockstep.client.history.ChainHead;
import io.lockstep.client.history.HistoryException;
import io.lockstep.client.history.HistoryException.Contradiction;
import io.lockstep.client.history.StreamCursor;
import io.lockstep.mls.Group;
import io.lockstep.mls.GroupId;
import io.lockstep.mls.KeyPackageBundle;
import io.lockstep.mls.KeyPackageRef;
import io.lockstep.mls.MlsException;
import io.lockstep.mls.ReceiveContext;
import io.lockstep.mls.WelcomeSplit;
import java.util.List;
import java.util.Optional;

/**
 * What comes for this client alone: Welcomes. The new group is stored before the key package is
 * deleted and the inbox moves on, so a crash in between repeats the step and ends the same.
 */
final class Inbox {
  private final Context context;
  private final GroupSessions sessions;
  private final StreamLink link;
  private final KeyPackages keyPackages;

  /** Items before this were lost by the service: the next one is taken as the new beginning. */
  private boolean adoptNext;

  private boolean faulted;

  Inbox(Context context, GroupSessions sessions, StreamLink link, KeyPackages keyPackages) {
    this.context = context;
    this.sessions = sessions;
    this.link = link;
    this.keyPackages = keyPackages;
  }

  /** Takes deliveries of the inbox stream, in order. Called by one thread. */
  void deliver(List<DeliveryFrame> frames) {
    for (DeliveryFrame frame : frames) {
      if (faulted) {
        return;
      }
      try {
        take(frame);
      } catch (HistoryException e) {
        faulted = true;
        link.stopInbox();
        context.publish(new ClientEvent.InboxFault(e.contradiction(), e.sequence()));
      }
    }
    if (!faulted) {
      link.acknowledgeInbox(cursor().sequence());
    }
  }

  /** The service no longer has items before {@code firstAvailable}. */
  void gap(long firstAvailable) {
    adoptNext = true;
    context.publish(
        new ClientEvent.WelcomeUnusable("items before " + firstAvailable + " were lost"));
  }

  private StreamCursor cursor() {
    return context.device().record().enrolled().inbox();
  }

  private void take(DeliveryFrame frame) throws HistoryException {
    StreamCursor before = cursor();
    byte[] chain = frame.getChain().toByteArray();
    if (before.hasPassed(frame.getSequence())) {
      before.checkRepeated(frame.getSequence(), chain);
      return;
    }
    byte[] payload = frame.getPayload().toByteArray();
    StreamCursor after;
    if (adoptNext) {
      after = StreamCursor.at(before.streamId(), frame.getSequence(), new ChainHead(chain));
      adoptNext = false;
    } else {
      after = before.advance(frame.getSequence(), frame.getEpoch(), payload, chain);
    }
    Optional<KeyPackageRef> used = Optional.empty();
    if (frame.getKind() == Kind.WELCOME) {
      used = welcome(frame.getPayload());
    }
    KeyPackageRef[] ref = used.stream().toArray(KeyPackageRef[]::new);
    var ignored =
        context
            .device()
            .edit(
                record -> {
                  DeviceRecord moved = record.withInbox(after);
                  return ref.length == 0 ? moved : moved.used(ref[0]);
                });
    if (ref.length != 0) {
      context.later(keyPackages::refill);
    }
  }

  /** The key package that was used up, if the Welcome was taken. */
  private Optional<KeyPackageRef> welcome(ByteString payload) {
    try {
      WelcomeItem item = WelcomeItem.parseFrom(payload);
      Optional<GroupSession> known = sessions.find(new GroupId(item.getGroupId().toByteArray()));
      return known.isPresent() ? again(known.get(), item, payload) : first(item);
    } catch (InvalidProtocolBufferException e) {
      return unusable("not a WelcomeItem");
    }
  }

  private Optional<KeyPackageRef> first(WelcomeItem item) {
    Optional<Entered> entered = enter(item);
    if (entered.isEmpty()) {
      return Optional.empty();
    }
    GroupSession session = sessions.add(entered.get().record());
    announce(session, entered.get());
    return Optional.of(entered.get().ref());
  }

  /**
   * A Welcome to a group that this client knows. While it is a member it goes on as one: anybody
   * can make up a Welcome, and only the group's own stream says that this client was removed.
   */
  private Optional<KeyPackageRef> again(
      GroupSession session, WelcomeItem item, ByteString payload) {
    GroupRecord record = session.record();
    if (item.getSequence() <= record.cursor().sequence() && record.standing() == Standing.MEMBER) {
      return Optional.empty();
    }
    Optional<ChainHead> known = record.cursor().headAt(item.getSequence());
    if (known.isPresent() && !known.get().matches(item.getChain().toByteArray())) {
      link.fault(session, new HistoryException(Contradiction.ENTRY_REPLACED, item.getSequence()));
      return Optional.empty();
    }
    return switch (record.standing()) {
      case MEMBER, JOINING, FAULTED -> {
        session.edit(now -> now.with(d -> d.deferredWelcome = Optional.of(payload)));
        yield Optional.empty();
      }
      case REMOVED, OUT_OF_STEP -> replace(session, item);
    };
  }

  /** Takes a Welcome that came while this client still was a member, now that it no longer is. */
  void takeDeferred(GroupSession session) {
    GroupRecord record = session.record();
    boolean out =
        record.standing() == Standing.REMOVED || record.standing() == Standing.OUT_OF_STEP;
    if (out && record.deferredWelcome().isPresent()) {
      try {
        Optional<KeyPackageRef> used =
            replace(session, WelcomeItem.parseFrom(record.deferredWelcome().get()));
        used.ifPresent(ref -> context.device().edit(device -> device.used(ref)));
      } catch (InvalidProtocolBufferException e) {
        throw new IllegalStateException("it was parsed before it was stored", e);
      }
    }
  }

  private Optional<KeyPackageRef> replace(GroupSession session, WelcomeItem item) {
    Optional<Entered> entered = enter(item);
    if (entered.isEmpty()) {
      return Optional.empty();
    }
    link.stop(session);
    session.edit(
        old ->
            entered
                .get()
                .record()
                .with(
                    draft -> {
                      draft.unhandled = old.unhandled();
                      draft.label = old.label();
                      draft.groupInfo = old.groupInfo();
                    }));
    announce(session, entered.get());
    return Optional.of(entered.get().ref());
  }

  private record Entered(GroupRecord record, KeyPackageRef ref) {}

  private Optional<Entered> enter(WelcomeItem item) {
    DeviceRecord device = context.device().record();
    try {
      for (KeyPackageRef ref : WelcomeSplit.refs(item.getWelcome().toByteArray())) {
        Optional<KeyPackageBundle> bundle = device.keyPackage(ref);
        if (bundle.isPresent()) {
          return enter(item, device, bundle.get());
        }
      }
      return unusable("its key package is not known here");
    } catch (MlsException e) {
      return unusable(String.valueOf(e.getMessage()));
    }
  }

  private Optional<Entered> enter(WelcomeItem item, DeviceRecord device, KeyPackageBundle bundle)
      throws MlsException {
    Group group =
        Group.join(
            item.getWelcome().toByteArray(),
            bundle,
            device.keys(),
            ReceiveContext.of(context.validator(), context.now()));
    byte[] groupId = item.getGroupId().toByteArray();
    if (!group.groupId().equals(new GroupId(groupId))) {
      return unusable("it is for another group than the service says");
    }
    ChainHead head = new ChainHead(item.getChain().toByteArray());
    StreamCursor cursor = StreamCursor.at(groupId, item.getSequence(), head);
    return Optional.of(new Entered(GroupRecord.joined(group, cursor), bundle.keyPackage().ref()));
  }

  private void announce(GroupSession session, Entered entered) {
    link.attach(session);
    context.publish(
        new ClientEvent.Joined(session.id(), entered.record().member().epoch(), Entrance.WELCOME));
  }

  private <T> Optional<T> unusable(String cause) {
    context.publish(new ClientEvent.WelcomeUnusable(cause));
    return Optional.empty();
  }
}
