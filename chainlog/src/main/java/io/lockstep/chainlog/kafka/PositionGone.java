package io.lockstep.chainlog.kafka;

/** Records after the position that was asked for were removed from the log by retention. */
public final class PositionGone extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  PositionGone(String message) {
    super(message);
  }
}
