package io.lockstep.gateway.streams;

import io.lockstep.gateway.admission.Refused;

/**
 * How many attachments a stream takes from all clients together. It is asked for those that have
 * shown that they may attach it, so that whoever may not cannot use them up.
 */
public interface StreamLimits {
  /** Any number. */
  StreamLimits NONE =
      new StreamLimits() {
        @Override
        public void attach(String key) {}

        @Override
        public void change(String key, int by) {}
      };

  /** A client is about to attach the stream. */
  void attach(String key) throws Refused;

  /** So many more attachments of the stream are there, or fewer. */
  void change(String key, int by);
}
