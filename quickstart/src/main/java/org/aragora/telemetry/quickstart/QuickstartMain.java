package org.aragora.telemetry.quickstart;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.aragora.telemetry.chassis.main.CommandMain;
import org.aragora.telemetry.chassis.main.ExitCodes;
import org.aragora.telemetry.chassis.main.Seconds;
import org.aragora.telemetry.quickstart.Options.Writer;
import org.aragora.telemetry.testbed.service.Ports;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code bin/telemetry quickstart}. */
@Command(
    name = "telemetry quickstart",
    description = {
      "Runs the whole pipeline on this machine without Docker: Kafka, the topics, a sample load of"
          + " three Aragora instances, the stream processor with its page, both exporters. At the"
          + " end it prints the account of every event; the exit code is 0 only if each was counted"
          + " exactly once and every span and line was acknowledged and received. After Ctrl-C,"
          + " records that are not read yet are no error; missing ones are.",
      "With --aragora a real Aragora server writes instead of the sample: unmodified, from PyPI,"
          + " with its demo agents and without keys. A driver makes requests and debates; the"
          + " account compares its own counts, too. It needs Python 3.10, and PyPI once.",
      "Spans and lines go to a receiver in here that counts them and keeps the last for the"
          + " page, unless"
          + " OTEL_EXPORTER_OTLP_ENDPOINT or LOKI_URL name a backend. Every trace is kept unless"
          + " OTEL_TRACES_SAMPLER is set.",
      "Other clients may join: Kafka listens on localhost only, without credentials."
    },
    mixinStandardHelpOptions = true)
public final class QuickstartMain implements Callable<Integer> {

  private static final int NEXT_PORTS = 100;
  private static final int LAST_PORT = 65_535;
  private static final Duration STOPS_WITHIN = Duration.ofSeconds(130);

  @Option(
      names = "--duration",
      paramLabel = "SECONDS",
      converter = Seconds.AsLong.class,
      defaultValue = "0",
      description = "how long the load lasts (default: until Ctrl-C)")
  private long duration;

  @Option(
      names = "--rate",
      paramLabel = "N",
      description =
          "events per second of all instances together (default 100); with --aragora requests"
              + " per second (default 10)")
  private @Nullable Double rate;

  @ArgGroup private @Nullable Other other;

  /** Another writer than the sample. */
  private static final class Other {
    @SuppressWarnings("UnusedVariable") // the group has one of the two
    @Option(names = "--aragora", description = "run a real Aragora server instead of the sample")
    private boolean aragora;

    @Option(names = "--no-load", description = "write nothing: bring your own events")
    private boolean nobody;
  }

  @Option(
      names = "--kafka-port",
      paramLabel = "PORT",
      defaultValue = "9092",
      description = "port of Kafka on localhost (default ${DEFAULT-VALUE}; 0: any)")
  private int kafkaPort;

  @Option(
      names = "--metrics-port",
      paramLabel = "PORT",
      defaultValue = "9090",
      description = "port of /metrics (default ${DEFAULT-VALUE}; 0: any)")
  private int metricsPort;

  private final AtomicReference<@Nullable Quickstart> running = new AtomicReference<>();
  private final CountDownLatch stopped = new CountDownLatch(1);

  private QuickstartMain() {}

  public static void main(String[] arguments) {
    QuickstartMain main = new QuickstartMain();
    System.exit(
        CommandMain.runUntilSignal(
            CommandMain.prepare(new CommandLine(main)), main::stop, STOPS_WITHIN, arguments));
  }

  /** Ends the run early, with its table; the exit code is its own. */
  private void stop() {
    stopped.countDown();
    Quickstart quickstart = running.get();
    if (quickstart != null) {
      quickstart.stop();
    }
  }

  @Override
  public Integer call() throws Exception {
    Options options = Options.of(writer(), duration, rate, kafkaPort, metricsPort);
    checkFree(options.metricsPort(), "--metrics-port");
    checkFree(options.kafkaPort(), "--kafka-port");
    Screen screen =
        new Screen(
            System.out,
            Boolean.getBoolean("aragora.telemetry.terminal"),
            new TerminalWidth(System.getenv()));
    Quickstart quickstart = new Quickstart(options, screen);
    running.set(quickstart);
    if (stopped.getCount() == 0) {
      quickstart.stop();
    }
    return quickstart.run() ? ExitCodes.DONE : ExitCodes.FAILED;
  }

  private Writer writer() {
    if (other == null) {
      return Writer.SAMPLE;
    }
    return other.nobody ? Writer.NOBODY : Writer.ARAGORA;
  }

  private static void checkFree(int port, String option) {
    if (port != 0 && !Ports.isFree(port)) {
      throw new IllegalStateException(
          IntStream.rangeClosed(port + 1, Math.min(port + NEXT_PORTS, LAST_PORT))
              .filter(Ports::isFree)
              .mapToObj(
                  free ->
                      "Port %d is taken by another process; %s %d is free."
                          .formatted(port, option, free))
              .findFirst()
              .orElse(
                  "Port %d is taken by another process; choose another with %s."
                      .formatted(port, option)));
    }
  }
}
