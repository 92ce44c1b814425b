package io.lockstep.mls;

import io.lockstep.mls.codec.Encodable;
import io.lockstep.mls.codec.TlsReader;
import io.lockstep.mls.codec.TlsWriter;
import io.lockstep.mls.crypto.Secret;
import io.lockstep.mls.crypto.SignaturePublicKey;
import io.lockstep.mls.message.GroupContext;
import io.lockstep.mls.schedule.SecretTree;
import io.lockstep.mls.tree.LeafIndex;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What is kept of an epoch that is over, to read application messages that come late (RFC 9420
 * section 15.3).
 *
 * @param changed the members, as they were, at the leaves that the Commit which ended the epoch
 *     changed; so the whole roster of a past epoch costs no more than the changes since
 */
record PastEpoch(
    GroupContext context,
    Secret senderData,
    Secret resumption,
    SecretTree messageKeys,
    Map<LeafIndex, Optional<Member>> changed)
    implements Encodable {

  PastEpoch withMessageKeys(SecretTree keys) {
    return new PastEpoch(context, senderData, resumption, keys, changed);
  }

  static PastEpoch decode(TlsReader in) throws MlsException {
    GroupContext context = GroupContext.decode(in);
    Secret senderData = Secret.take(in.opaque());
    Secret resumption = Secret.take(in.opaque());
    SecretTree messageKeys = SecretTree.decode(in);
    return new PastEpoch(context, senderData, resumption, messageKeys, decodeChanged(in));
  }

  /** The counterpart of {@link #encodeWithoutKeys}. */
  static PastEpoch decode(TlsReader in, SecretTree messageKeys) throws MlsException {
    GroupContext context = GroupContext.decode(in);
    Secret senderData = Secret.take(in.opaque());
    Secret resumption = Secret.take(in.opaque());
    return new PastEpoch(context, senderData, resumption, messageKeys, decodeChanged(in));
  }

  private static Map<LeafIndex, Optional<Member>> decodeChanged(TlsReader in) throws MlsException {
    Map<LeafIndex, Optional<Member>> changed = new TreeMap<>();
    TlsReader entries = in.vector();
    while (!entries.isAtEnd()) {
      LeafIndex leaf = LeafIndex.decode(entries);
      changed.put(leaf, entries.optional(member -> decodeMember(leaf, member)));
    }
    return changed;
  }

  private static Member decodeMember(LeafIndex leaf, TlsReader in) throws MlsException {
    return new Member(leaf, Credential.decode(in), SignaturePublicKey.decode(in));
  }

  @Override
  public void encodeTo(TlsWriter out) {
    out.put(context).opaque(senderData.expose()).opaque(resumption.expose()).put(messageKeys);
    encodeChanged(out);
  }

  /** For a store that has the message keys in records of their own. */
  byte[] encodeWithoutKeys() {
    TlsWriter out = new TlsWriter().put(context);
    out.opaque(senderData.expose()).opaque(resumption.expose());
    encodeChanged(out);
    return out.toByteArray();
  }

  private void encodeChanged(TlsWriter out) {
    out.vector(
        changed.entrySet(),
        (each, entry) ->
            each.put(entry.getKey())
                .optional(
                    entry
                        .getValue()
                        .map(m -> member -> member.put(m.credential()).put(m.signatureKey()))));
  }
}
