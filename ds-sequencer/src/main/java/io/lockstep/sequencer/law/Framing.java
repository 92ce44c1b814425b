package io.lockstep.sequencer.law;

import com.google.protobuf.ByteString;
import io.lockstep.log.v1.Rejected;
import io.lockstep.mls.ContentType;
import io.lockstep.mls.KeyPackageRef;
import io.lockstep.mls.MlsException;
import io.lockstep.mls.MlsFrame;
import io.lockstep.mls.WelcomeSplit;
import java.util.List;

/**
 * What the law reads of MLS bytes: heads only, since the service cannot and need not check more.
 */
final class Framing {
  private Framing() {}

  /** The head of a Proposal or an application message. */
  static MlsFrame.GroupMessage message(ByteString bytes) throws Refused {
    MlsFrame.GroupMessage message = groupMessage(bytes);
    return switch (message.contentType()) {
      case PROPOSAL -> message;
      case APPLICATION -> encrypted(message);
      case COMMIT -> throw Refused.malformed();
    };
  }

  /** The head of a Commit. */
  static MlsFrame.GroupMessage commit(ByteString bytes) throws Refused {
    MlsFrame.GroupMessage message = groupMessage(bytes);
    if (message.contentType() != ContentType.COMMIT) {
      throw Refused.malformed();
    }
    return message;
  }

  /** Only a PublicMessage shows who may have sent it (RFC 9420 section 12.4.3.2). */
  static boolean isExternalCommit(MlsFrame.GroupMessage commit) throws Refused {
    return switch (commit) {
      case MlsFrame.PrivateMessage encrypted -> false;
      case MlsFrame.PublicMessage open ->
          switch (open.senderType()) {
            case MEMBER -> false;
            case NEW_MEMBER_COMMIT -> true;
            // Neither may send a Commit (RFC 9420 section 6.1).
            case EXTERNAL, NEW_MEMBER_PROPOSAL -> throw Refused.malformed();
          };
    };
  }

  static void checkGroup(MlsFrame.GroupMessage message, ByteString groupId) throws Refused {
    if (!ByteString.copyFrom(message.groupId().bytes()).equals(groupId)) {
      throw Refused.because(Rejected.Reason.GROUP_MISMATCH);
    }
  }

  /** The receivers of a Welcome, all different. */
  static List<KeyPackageRef> welcomeRefs(ByteString welcome) throws Refused {
    try {
      return WelcomeSplit.refs(welcome.toByteArray());
    } catch (MlsException e) {
      throw Refused.malformed();
    }
  }

  static MlsFrame.GroupInfo groupInfo(ByteString bytes) throws Refused {
    if (read(bytes) instanceof MlsFrame.GroupInfo info) {
      return info;
    }
    throw Refused.malformed();
  }

  /** Application data is never sent in the clear (RFC 9420 section 6). */
  private static MlsFrame.GroupMessage encrypted(MlsFrame.GroupMessage message) throws Refused {
    if (message instanceof MlsFrame.PrivateMessage) {
      return message;
    }
    throw Refused.malformed();
  }

  private static MlsFrame.GroupMessage groupMessage(ByteString bytes) throws Refused {
    if (read(bytes) instanceof MlsFrame.GroupMessage message) {
      return message;
    }
    throw Refused.malformed();
  }

  private static MlsFrame read(ByteString bytes) throws Refused {
    try {
      return MlsFrame.read(bytes.toByteArray());
    } catch (MlsException e) {
      throw Refused.malformed();
    }
  }
}
