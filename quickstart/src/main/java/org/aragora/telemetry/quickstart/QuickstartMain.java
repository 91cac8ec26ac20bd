package org.aragora.telemetry.quickstart;

import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.aragora.telemetry.schemas.kafka.InvalidSettingException;
import org.aragora.telemetry.testbed.service.Ports;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code bin/telemetry quickstart}. */
@Command(
    name = "telemetry quickstart",
    description = {
      "Runs the whole pipeline on this machine without Docker: Kafka, the topics, a sample load of"
          + " three Aragora instances, the stream processor, both exporters. At the end it shows what"
          + " became of every event; the exit code is 0 only if each was counted exactly once and"
          + " every span and line was acknowledged and received.",
      "Spans and lines go to a receiver in here that counts them, unless OTEL_EXPORTER_OTLP_ENDPOINT"
          + " or LOKI_URL name a backend. Every trace is kept unless OTEL_TRACES_SAMPLER says"
          + " otherwise.",
      "Other clients may join: Kafka listens on localhost only, without credentials."
    },
    mixinStandardHelpOptions = true)
public final class QuickstartMain implements Callable<Integer> {

  private static final long STOPS_WITHIN_MS = 25_000;
  private static final int INTERRUPTED = 130;

  @Option(
      names = "--duration",
      paramLabel = "SECONDS",
      defaultValue = "0",
      description = "how long the load lasts (default: until Ctrl-C)")
  private long duration;

  @Option(
      names = "--rate",
      paramLabel = "N",
      defaultValue = "100",
      description = "events per second of all instances together (default ${DEFAULT-VALUE})")
  private double rate;

  @Option(names = "--no-load", description = "write nothing: bring your own events")
  private boolean noLoad;

  @Option(
      names = "--kafka-port",
      paramLabel = "PORT",
      defaultValue = "9092",
      description = "where Kafka listens on localhost (default ${DEFAULT-VALUE}; 0: any)")
  private int kafkaPort;

  @Option(
      names = "--metrics-port",
      paramLabel = "PORT",
      defaultValue = "9090",
      description = "where /metrics is served (default ${DEFAULT-VALUE}; 0: any)")
  private int metricsPort;

  private final AtomicReference<@Nullable Quickstart> running = new AtomicReference<>();
  private final CountDownLatch stopped = new CountDownLatch(1);

  private QuickstartMain() {}

  public static void main(String[] arguments) {
    QuickstartMain command = new QuickstartMain();
    CountDownLatch done = new CountDownLatch(1);
    AtomicInteger code = new AtomicInteger(INTERRUPTED);
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> end(command, done, code), "quickstart-stop"));
    code.set(command.commandLine().execute(arguments));
    done.countDown();
    System.exit(code.get());
  }

  /** Handles Ctrl-C and SIGTERM: the run ends as usual, with its table and its own exit code. */
  private static void end(QuickstartMain command, CountDownLatch done, AtomicInteger code) {
    command.stop();
    try {
      if (!done.await(STOPS_WITHIN_MS, TimeUnit.MILLISECONDS)) {
        System.err.println("The quickstart did not stop in time.");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    System.out.flush();
    Runtime.getRuntime().halt(code.get());
  }

  private void stop() {
    stopped.countDown();
    Quickstart quickstart = running.get();
    if (quickstart != null) {
      quickstart.stop();
    }
  }

  private CommandLine commandLine() {
    return new CommandLine(this)
        .setExecutionExceptionHandler(
            (e, line, parsed) -> {
              line.getErr().println(e.getMessage() == null ? e.toString() : e.getMessage());
              return e instanceof InvalidSettingException
                  ? CommandLine.ExitCode.USAGE
                  : CommandLine.ExitCode.SOFTWARE;
            });
  }

  @Override
  public Integer call() throws Exception {
    Options options = Options.of(duration, rate, noLoad, kafkaPort, metricsPort);
    if (options.metricsPort() != 0 && !Ports.isFree(options.metricsPort())) {
      throw new IllegalStateException(
          "Port "
              + options.metricsPort()
              + " is taken by another process; choose another with --metrics-port.");
    }
    if (options.kafkaPort() != 0 && !Ports.isFree(options.kafkaPort())) {
      throw new IllegalStateException(
          "Port "
              + options.kafkaPort()
              + " is taken by another process; choose another with --kafka-port.");
    }
    Screen screen = new Screen(System.out, Boolean.getBoolean("aragora.telemetry.terminal"));
    Quickstart quickstart = Quickstart.create(options, screen);
    running.set(quickstart);
    if (stopped.getCount() == 0) {
      quickstart.stop();
    }
    return quickstart.run() ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
  }
}
