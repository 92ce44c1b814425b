package io.lockstep.deploy.kafka;

import picocli.CommandLine.Command;

/** {@code lockstep log}: looks at the chained logs. */
@Command(
    name = "log",
    description = "Proves and prints the chained logs.",
    mixinStandardHelpOptions = true,
    subcommands = {LogVerifyCommand.class, LogTailCommand.class},
    synopsisSubcommandLabel = "COMMAND")
public final class LogCommand {}
