package io.lockstep.deploy.bench;

/** What pushes messages to the streams of a load client. */
interface FanoutServer {
  /** Where it listens, on the loopback address. */
  int port();

  /** Pushes one more message of so many bytes to every stream of a group; returns at once. */
  void push(int group, int bytes);

  /** The same with a Commit, which opens an epoch. */
  default void commit(int group, int bytes) {
    throw new UnsupportedOperationException("this server knows no Commits");
  }
}
