package io.lockstep.deploy.bench;

/** What a load client has its streams from. */
interface FanoutServer {
  /** Where it listens, on the loopback address. */
  int port();
}
