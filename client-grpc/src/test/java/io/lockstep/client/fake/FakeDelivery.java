package io.lockstep.client.fake;

import com.google.protobuf.ByteString;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.lockstep.api.EpochPass;
import io.lockstep.api.ErrorContract;
import io.lockstep.api.v1.CommitBundle;
import io.lockstep.api.v1.ConnectRequest;
import io.lockstep.api.v1.ConnectResponse;
import io.lockstep.api.v1.CreateGroup;
import io.lockstep.api.v1.DeliveryFrame;
import io.lockstep.api.v1.DeliveryGrpc;
import io.lockstep.api.v1.GetGroupInfoRequest;
import io.lockstep.api.v1.GetGroupInfoResponse;
import io.lockstep.api.v1.Joiner;
import io.lockstep.api.v1.Kind;
import io.lockstep.api.v1.Reason;
import io.lockstep.api.v1.Sequenced;
import io.lockstep.api.v1.StreamRef;
import io.lockstep.api.v1.SubmitRequest;
import io.lockstep.api.v1.SubmitResponse;
import io.lockstep.api.v1.WelcomeItem;
import io.lockstep.api.v1.WrongEpoch;
import io.lockstep.mls.ContentType;
import io.lockstep.mls.KeyPackageRef;
import io.lockstep.mls.MlsException;
import io.lockstep.mls.MlsFrame;
import io.lockstep.mls.SenderType;
import io.lockstep.mls.WelcomeSplit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The epoch rule, the duplicate rule, passes and fan-out, in memory and under one lock. */
public final class FakeDelivery extends DeliveryGrpc.DeliveryImplBase {
  private static final long PAST_EPOCHS = 8;

  private final FakeAuthentication accounts;
  private final Map<StreamRef, FakeStream> streams = new HashMap<>();
  private final List<FakeConnection> connections = new ArrayList<>();
  private Interference interference = new Interference() {};
  private int submissions;

  FakeDelivery(FakeAuthentication accounts) {
    this.accounts = accounts;
  }

  public synchronized void interfere(Interference how) {
    interference = how;
  }

  /** How many submissions arrived, repetitions included. */
  public synchronized int submissions() {
    return submissions;
  }

  /** All entries of a group. */
  public synchronized List<DeliveryFrame> entries(byte[] groupId) {
    return List.copyOf(streams.get(groupRef(ByteString.copyFrom(groupId))).entries);
  }

  /** Ends all connections, as a gateway that shuts down does. */
  public synchronized void disconnectAll() {
    for (FakeConnection connection : List.copyOf(connections)) {
      connection.end(ErrorContract.error(Reason.SHUTTING_DOWN, "on request"));
    }
    connections.clear();
  }

  /** Pushes a frame to every connected client. */
  public synchronized void push(ConnectResponse frame) {
    connections.forEach(connection -> connection.raw(frame));
  }

  @Override
  public synchronized void submit(SubmitRequest request, StreamObserver<SubmitResponse> answer) {
    Interference.Fate fate = interference.fate(request);
    StatusRuntimeException gone = ErrorContract.error(Reason.SERVICE_UNAVAILABLE, "interference");
    if (fate == Interference.Fate.LOST) {
      answer.onError(gone);
      return;
    }
    if (fate == Interference.Fate.WRONG_PASS) {
      answer.onError(ErrorContract.error(Reason.WRONG_PASS, "interference"));
      return;
    }
    submissions++;
    SubmitResponse response;
    try {
      response = decide(request);
    } catch (StatusRuntimeException e) {
      answer.onError(e);
      return;
    }
    // Often a client sees its own message before its answer: let that be the rule here.
    List.copyOf(connections).forEach(FakeConnection::pump);
    if (fate == Interference.Fate.ANSWER_LOST) {
      answer.onError(gone);
    } else {
      answer.onNext(response);
      answer.onCompleted();
    }
  }

