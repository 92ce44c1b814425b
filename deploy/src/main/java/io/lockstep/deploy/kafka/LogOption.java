package io.lockstep.deploy.kafka;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code --log}: one of the three logs. */
final class LogOption {
  @Option(
      names = "--log",
      paramLabel = "NAME",
      defaultValue = "lockstep",
      description = "lockstep, lockstep.keys or lockstep.directory (default: ${DEFAULT-VALUE}).")
  private String name;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  ServiceLog log() {
    return ServiceLog.named(name)
        .orElseThrow(
            () ->
                new ParameterException(
                    spec.commandLine(), "no log '" + name + "'; there are " + ServiceLog.names()));
  }
}
