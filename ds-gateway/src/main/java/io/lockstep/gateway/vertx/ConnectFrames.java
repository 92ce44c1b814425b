package io.lockstep.gateway.vertx;

import com.google.protobuf.ByteString;
import io.lockstep.api.EpochPass;
import io.lockstep.api.StreamKey;
import io.lockstep.api.v1.Ack;
import io.lockstep.api.v1.Attach;
import io.lockstep.api.v1.ConnectRequest;
import io.lockstep.api.v1.Reason;
import io.lockstep.api.v1.StreamRef;
import io.lockstep.gateway.admission.OpenCounts;
import io.lockstep.gateway.admission.Rates;
import io.lockstep.gateway.admission.Refused;
import io.lockstep.gateway.admission.SubmitLimits;
import io.lockstep.gateway.log.Delivery;
import io.lockstep.gateway.streams.AttachRequest;
import io.lockstep.gateway.streams.Client;
import io.lockstep.gateway.streams.PassHash;
import io.lockstep.gateway.token.ClientIdentity;
import java.util.Optional;

/**
 * Checks what a client says on its Connect call. A frame that means nothing ends the call with
 * INVALID_FIELD; an attachment that may not be is answered by Detached, and the call goes on.
 */
final class ConnectFrames {
  private final Client<Delivery> client;
  private final ClientIdentity identity;
  private final Rates rates;
  private final OpenCounts open;

  ConnectFrames(Client<Delivery> client, ClientIdentity identity, Rates rates, OpenCounts open) {
    this.open = open;
    this.client = client;
    this.identity = identity;
    this.rates = rates;
  }

  void take(ConnectRequest frame, ConnectCall call) throws Refused {
    switch (frame.getFrameCase()) {
      case ATTACH -> attach(frame.getAttach(), call);
      case DETACH -> client.detach(key(frame.getDetach().getStream()));
      case ACK -> ack(frame.getAck());
      case FRAME_NOT_SET -> throw invalid("a frame must be attach, detach or ack");
    }
  }

  private void attach(Attach attach, ConnectCall call) throws Refused {
    String key = key(attach.getStream());
    try {
      rates.attach(identity.clientId());
      if (!client.knows(key)) {
        open.streams().check(identity.clientId());
      }
    } catch (Refused tooMuch) {
      call.refused(key, tooMuch);
      return;
    }
    if (StreamKey.isInbox(key)) {
      if (!key.equals("i:" + identity.inboxId())) {
        call.detached(key, Reason.NOT_YOUR_INBOX);
      } else {
        client.attach(new AttachRequest(key, attach.getAfterSequence(), Optional.empty()));
      }
      return;
    }
    if (attach.getPass().size() != EpochPass.LENGTH || attach.getPassSequence() == 0) {
      call.detached(key, Reason.WRONG_PASS);
      return;
    }
    client.attach(
        new AttachRequest(
            key,
            attach.getAfterSequence(),
            Optional.of(new AttachRequest.Pass(hash(attach.getPass()), attach.getPassSequence()))));
  }

  /** An Ack for a stream that has just been detached by the service is nobody's fault. */
  private void ack(Ack ack) throws Refused {
    String key = key(ack.getStream());
    if (!client.acknowledge(key, ack.getSequence())) {
      throw invalid("sequence of an ack is beyond what was delivered of the stream");
    }
    if (ack.getPass().isEmpty()) {
      return;
    }
    if (ack.getPass().size() != EpochPass.LENGTH || ack.getPassSequence() == 0) {
      throw invalid("a pass has " + EpochPass.LENGTH + " bytes and comes with its pass_sequence");
    }
    client.show(key, ack.getPassSequence(), hash(ack.getPass()));
  }

  private static PassHash hash(ByteString pass) {
    return new PassHash(EpochPass.hash(pass.toByteArray()));
  }

  private static String key(StreamRef stream) throws Refused {
    return switch (stream.getStreamCase()) {
      case GROUP_ID -> {
        int size = stream.getGroupId().size();
        if (size == 0 || size > SubmitLimits.GROUP_ID_MAX) {
          throw invalid("group_id must have 1 to " + SubmitLimits.GROUP_ID_MAX + " bytes");
        }
        yield StreamKey.ofGroup(stream.getGroupId());
      }
      case INBOX_ID -> {
        if (stream.getInboxId().size() != SubmitLimits.INBOX_ID) {
          throw invalid("inbox_id must have " + SubmitLimits.INBOX_ID + " bytes");
        }
        yield StreamKey.ofInbox(stream.getInboxId());
      }
      case STREAM_NOT_SET -> throw invalid("stream must name a group or an inbox");
    };
  }

  private static Refused invalid(String message) {
    return new Refused(Reason.INVALID_FIELD, message);
  }
}
