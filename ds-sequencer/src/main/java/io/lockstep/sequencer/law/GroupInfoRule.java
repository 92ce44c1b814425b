package io.lockstep.sequencer.law;

import com.google.protobuf.ByteString;
import io.lockstep.log.v1.Rejected;
import io.lockstep.mls.MlsFrame;

/** A GroupInfo, if there is one, is of this group and of the epoch that the entry opens. */
final class GroupInfoRule {
  private GroupInfoRule() {}

  static void check(ByteString groupInfo, ByteString groupId, long epoch) throws Refused {
    if (groupInfo.isEmpty()) {
      return;
    }
    MlsFrame.GroupInfo info = Framing.groupInfo(groupInfo);
    boolean fits =
        info.epoch() == epoch && ByteString.copyFrom(info.groupId().bytes()).equals(groupId);
    if (!fits) {
      throw Refused.because(Rejected.Reason.GROUP_INFO_MISMATCH);
    }
  }
}
