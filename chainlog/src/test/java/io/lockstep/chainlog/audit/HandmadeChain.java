package io.lockstep.chainlog.audit;

import com.google.protobuf.ByteString;
import io.lockstep.chainlog.ChainHead;
import io.lockstep.chainlog.Link;
import java.util.ArrayList;
import java.util.List;

/** Records of a chain that no owner has written. */
public final class HandmadeChain {
  private HandmadeChain() {}

  /** A good chain that answers the submissions 0 to {@code length - 1}. */
  public static List<byte[]> ofLength(int length) {
    List<byte[]> records = new ArrayList<>();
    ChainHead head = ChainHead.ZERO;
    for (int source = 0; source < length; source++) {
      Link link = link(head, source, "entry " + source);
      records.add(link.toBytes());
      head = link.head();
    }
    return records;
  }

  public static Link link(ChainHead prev, long source, String body) {
    return new Link(prev, source, new Link.EntryBody(ByteString.copyFromUtf8(body)));
  }

  public static Link parsed(byte[] record) {
    return Link.parse(record).orElseThrow();
  }
}
