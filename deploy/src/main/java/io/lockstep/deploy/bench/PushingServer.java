package io.lockstep.deploy.bench;

/** A server that makes up itself what it delivers. */
interface PushingServer extends FanoutServer {
  /** Pushes one more message of so many bytes to every stream of a group; returns at once. */
  void push(int group, int bytes);

  /** The same with a Commit, which opens an epoch. */
  void commit(int group, int bytes);
}