  private SubmitResponse decide(SubmitRequest request) {
    StreamRef ref = groupRef(request.getGroupId());
    FakeStream stream = streams.get(ref);
    if (stream != null && stream.seen.containsKey(request.getSubmissionId())) {
      return stream.seen.get(request.getSubmissionId()).toBuilder().setDuplicate(true).build();
    }
    if (request.hasCreate()) {
      if (stream != null) {
        throw ErrorContract.error(Reason.GROUP_EXISTS, "exists");
      }
      stream = new FakeStream(ref);
      streams.put(ref, stream);
      return remember(stream, request, create(stream, request.getCreate()));
    }
    if (stream == null) {
      throw ErrorContract.error(Reason.UNKNOWN_GROUP, "unknown");
    }
    SubmitResponse response =
        request.hasCommit() ? commit(stream, request) : message(stream, request);
    return remember(stream, request, response);
  }

  private static SubmitResponse remember(
      FakeStream stream, SubmitRequest request, SubmitResponse response) {
    stream.seen.put(request.getSubmissionId(), response);
    return response;
  }

  private SubmitResponse create(FakeStream stream, CreateGroup create) {
    var ignored = accounts.caller();
    stream.externalJoin = create.getExternalJoin();
    stream.groupInfo = create.getGroupInfo();
    long sequence = stream.append(0, Kind.CREATED, ByteString.EMPTY);
    stream.open(0, sequence, create.getPassHash());
    return sequenced(sequence, 0);
  }

  private SubmitResponse message(FakeStream stream, SubmitRequest request) {
    MlsFrame.GroupMessage frame = frame(stream, request.getMessage());
    long now = stream.epoch();
    boolean application = frame.contentType() == ContentType.APPLICATION;
    boolean open =
        application
            ? frame.epoch() <= now && frame.epoch() >= now - PAST_EPOCHS
            : frame.epoch() == now;
    if (!open) {
      return wrongEpoch(now, 0);
    }
    checkPass(stream, frame.epoch(), request.getPass());
    Kind kind = application ? Kind.APPLICATION : Kind.PROPOSAL;
    return sequenced(stream.append(frame.epoch(), kind, request.getMessage()), frame.epoch());
  }

  private SubmitResponse commit(FakeStream stream, SubmitRequest request) {
    CommitBundle bundle = request.getCommit();
    MlsFrame.GroupMessage frame = frame(stream, bundle.getCommit());
    long now = stream.epoch();
    if (frame.epoch() != now) {
      long winner = stream.epoch(frame.epoch() + 1).map(FakeStream.Opened::bySequence).orElse(0L);
      return wrongEpoch(now, winner);
    }
    boolean external =
        frame instanceof MlsFrame.PublicMessage message
            && message.senderType() == SenderType.NEW_MEMBER_COMMIT;
    if (external) {
      var ignored = accounts.caller();
      if (!stream.externalJoin) {
        throw ErrorContract.error(Reason.EXTERNAL_JOIN_CLOSED, "closed");
      }
    } else {
      checkPass(stream, now, request.getPass());
    }
    List<StreamRef> inboxes = new ArrayList<>();
    List<WelcomeItem.Builder> items = new ArrayList<>();
    welcomes(bundle, inboxes, items);
    long sequence = stream.append(now, Kind.COMMIT, bundle.getCommit());
    stream.open(now + 1, sequence, bundle.getNextPassHash());
    stream.groupInfo = bundle.getGroupInfo();
    ByteString chain = stream.entries.getLast().getChain();
    for (int i = 0; i < inboxes.size(); i++) {
      WelcomeItem item =
          items
              .get(i)
              .setGroupId(request.getGroupId())
              .setSequence(sequence)
              .setChain(chain)
              .build();
      streams
          .computeIfAbsent(inboxes.get(i), FakeStream::new)
          .append(0, Kind.WELCOME, item.toByteString());
    }
    return sequenced(sequence, now);
  }

