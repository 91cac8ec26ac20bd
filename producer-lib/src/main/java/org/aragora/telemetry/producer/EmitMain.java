package org.aragora.telemetry.producer;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.aragora.telemetry.chassis.log.ServiceLogging;
import org.aragora.telemetry.chassis.main.CommandMain;
import org.aragora.telemetry.chassis.main.ExitCodes;
import org.aragora.telemetry.chassis.main.Seconds;
import org.aragora.telemetry.chassis.settings.Setting;
import org.aragora.telemetry.chassis.settings.Settings;
import org.aragora.telemetry.chassis.topics.TopicSettings;
import org.aragora.telemetry.producer.EventLine.BadLineException;
import org.aragora.telemetry.producer.report.DropReason;
import org.aragora.telemetry.producer.report.ProducerStats;
import org.aragora.telemetry.producer.report.TelemetryListener;
import org.aragora.telemetry.producer.stamp.EventContext;
import org.aragora.telemetry.schemas.codec.EventCodec;
import org.aragora.telemetry.schemas.codec.JsonEventCodec;
import org.aragora.telemetry.schemas.kafka.InvalidSettingException;
import org.aragora.telemetry.schemas.kafka.KafkaClientSettings;
import org.aragora.telemetry.schemas.text.Utf8;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code bin/telemetry emit}: events from a file or standard input through the producer. */
@Command(
    name = "telemetry emit",
    description = {
      "Sends events, one JSON object a line, and waits until the broker has acknowledged them.",
      "A line is a whole CloudEvent, which is sent as it is (send a file twice and each event that has"
          + " epoch and seq counts once), or {\"type\":\"ai.aragora...\",\"data\":{...}}, which becomes a"
          + " new event of this command; time, traceparent and parentspanid may be added.",
      "A line that is no event is reported with its number; the others are sent, and the exit code is 1.",
      "A signal ends the reading; the events that were read are sent.",
      "Environment: KAFKA_BOOTSTRAP_SERVERS (default localhost:9092) and any other KAFKA_ client"
          + " setting; ARAGORA_TELEMETRY_TOPIC_PREFIX (default aragora.)."
    },
    mixinStandardHelpOptions = true)
public final class EmitMain implements Callable<Integer> {
  /** The settings of the command, for the reference. */
  public static final List<Setting<?>> SETTINGS =
      Stream.concat(Stream.of(TopicSettings.PREFIX), ServiceLogging.SETTINGS.stream()).toList();

  private static final int MAX_LINE_BYTES = 2 * EventCodec.MAX_VALUE_BYTES;

  /** Time to send the rest after a signal; a container is killed after thirty. */
  private static final Duration PATIENCE = Duration.ofSeconds(25);

  @Option(
      names = "--file",
      paramLabel = "FILE",
      defaultValue = "-",
      description = "where the lines are; - is standard input (default ${DEFAULT-VALUE})")
  private String file = "-";

