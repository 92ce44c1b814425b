package io.lockstep.deploy.bench;

/** What a connection of the load client tells. */
interface LoadEvents {
  /** All streams of a connection are attached, and have what they had missed. */
  void attached();

  /** A message has come to one stream. */
  void delivered();

  /** The message before has been on its way for so long; of connections that look into messages. */
  void took(long nanos);
}
