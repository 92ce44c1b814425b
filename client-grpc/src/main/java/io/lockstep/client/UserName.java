package io.lockstep.client;

import java.util.regex.Pattern;

/** Name of an account: 1 to 64 characters of a-z, 0-9, '.', '_' and '-'. */
public record UserName(String value) {
  private static final Pattern FORM = Pattern.compile("[a-z0-9._-]{1,64}");

  public UserName {
    if (!FORM.matcher(value).matches()) {
      throw new IllegalArgumentException(
          "a user name has 1 to 64 characters of a-z, 0-9, '.', '_' and '-'");
    }
  }

  @Override
  public String toString() {
    return value;
  }
}
