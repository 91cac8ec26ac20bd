package org.aragora.telemetry.chassis.main;

import java.time.Duration;
import java.util.Map;
import java.util.function.Function;
import org.apache.kafka.common.KafkaException;
import org.aragora.telemetry.chassis.log.ServiceLogging;
import org.aragora.telemetry.schemas.kafka.InvalidSettingException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;

/**
 * The main of a command that does its work and ends. Its log goes to standard error; a refusal and
 * a failure are one sentence there; see {@link ExitCodes} for the code.
 *
 * <pre>{@code
 * public static void main(String[] arguments) {
 *   System.exit(CommandMain.run(TopicsMain::commandLine, System.getenv(), arguments));
 * }
 *
 * static CommandLine commandLine(Map<String, String> environment) {
 *   return CommandMain.prepare(new CommandLine(new TopicsMain(environment)));
 * }
 * }</pre>
 */
public final class CommandMain {
  private static final Logger LOG = LoggerFactory.getLogger(CommandMain.class);

  private CommandMain() {}

  /**
   * Runs a command.
   *
   * @param command makes it from the environment
   * @return the exit code
   */
  public static int run(
      Function<Map<String, String>, CommandLine> command,
      Map<String, String> environment,
      String... arguments) {
    try {
      ServiceLogging.configureCommand(environment);
      return command
          .apply(environment)
          .setExecutionStrategy(
              parsed -> {
                Integer help = CommandLine.executeHelpRequest(parsed);
                if (help != null) {
                  return help;
                }
                BrokerProtocol.check(environment);
                return new CommandLine.RunLast().execute(parsed);
              })
          .execute(arguments);
    } catch (InvalidSettingException e) {
      System.err.println(e.getMessage());
      return ExitCodes.USAGE;
    }
  }

  /**
   * Runs a command that a signal asks to end, with an exit code of its own.
   *
   * @param stop ends the command soon
   * @param patience time that the command has to end
   * @return the exit code
   */
  public static int runUntilSignal(
      CommandLine command, Runnable stop, Duration patience, String... arguments) {
    return Signals.run(() -> command.execute(arguments), stop, patience);
  }

  /**
   * The reaction to a signal.
   *
   * @param action ends the command soon
   * @param patience time that the command has to end
   */
  public record Stop(Runnable action, Duration patience) {}

  /**
   * Runs a command that a signal asks to end, with an exit code of its own; sets up its log.
   *
   * @return the exit code
   */
  public static int runUntilSignal(
      Map<String, String> environment, CommandLine command, Stop stop, String... arguments) {
    return Signals.run(
        () -> run(ignored -> command, environment, arguments), stop.action(), stop.patience());
  }

  private static void setVersion(CommandLine command) {
    command.getCommandSpec().version(version());
    command.getSubcommands().values().forEach(CommandMain::setVersion);
  }

  /** Returns the version and the revision, as the launcher passes them on. */
  static String version() {
    return System.getProperty(
        "aragora.telemetry.version", "Aragora telemetry, of an unknown version");
  }

  /**
   * Sets the one handling of failures and of wrong usage, and the version, for a command and the
   * subcommands that it has by now.
   */
  public static CommandLine prepare(CommandLine command) {
    setVersion(command);
    Usage.prepare(command);
    return command.setExecutionExceptionHandler(
        (failure, failed, parsed) -> {
          failed.getOut().flush();
          boolean ofKafka =
              failure instanceof KafkaException && !Failures.isRefusedByClient(failure);
          failed
              .getErr()
              .println(
                  (ofKafka ? failed.getCommandSpec().qualifiedName() + " has failed: " : "")
                      + Failures.sentence(failure));
          LOG.debug("The command has failed", failure);
          return Failures.exitCode(failure);
        });
  }
}
