package io.lockstep.sequencer.law;

import com.google.protobuf.ByteString;
import io.lockstep.log.v1.InboxItem;
import io.lockstep.log.v1.Sequenced;

/**
 * The rule of an inbox stream: every item that has content is taken. An inbox begins with its first
 * item; only dispatchers can write to one.
 */
final class InboxLaw {
  private InboxLaw() {}

  static Sequenced.Builder put(ByteString inboxId, InboxItem item) throws Refused {
    if (inboxId.size() != StreamLimits.INBOX_ID_BYTES || item.getWelcome().isEmpty()) {
      throw Refused.malformed();
    }
    return Sequenced.newBuilder().setItem(item);
  }
}
