package io.lockstep.gateway.token;

/**
 * Who a verified token is for: pseudonyms, in lower-case hex. Not for log lines.
 *
 * @param expiresMillis when the token's lifetime ends, milliseconds since 1970
 */
public record ClientIdentity(String clientId, String inboxId, long expiresMillis) {
  @Override
  public String toString() {
    return "ClientIdentity";
  }
}
