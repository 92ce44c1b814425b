package io.lockstep.deploy.node;

/** A settings file that a node cannot start with; the message names the setting. */
public final class SettingsRefused extends RuntimeException {
  private static final long serialVersionUID = 1L;

  SettingsRefused(String message) {
    super(message);
  }
}
