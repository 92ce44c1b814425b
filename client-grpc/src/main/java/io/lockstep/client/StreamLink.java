package io.lockstep.client;

import com.google.protobuf.ByteString;
import io.lockstep.api.v1.Ack;
import io.lockstep.api.v1.Attach;
import io.lockstep.api.v1.Attached;
import io.lockstep.api.v1.ConnectRequest;
import io.lockstep.api.v1.DeliveryFrame;
import io.lockstep.api.v1.Detach;
import io.lockstep.api.v1.StreamRef;
import io.lockstep.client.GroupSession.Pass;
import io.lockstep.client.history.HistoryException;
import io.lockstep.client.service.Backoff;
import io.lockstep.client.service.Connection;
import io.lockstep.client.service.ServiceException;
import io.lockstep.client.service.Services;
import io.lockstep.client.service.Services.Proof;
import io.lockstep.client.service.TokenSource;
import io.lockstep.mls.GroupId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one Connect call open: attaches the inbox and all groups where they stand, shows passes,
 * acknowledges, and connects again with back-off when the call ends. What comes in is worked off by
 * a {@link FramePump} on the one thread of this link.
 */
final class StreamLink implements AutoCloseable {
  /** Frames that may be under way before one of them is dealt with. */
  private static final int WINDOW = 256;

  private static final Logger LOG = LoggerFactory.getLogger(StreamLink.class);

  private final Context context;
  private final Services services;
  private final TokenSource tokens;
  private final GroupSessions sessions;
  private final Object lock = new Object();

  /** Per attached group: sequence number of the entry whose pass was shown last. */
  private final Map<GroupId, Long> shown = new HashMap<>();

  /** What was delivered and is not acknowledged yet. */
  private final Unacknowledged unacknowledged = new Unacknowledged();

  private Connection connection;
  private Thread thread;
  private boolean closed;

  StreamLink(Context context, Services services, TokenSource tokens, GroupSessions sessions) {
    this.context = context;
    this.services = services;
    this.tokens = tokens;
    this.sessions = sessions;
  }

  /** Connects, and stays connected. A second call does nothing. */
  void start(FramePump.Handler handler) {
    synchronized (lock) {
      if (thread == null && !closed) {
        thread = Thread.ofVirtual().name("lockstep-stream").start(() -> run(handler));
      }
    }
  }

  /** Attaches a group where its record stands, if the link is up and the group is not attached. */
  void attach(GroupSession session) {
    synchronized (lock) {
      Optional<Pass> pass = session.pass();
      if (connection == null || pass.isEmpty() || shown.containsKey(session.id())) {
        return;
      }
      shown.put(session.id(), pass.get().sequence());
      Attach attach =
          Attach.newBuilder()
              .setStream(Requests.group(session.id()))
              .setAfterSequence(session.record().cursor().sequence())
              .setPass(pass.get().value())
              .setPassSequence(pass.get().sequence())
              .build();
      connection.send(ConnectRequest.newBuilder().setAttach(attach).build());
    }
  }

  /** The service has detached the inbox for a while. */
  void attachInboxAgain() {
    synchronized (lock) {
      if (connection != null) {
        attachInbox();
      }
    }
  }

  /** Wants no more of a group. */
  void stop(GroupSession session) {
    synchronized (lock) {
      if (shown.remove(session.id()) != null && connection != null) {
        Detach detach = Detach.newBuilder().setStream(Requests.group(session.id())).build();
        connection.send(ConnectRequest.newBuilder().setDetach(detach).build());
      }
    }
  }

  /** The service has detached a group. */
  void detached(GroupId group) {
    synchronized (lock) {
      shown.remove(group);
    }
  }

  /** Stops a group whose history contradicts itself. */
  void fault(GroupSession session, HistoryException contradiction) {
    stop(session);
    context.publish(session.fault(contradiction));
  }

  /** A stream is attached, with this credit. */
  void attached(Attached frame) {
    synchronized (lock) {
      unacknowledged.attached(frame);
    }
  }

  /** Deliveries came; acknowledge what is stored when they have been dealt with. */
  void delivered(StreamRef stream, List<DeliveryFrame> frames) {
    synchronized (lock) {
      unacknowledged.delivered(stream, frames);
    }
  }

