package io.lockstep.gateway.admission;

import com.google.protobuf.ByteString;
import io.lockstep.api.v1.Joiner;
import io.lockstep.api.v1.Reason;
import io.lockstep.mls.GroupId;
import io.lockstep.mls.KeyPackageRef;
import io.lockstep.mls.MlsException;
import io.lockstep.mls.MlsFrame;
import io.lockstep.mls.WelcomeSplit;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What the heads of MLS messages must say (RFC 9420, 6). */
final class MlsHeads {
  private MlsHeads() {}

  static MlsFrame.GroupMessage groupMessage(ByteString message, ByteString groupId) throws Refused {
    return switch (read(message)) {
      case MlsFrame.GroupMessage head -> {
        if (!head.groupId().equals(new GroupId(groupId.toByteArray()))) {
          throw new Refused(Reason.GROUP_MISMATCH, "the MLS message names another group");
        }
        yield head;
      }
      case MlsFrame.Welcome other -> throw notOfGroup(other);
      case MlsFrame.GroupInfo other -> throw notOfGroup(other);
      case MlsFrame.KeyPackage other -> throw notOfGroup(other);
    };
  }

  private static Refused notOfGroup(MlsFrame head) {
    return new Refused(
        Reason.MALFORMED_MESSAGE, "a " + head.wireFormat() + " is no message within a group");
  }

  /** An absent GroupInfo is right. */
  static void groupInfo(ByteString message, ByteString groupId, long epoch) throws Refused {
    if (message.isEmpty()) {
      return;
    }
    if (message.size() > SubmitLimits.MESSAGE_MAX) {
      throw new Refused(
          Reason.PAYLOAD_TOO_LARGE, "group_info may have " + SubmitLimits.MESSAGE_MAX + " bytes");
    }
    if (!(read(message) instanceof MlsFrame.GroupInfo info)) {
      throw new Refused(Reason.MALFORMED_MESSAGE, "group_info holds no GroupInfo");
    }
    if (!info.groupId().equals(new GroupId(groupId.toByteArray())) || info.epoch() != epoch) {
      throw new Refused(
          Reason.GROUP_INFO_MISMATCH, "group_info is of another group or another epoch");
    }
  }

  /** The joiners must be those of the Welcome, each once. */
  static void welcome(ByteString message, List<Joiner> joiners) throws Refused {
    Set<KeyPackageRef> named = new HashSet<>();
    for (Joiner joiner : joiners) {
      named.add(new KeyPackageRef(joiner.getKeyPackageRef().toByteArray()));
    }
    List<KeyPackageRef> refs = message.isEmpty() ? List.of() : refs(message);
    if (named.size() != joiners.size()
        || refs.size() != joiners.size()
        || !named.equals(Set.copyOf(refs))) {
      throw new Refused(Reason.WELCOME_MISMATCH, "the joiners are not those of the Welcome");
    }
  }

  private static List<KeyPackageRef> refs(ByteString welcome) throws Refused {
    try {
      return WelcomeSplit.refs(welcome.toByteArray());
    } catch (MlsException e) {
      throw malformed(e);
    }
  }

  private static MlsFrame read(ByteString message) throws Refused {
    try {
      return MlsFrame.read(message.toByteArray());
    } catch (MlsException e) {
      throw malformed(e);
    }
  }

  private static Refused malformed(MlsException cause) {
    return new Refused(Reason.MALFORMED_MESSAGE, cause.getMessage());
  }
}
