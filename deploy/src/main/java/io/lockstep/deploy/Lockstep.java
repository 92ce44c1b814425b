package io.lockstep.deploy;

import io.lockstep.client.cli.ChatCommand;
import io.lockstep.deploy.bench.BenchCommand;
import io.lockstep.deploy.demo.DemoCommand;
import io.lockstep.deploy.kafka.LogCommand;
import io.lockstep.deploy.kafka.TopicsCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command line of Lockstep. */
@Command(
    name = "lockstep",
    description = "Messaging for end-to-end encrypted groups (MLS, RFC 9420) on Kafka.",
    mixinStandardHelpOptions = true,
    version = "lockstep 0.1.0",
    subcommands = {
      DemoCommand.class,
      UpCommand.class,
      NodeCommand.class,
      ChatCommand.class,
      LogCommand.class,
      TopicsCommand.class,
      BenchCommand.class
    })
public final class Lockstep {
  private static final int FAILED = 1;

  private Lockstep() {}

  public static void main(String[] args) {
    System.exit(commandLine().execute(args));
  }

  /** All commands; a failure is one line on the error output and exit code 1. */
  static CommandLine commandLine() {
    CommandLine commandLine = new CommandLine(new Lockstep());
    commandLine.setCaseInsensitiveEnumValuesAllowed(true);
    commandLine.setExecutionExceptionHandler(
        (failure, command, parsed) -> {
          command.getErr().println("lockstep: " + reason(failure));
          if (System.getenv("LOCKSTEP_TRACE") != null) {
            failure.printStackTrace(command.getErr());
          } else {
            command.getErr().println("lockstep: set LOCKSTEP_TRACE=1 for the stack trace");
          }
          return FAILED;
        });
    return commandLine;
  }

  private static String reason(Throwable failure) {
    return failure.getMessage() == null ? failure.toString() : failure.getMessage();
  }
}