  /**
   * Acknowledges what is stored of a group when half of its credit is used up, or when there is a
   * pass to show.
   */
  void acknowledge(GroupSession session, Showing showing) {
    synchronized (lock) {
      Long before = shown.get(session.id());
      Optional<Pass> pass = session.pass();
      if (connection == null || before == null || pass.isEmpty()) {
        return;
      }
      StreamRef stream = Requests.group(session.id());
      boolean shows = showing == Showing.AGAIN || pass.get().sequence() > before;
      if (!shows && !unacknowledged.due(stream)) {
        return;
      }
      unacknowledged.acknowledged(stream);
      Ack.Builder ack =
          Ack.newBuilder().setStream(stream).setSequence(session.record().cursor().sequence());
      if (shows) {
        shown.put(session.id(), pass.get().sequence());
        ack.setPass(pass.get().value()).setPassSequence(pass.get().sequence());
      }
      connection.send(ConnectRequest.newBuilder().setAck(ack).build());
    }
  }

  /** Whether an Ack carries a pass. */
  enum Showing {
    IF_NEWER,
    AGAIN
  }

  void acknowledgeInbox(long sequence) {
    StreamRef stream = inbox();
    Ack ack = Ack.newBuilder().setStream(stream).setSequence(sequence).build();
    synchronized (lock) {
      if (connection != null && unacknowledged.due(stream)) {
        unacknowledged.acknowledged(stream);
        connection.send(ConnectRequest.newBuilder().setAck(ack).build());
      }
    }
  }

  void stopInbox() {
    synchronized (lock) {
      if (connection != null) {
        Detach detach = Detach.newBuilder().setStream(inbox()).build();
        connection.send(ConnectRequest.newBuilder().setDetach(detach).build());
      }
    }
  }

  @Override
  public void close() {
    Thread running;
    synchronized (lock) {
      closed = true;
      running = thread;
      if (connection != null) {
        connection.close();
      }
    }
    if (running != null && !running.equals(Thread.currentThread())) {
      running.interrupt();
      try {
        running.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void run(FramePump.Handler handler) {
    Backoff waits =
        new Backoff(
            context.limits().backoffFirst(), context.limits().backoffMax(), context.random());
    try {
      while (!isClosed()) {
        FramePump pump = new FramePump(handler);
        ServiceException cause = connectOnce(pump);
        if (pump.hasReceived()) {
          waits.reset();
          context.publish(new ClientEvent.Disconnected(String.valueOf(cause.getMessage())));
        }
        if (!isClosed()) {
          Thread.sleep(waits.next());
        }
      }
    } catch (InterruptedException | LockstepException.Closed e) {
      LOG.debug("stream closed");
    }
  }

  /** One Connect call from its start to its end; why it ended. */
  private ServiceException connectOnce(FramePump pump) throws InterruptedException {
    Proof.Token proof;
    try {
      proof = tokens.proof();
    } catch (ServiceException e) {
      return e;
    }
    Connection opened = services.connect(pump, proof, WINDOW);
    try {
      synchronized (lock) {
        connection = opened;
        shown.clear();
        unacknowledged.clear();
        if (closed) {
          opened.close();
        }
        attachInbox();
      }
      sessions.all().forEach(this::attach);
      ServiceException cause = pump.run(opened);
      if (cause instanceof ServiceException.Unauthenticated) {
        tokens.rejected(proof);
      }
      return cause;
    } finally {
      synchronized (lock) {
        connection = null;
        shown.clear();
      }
      opened.close();
    }
  }

  private void attachInbox() {
    Attach attach =
        Attach.newBuilder()
            .setStream(inbox())
            .setAfterSequence(context.device().record().enrolled().inbox().sequence())
            .build();
    connection.send(ConnectRequest.newBuilder().setAttach(attach).build());
  }

  private StreamRef inbox() {
    byte[] id = context.device().record().enrolled().inbox().streamId();
    return StreamRef.newBuilder().setInboxId(ByteString.copyFrom(id)).build();
  }

  private boolean isClosed() {
    synchronized (lock) {
      return closed;
    }
  }
}