  private static void welcomes(
      CommitBundle bundle, List<StreamRef> inboxes, List<WelcomeItem.Builder> items) {
    try {
      byte[] welcome = bundle.getWelcome().toByteArray();
      int refs = welcome.length == 0 ? 0 : WelcomeSplit.refs(welcome).size();
      if (refs != bundle.getJoinersCount()) {
        throw ErrorContract.error(Reason.WELCOME_MISMATCH, "joiners");
      }
      for (Joiner joiner : bundle.getJoinersList()) {
        KeyPackageRef ref = new KeyPackageRef(joiner.getKeyPackageRef().toByteArray());
        items.add(
            WelcomeItem.newBuilder()
                .setWelcome(ByteString.copyFrom(WelcomeSplit.only(welcome, ref))));
        inboxes.add(StreamRef.newBuilder().setInboxId(joiner.getInboxId()).build());
      }
    } catch (MlsException e) {
      throw ErrorContract.error(Reason.MALFORMED_MESSAGE, "welcome");
    }
  }

  private static MlsFrame.GroupMessage frame(FakeStream stream, ByteString message) {
    try {
      if (MlsFrame.read(message.toByteArray()) instanceof MlsFrame.GroupMessage frame) {
        if (!frame.groupId().equals(new io.lockstep.mls.GroupId(stream.id))) {
          throw ErrorContract.error(Reason.GROUP_MISMATCH, "group");
        }
        return frame;
      }
    } catch (MlsException e) {
      throw ErrorContract.error(Reason.MALFORMED_MESSAGE, "frame");
    }
    throw ErrorContract.error(Reason.MALFORMED_MESSAGE, "kind");
  }

  private static void checkPass(FakeStream stream, long epoch, ByteString pass) {
    FakeStream.Opened opened = stream.epoch(epoch).orElseThrow();
    if (!EpochPass.matches(pass.toByteArray(), opened.passHash().toByteArray())) {
      throw ErrorContract.error(Reason.WRONG_PASS, "pass");
    }
  }

  private static SubmitResponse sequenced(long sequence, long epoch) {
    return SubmitResponse.newBuilder()
        .setSequenced(Sequenced.newBuilder().setSequence(sequence).setEpoch(epoch))
        .build();
  }

  private static SubmitResponse wrongEpoch(long current, long winner) {
    return SubmitResponse.newBuilder()
        .setWrongEpoch(WrongEpoch.newBuilder().setCurrentEpoch(current).setWinnerSequence(winner))
        .build();
  }

  @Override
  public synchronized void getGroupInfo(
      GetGroupInfoRequest request, StreamObserver<GetGroupInfoResponse> answer) {
    var ignored = accounts.caller();
    FakeStream stream = streams.get(groupRef(request.getGroupId()));
    Optional<Reason> refusal =
        stream == null
            ? Optional.of(Reason.UNKNOWN_GROUP)
            : !stream.externalJoin
                ? Optional.of(Reason.EXTERNAL_JOIN_CLOSED)
                : stream.groupInfo.isEmpty() ? Optional.of(Reason.NO_GROUP_INFO) : Optional.empty();
    if (refusal.isPresent()) {
      answer.onError(ErrorContract.error(refusal.get(), "group info"));
      return;
    }
    FakeStream.Opened opened = stream.epochs.getLast();
    answer.onNext(
        GetGroupInfoResponse.newBuilder()
            .setGroupInfo(stream.groupInfo)
            .setEpoch(opened.epoch())
            .setSequence(opened.bySequence())
            .setChain(stream.entries.get((int) opened.bySequence() - 1).getChain())
            .build());
    answer.onCompleted();
  }

  @Override
  public synchronized StreamObserver<ConnectRequest> connect(
      StreamObserver<ConnectResponse> responses) {
    FakeConnection connection = new FakeConnection(this, accounts.caller(), responses);
    connections.add(connection);
    return connection;
  }

  Optional<FakeStream> stream(StreamRef ref) {
    if (ref.hasInboxId()) {
      return Optional.of(streams.computeIfAbsent(ref, FakeStream::new));
    }
    return Optional.ofNullable(streams.get(ref));
  }

  Interference interference() {
    return interference;
  }

  void remove(FakeConnection connection) {
    connections.remove(connection);
  }

  private static StreamRef groupRef(ByteString groupId) {
    return StreamRef.newBuilder().setGroupId(groupId).build();
  }
}
