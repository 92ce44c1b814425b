package io.lockstep.mls.message;

import io.lockstep.mls.Extension;
import io.lockstep.mls.MlsException;
import io.lockstep.mls.codec.Encodable;
import io.lockstep.mls.codec.TlsReader;
import io.lockstep.mls.codec.TlsWriter;
import java.util.List;
import java.util.Optional;

/** What every member must support, as numbers of the registries (RFC 9420 section 11.1). */
public record RequiredCapabilities(
    List<Integer> extensions, List<Integer> proposals, List<Integer> credentials)
    implements Encodable {
  public static final RequiredCapabilities NONE =
      new RequiredCapabilities(List.of(), List.of(), List.of());

  public RequiredCapabilities {
    extensions = List.copyOf(extensions);
    proposals = List.copyOf(proposals);
    credentials = List.copyOf(credentials);
  }

  /**
   * Those that the extensions of a GroupContext ask for; {@link #NONE} if they do not mention any.
   */
  public static RequiredCapabilities in(List<Extension> groupContextExtensions)
      throws MlsException {
    Optional<Extension> found =
        Extension.find(groupContextExtensions, Extension.REQUIRED_CAPABILITIES);
    return found.isEmpty()
        ? NONE
        : TlsReader.decodeAll(found.get().data(), RequiredCapabilities::decode);
  }

  public static RequiredCapabilities decode(TlsReader in) throws MlsException {
    return new RequiredCapabilities(
        in.list(TlsReader::uint16), in.list(TlsReader::uint16), in.list(TlsReader::uint16));
  }

  public Extension asExtension() {
    return new Extension(Extension.REQUIRED_CAPABILITIES, encode());
  }

  @Override
  public void encodeTo(TlsWriter out) {
    out.vector(extensions, TlsWriter::uint16)
        .vector(proposals, TlsWriter::uint16)
        .vector(credentials, TlsWriter::uint16);
  }
}
