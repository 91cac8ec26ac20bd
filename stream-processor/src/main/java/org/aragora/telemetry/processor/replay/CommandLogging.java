package org.aragora.telemetry.processor.replay;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import org.aragora.telemetry.schemas.config.InvalidSettingException;
import org.aragora.telemetry.schemas.log.ServiceLogging;
import picocli.CommandLine;

/** Keeps the log of a command out of what it writes to standard output. */
final class CommandLogging {
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
      return 1;
    }
    return command.apply(environment).execute(arguments);
  }
}
