package io.lockstep.api;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * The bytes that a signature of {@code authentication.proto} covers: label, zero byte, then each
 * field as 4 bytes length (big-endian) and its bytes. Unambiguous, and the same in every language.
 */
public final class ToBeSigned {
  private static final String PREFIX = "Lockstep 1.0 ";

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  private ToBeSigned(String label) {
    bytes.writeBytes((PREFIX + label).getBytes(StandardCharsets.US_ASCII));
    bytes.write(0);
  }

  public static byte[] register(String userName, byte[] accountKey, String invitation) {
    return new ToBeSigned("Register").text(userName).field(accountKey).text(invitation).build();
  }

  public static byte[] enrollClient(String userName, byte[] signatureKey) {
    return new ToBeSigned("EnrollClient").text(userName).field(signatureKey).build();
  }

  public static byte[] clientKey(String userName, byte[] signatureKey) {
    return new ToBeSigned("ClientKey").text(userName).field(signatureKey).build();
  }

  public static byte[] refreshToken(byte[] clientId, long timeMillis) {
    return new ToBeSigned("RefreshToken").field(clientId).number(timeMillis).build();
  }

  private ToBeSigned text(String value) {
    return field(value.getBytes(StandardCharsets.UTF_8));
  }

  private ToBeSigned number(long value) {
    return field(ByteBuffer.allocate(Long.BYTES).putLong(value).array());
  }

  private ToBeSigned field(byte[] value) {
    bytes.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(value.length).array());
    bytes.writeBytes(value);
    return this;
  }

  private byte[] build() {
    return bytes.toByteArray();
  }
}
