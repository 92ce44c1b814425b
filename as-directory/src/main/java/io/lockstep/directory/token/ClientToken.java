package io.lockstep.directory.token;

/**
 * A token as its client gets it.
 *
 * @param text a bearer secret: not for logs
 * @param expiresMillis since 1970
 */
public record ClientToken(String text, long expiresMillis) {
  @Override
  public String toString() {
    return "ClientToken[expiresMillis=" + expiresMillis + "]";
  }
}
