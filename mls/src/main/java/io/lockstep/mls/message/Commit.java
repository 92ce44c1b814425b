package io.lockstep.mls.message;

import io.lockstep.mls.MlsException;
import io.lockstep.mls.codec.Encodable;
import io.lockstep.mls.codec.TlsReader;
import io.lockstep.mls.codec.TlsWriter;
import java.util.List;
import java.util.Optional;

/** Puts proposals into effect (RFC 9420 section 12.4). */
public record Commit(List<ProposalOrRef> proposals, Optional<UpdatePath> path)
    implements Encodable {
  public Commit {
    proposals = List.copyOf(proposals);
  }

  public static Commit decode(TlsReader in) throws MlsException {
    return new Commit(in.list(ProposalOrRef::decode), in.optional(UpdatePath::decode));
  }

  @Override
  public void encodeTo(TlsWriter out) {
    out.vector(proposals).optional(path);
  }
}
