package io.lockstep.mls;

import io.lockstep.mls.codec.Encodable;
import io.lockstep.mls.codec.TlsReader;
import io.lockstep.mls.codec.TlsWriter;
import io.lockstep.mls.crypto.CipherSuite;
import io.lockstep.mls.message.Proposal;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a client supports, as numbers of the registries (RFC 9420 section 7.2). Unknown numbers are
 * kept and mean nothing.
 */
public record Capabilities(
    List<Integer> versions,
    List<Integer> cipherSuites,
    List<Integer> extensions,
    List<Integer> proposals,
    List<Integer> credentials)
    implements Encodable {
  /** ProtocolVersion mls10, the only one. */
  public static final int MLS_10 = 1;

  private static final int GREASE_STEP = 0x1010;
  private static final int GREASE_FIRST = 0x0A0A;
  private static final int GREASE_COUNT = 15;

  public Capabilities {
    versions = List.copyOf(versions);
    cipherSuites = List.copyOf(cipherSuites);
    extensions = List.copyOf(extensions);
    proposals = List.copyOf(proposals);
    credentials = List.copyOf(credentials);
  }

  /** All that this engine supports. */
  public static Capabilities standard() {
    return new Capabilities(
        List.of(MLS_10),
        Arrays.stream(CipherSuite.values()).map(CipherSuite::id).toList(),
        List.of(Extension.LAST_RESORT),
        List.of(Proposal.SELF_REMOVE),
        List.of(Credential.BASIC, Credential.X509));
  }

  /** The same with more extension types, of the application or of other documents. */
  public Capabilities withExtensions(Integer... types) {
    return new Capabilities(
        versions, cipherSuites, joined(extensions, types), proposals, credentials);
  }

  /** The same with more proposal types. */
  public Capabilities withProposals(Integer... types) {
    return new Capabilities(
        versions, cipherSuites, extensions, joined(proposals, types), credentials);
  }

  /** The same with more credential types. */
  public Capabilities withCredentials(Integer... types) {
    return new Capabilities(
        versions, cipherSuites, extensions, proposals, joined(credentials, types));
  }

  private static List<Integer> joined(List<Integer> values, Integer... more) {
    return Stream.concat(values.stream(), Arrays.stream(more)).distinct().toList();
  }

  /** The same with one random GREASE value in each list that may have one (section 13.5). */
  public Capabilities withGrease(SecureRandom random) {
    return new Capabilities(
        versions,
        greased(cipherSuites, random),
        greased(extensions, random),
        greased(proposals, random),
        greased(credentials, random));
  }

  public static Capabilities decode(TlsReader in) throws MlsException {
    return new Capabilities(
        in.list(TlsReader::uint16),
        in.list(TlsReader::uint16),
        in.list(TlsReader::uint16),
        in.list(TlsReader::uint16),
        in.list(TlsReader::uint16));
  }

  @Override
  public void encodeTo(TlsWriter out) {
    out.vector(versions, TlsWriter::uint16)
        .vector(cipherSuites, TlsWriter::uint16)
        .vector(extensions, TlsWriter::uint16)
        .vector(proposals, TlsWriter::uint16)
        .vector(credentials, TlsWriter::uint16);
  }

  private static List<Integer> greased(List<Integer> values, SecureRandom random) {
    List<Integer> all = new ArrayList<>(values);
    all.add(GREASE_FIRST + GREASE_STEP * random.nextInt(GREASE_COUNT));
    return all;
  }
}
