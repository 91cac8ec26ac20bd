package org.aragora.telemetry.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import org.aragora.telemetry.benchmarks.overload.Overload;
import org.aragora.telemetry.chassis.log.ServiceLogging;
import org.aragora.telemetry.chassis.main.CommandMain;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code bin/telemetry overload}. */
@Command(
    name = "overload",
    description =
        "Starts a processor with a small heap on a backlog, gives it a tenth of the time while more comes, lets"
            + " it go, and checks that it stayed up and that every total is exact in the end.",
    mixinStandardHelpOptions = true)
public final class OverloadMain implements Callable<Integer> {
  @Option(
      names = "--backlog",
      defaultValue = "10000000",
      description = "events that are there at the start (default ${DEFAULT-VALUE})")
  private int backlog;

  @Option(
      names = "--rate",
      defaultValue = "5000",
      description = "events a second that come meanwhile (default ${DEFAULT-VALUE})")
  private int rate;

  @Option(
      names = "--throttled",
      defaultValue = "60",
      description = "seconds for which it gets a tenth of the time (default ${DEFAULT-VALUE})")
  private int throttledSeconds;

  @Option(names = "--seed", defaultValue = "1", description = "of the events (default 1)")
  private long seed;

  private OverloadMain() {}

  /** Exits with 0 if the processor stayed up and every total was exact in the end. */
  public static void main(String[] arguments) {
    System.exit(CommandMain.prepare(new CommandLine(new OverloadMain())).execute(arguments));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    ServiceLogging.configure(
        Map.of("LOG_LEVEL", "ERROR", "LOG_FORMAT", "text", "LOG_OUTPUT", "stderr"));
    Overload.Settings settings =
        new Overload.Settings(
            backlog,
            rate,
            Duration.ofSeconds(throttledSeconds),
            seed,
            Files.createTempDirectory("aragora-overload-"));
    return new Overload(settings, System.out).run(Clock.systemUTC()) ? 0 : 1;
  }
}