  @Option(
      names = "--source",
      paramLabel = "INSTANCE",
      defaultValue = "emit",
      description =
          "instance that new events come from, source /aragora/instances/INSTANCE"
              + " (default ${DEFAULT-VALUE})")
  private String source = "emit";

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      converter = Seconds.AsInt.class,
      defaultValue = "60",
      description = "how long the brokers may acknowledge nothing (default ${DEFAULT-VALUE})")
  private int timeoutSeconds = 60;

  @Spec private @Nullable CommandSpec spec;

  private final Map<String, String> environment;
  private final InputStream standardInput;
  private final EventCodec codec = JsonEventCodec.create();
  private final AtomicReference<@Nullable EmitInput> reading = new AtomicReference<>();
  private volatile boolean stopped;
  private @Nullable Set<String> missing;
  private String refusal = "";
  private String refusedTopic = "";
  private boolean cut;
  private boolean stuck;
  private long bad;

  private EmitMain(Map<String, String> environment, InputStream standardInput) {
    this.environment = environment;
    this.standardInput = standardInput;
  }

  public static void main(String[] arguments) {
    EmitMain main = new EmitMain(System.getenv(), System.in);
    CommandLine command = CommandMain.prepare(new CommandLine(main));
    System.exit(
        CommandMain.runUntilSignal(
            System.getenv(), command, new CommandMain.Stop(main::stop, PATIENCE), arguments));
  }

  /** Ends the reading, so that the command ends after what it has read. */
  private void stop() {
    stopped = true;
    EmitInput input = reading.get();
    if (input != null) {
      input.stop();
    }
  }

  static CommandLine commandLine(Map<String, String> environment, InputStream standardInput) {
    return CommandMain.prepare(new CommandLine(new EmitMain(environment, standardInput)));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (timeoutSeconds < 1) {
      throw new InvalidSettingException(
          "--timeout=%d is refused: it must be at least 1.".formatted(timeoutSeconds));
    }
    Settings settings = Settings.read(SETTINGS, environment);
    KafkaClientSettings kafka = settings.kafka(ProducerConfig.configNames(), Set.of());
    kafka.warnings().forEach(err()::println);
    Duration timeout = Duration.ofSeconds(timeoutSeconds);
    Destination to =
        new Destination(
            settings.kafka(AdminClientConfig.configNames(), Set.of()),
            settings.get(TopicSettings.PREFIX),
            timeout);
    TelemetryProducer telemetry = producer(settings, kafka, timeout);
    boolean sent = false;
    try (EmitInput in = EmitInput.of(input())) {
      reading.set(in);
      if (stopped) {
        in.stop();
      }
      send(in, telemetry, to);
      sent = !stuck && awaitAcknowledgement(telemetry, timeout);
    } finally {
      telemetry.close(sent ? timeout : Duration.ZERO);
    }
    return report(telemetry.stats(), kafka.bootstrapServers());
  }

  private TelemetryProducer producer(
      Settings settings, KafkaClientSettings kafka, Duration timeout) {
    try {
      return TelemetryProducer.builder(source)
          .clientSettings(kafka.values())
          .topicPrefix(settings.get(TopicSettings.PREFIX))
          .heartbeatInterval(Duration.ZERO) // a command is not an instance
          .emitWait(timeout)
          .listener(new Refusals())
          .buildConnected();
    } catch (IllegalArgumentException e) {
      throw new InvalidSettingException(String.valueOf(e.getMessage()));
    }
  }

  private InputStream input() throws IOException {
    if (file.equals("-")) {
      return new BufferedInputStream(standardInput);
    }
    Path path = Path.of(file);
    if (!Files.isReadable(path) || Files.isDirectory(path)) {
      throw new InvalidSettingException("--file=%s is refused: it cannot be read.".formatted(file));
    }
    return new BufferedInputStream(Files.newInputStream(path));
  }

  private void send(EmitInput in, TelemetryProducer telemetry, Destination to)
      throws IOException, InterruptedException {
    LineReader lines = new LineReader(in, MAX_LINE_BYTES);
    for (byte[] read = lines.next();
        read != null && !in.wasCut() && !stuck && refusedTopic.isEmpty();
        read = lines.next()) {
      byte[] line = Utf8.withoutByteOrderMark(read); // joined files have one in their middle
      if (isBlank(line)) {
        continue;
      }
      try {
        if (lines.wasTooLong()) {
          throw new BadLineException("It has more than " + MAX_LINE_BYTES + " bytes.");
        }
        send(line, telemetry, to);
      } catch (BadLineException e) {
        bad++;
        err().println("Line " + lines.number() + " is no event: " + e.getMessage());
      }
    }
    cut = in.wasCut() && !file.equals("-");
  }

  private void send(byte[] line, TelemetryProducer telemetry, Destination to)
      throws BadLineException, InterruptedException {
    EventLine event =
        EventLine.read(line, codec, "/aragora/instances/" + source, Clock.systemUTC().millis());
    if (missing == null) {
      missing = EmitTopics.missing(to.kafka(), to.prefix(), to.timeout());
    }
    String topic = event.event().type().topic().under(to.prefix());
    if (missing.contains(topic)) {
      refusedTopic = topic;
      return;
    }
    boolean accepted =
        event.whole()
            ? telemetry.emitAsIs(event.event().type().topic(), null, line)
            : telemetry.emit(event.event().data(), context(event));
    if (!accepted && !stuck) {
      throw new BadLineException(refusal);
    }
  }

  private static EventContext context(EventLine line) {
    return new EventContext(
        line.event().traceparent(), line.event().parentSpanId(), line.event().time());
  }

  /**
   * Waits as long as something is acknowledged within the timeout.
   *
   * @return true if nothing is left to send
   */
  private static boolean awaitAcknowledgement(TelemetryProducer telemetry, Duration timeout) {
    long before = -1;
    for (long now = acknowledged(telemetry.stats());
        now > before;
        now = acknowledged(telemetry.stats())) {
      if (telemetry.flush(timeout)) {
        return true;
      }
      before = now;
    }
    return false;
  }

  private static long acknowledged(ProducerStats stats) {
    return stats.topics().values().stream().mapToLong(ProducerStats.TopicStats::acknowledged).sum();
  }

  private int report(ProducerStats stats, String servers) {
    long acknowledged = acknowledged(stats);
    long unsent =
        stats.topics().values().stream()
            .map(ProducerStats.TopicStats::reasons)
            .mapToLong(
                reasons ->
                    reasons.getOrDefault(DropReason.UNDELIVERED, 0L)
                        + reasons.getOrDefault(DropReason.FULL, 0L))
            .sum();
    out().println(acknowledged + " events acknowledged.");
    if (unsent > 0) {
      err()
          .println(
              unsent
                  + " events were not acknowledged by "
                  + servers
                  + (stuck ? ", and what followed was not read." : "."));
    }
    if (bad > 0) {
      err().println(bad + " lines were no events.");
    }
    if (!refusedTopic.isEmpty()) {
      err()
          .println(
              "Topic %s does not exist at %s, so nothing more was read; run bin/telemetry topics create or check ARAGORA_TELEMETRY_TOPIC_PREFIX."
                  .formatted(refusedTopic, servers));
    }
    if (cut) {
      err().println("A signal has ended the reading before the end of the file.");
    }
    boolean complete = unsent == 0 && bad == 0 && refusedTopic.isEmpty() && !cut;
    return complete ? ExitCodes.DONE : ExitCodes.FAILED;
  }

  private static boolean isBlank(byte[] line) {
    for (byte b : line) {
      if (b != ' ' && b != '\t' && b != '\r') {
        return false;
      }
    }
    return true;
  }

  private PrintWriter out() {
    return Objects.requireNonNull(spec).commandLine().getOut();
  }

  private PrintWriter err() {
    return Objects.requireNonNull(spec).commandLine().getErr();
  }

  /** The brokers, the prefix of the topics there, and how long to wait for an answer. */
  private record Destination(KafkaClientSettings kafka, String prefix, Duration timeout) {}

  /** Keeps why the line at hand was not taken. */
  private final class Refusals implements TelemetryListener {
    @Override
    public void dropped(String topic, DropReason reason, long count, String message) {
      if (reason == DropReason.FULL) {
        stuck = true;
      } else if (reason != DropReason.UNDELIVERED) {
        refusal = message;
      }
    }
  }
}
