package org.aragora.telemetry.replay;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.apache.kafka.common.KafkaException;
import org.aragora.telemetry.chassis.log.ServiceLogging;
import org.aragora.telemetry.replay.read.ReplayException;
import org.aragora.telemetry.schemas.kafka.InvalidSettingException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** What commands have in common: where their log goes, and how a refusal is said. */
final class CommandLogging {
  private static final int FAILED = 1;

  private CommandLogging() {}

  /** Runs a command with its log set up; gives its exit code. */
  static int run(
      Map<String, String> environment,
      Function<Map<String, String>, CommandLine> command,
      String... arguments) {
    Map<String, String> logging = new HashMap<>(environment);
    logging.putIfAbsent("LOG_OUTPUT", "stderr");
    logging.putIfAbsent("LOG_FORMAT", "text");
    logging.putIfAbsent("LOG_LEVEL", "WARNING");
    try {
      ServiceLogging.configure(logging);
    } catch (InvalidSettingException e) {
      System.err.println(e.getMessage());
      return FAILED;
    }
    return command.apply(environment).execute(arguments);
  }

  /** Something that a command does; gives its exit code. */
  interface Work {
    int run() throws IOException;
  }

  /** Does it; a refusal and a failure are a sentence on standard error and exit code 1. */
  static int answer(@Nullable CommandSpec spec, String failure, Work work) throws IOException {
    CommandLine command = Objects.requireNonNull(spec).commandLine();
    try {
      return work.run();
    } catch (InvalidSettingException | ReplayException e) {
      command.getErr().println(e.getMessage());
    } catch (KafkaException e) {
      command.getErr().println(failure + e.getMessage());
    } finally {
      command.getOut().flush();
    }
    return FAILED;
  }
}
