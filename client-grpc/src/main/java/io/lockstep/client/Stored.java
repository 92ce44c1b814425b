package io.lockstep.client;

import io.lockstep.mls.MlsException;
import io.lockstep.mls.codec.TlsReader;
import io.lockstep.mls.codec.TlsWriter;
import java.nio.charset.StandardCharsets;

/** Constants in stored records: by name, which a new order of constants does not change. */
final class Stored {
  private Stored() {}

  static void write(TlsWriter out, Enum<?> constant) {
    out.opaque(constant.name().getBytes(StandardCharsets.US_ASCII));
  }

  static <E extends Enum<E>> E read(TlsReader in, Class<E> type) throws MlsException.Malformed {
    String name = new String(in.opaque(), StandardCharsets.US_ASCII);
    try {
      return Enum.valueOf(type, name);
    } catch (IllegalArgumentException e) {
      throw new MlsException.Malformed("stored " + type.getSimpleName());
    }
  }
}
