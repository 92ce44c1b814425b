package io.lockstep.deploy.bench;

import java.util.concurrent.CompletionStage;

/** A way from a submitter to a reader. */
interface Pipeline extends AutoCloseable {
  /** Sends one message; the stage completes when the reader has it. */
  CompletionStage<?> send();

  @Override
  void close();
}
