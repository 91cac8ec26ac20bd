package org.aragora.telemetry.doctor.tap;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.aragora.telemetry.chassis.log.ServiceLogging;
import org.aragora.telemetry.chassis.main.CommandMain;
import org.aragora.telemetry.chassis.main.ExitCodes;
import org.aragora.telemetry.chassis.main.Seconds;
import org.aragora.telemetry.chassis.redact.RedactionSettings;
import org.aragora.telemetry.chassis.settings.Setting;
import org.aragora.telemetry.chassis.settings.Settings;
import org.aragora.telemetry.chassis.settings.SettingsText;
import org.aragora.telemetry.chassis.topics.TopicSettings;
import org.aragora.telemetry.schemas.kafka.InvalidSettingException;
import org.aragora.telemetry.schemas.kafka.KafkaClientSettings;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code bin/telemetry tap}: committed events as they come. */
@Command(
    name = "telemetry tap",
    description = {
      "Prints committed events as they come, one JSON object a line, redacted as the log exporter"
          + " redacts. A record that is not a valid event is printed with the reason, unless --type"
          + " or --where asks for events. It reads in no consumer group and changes nothing.",
      "Ctrl-C ends it, and so does a reader that goes away; the exit code is 0. If --timeout ends"
          + " it before --count is reached, it is 1."
    },
    footerHeading = "%nSettings, from the environment; KAFKA_X_Y is the client setting x.y:%n%n",
    mixinStandardHelpOptions = true)
public final class TapMain implements Callable<Integer> {

  /** The settings of the command, for the reference. */
  public static final List<Setting<?>> SETTINGS =
      Stream.of(
              Stream.of(TopicSettings.PREFIX),
              RedactionSettings.ALL.stream(),
              ServiceLogging.SETTINGS.stream())
          .<Setting<?>>flatMap(each -> each)
          .toList();

  private static final Duration PATIENCE = Duration.ofSeconds(3);
  private static final int FETCH_BYTES = 8 * 1024 * 1024;

  @Option(
      names = "--topic",
      paramLabel = "TOPIC",
      split = ",",
      description = "debates, requests, agent-calls, instances or logs; may be repeated")
  private List<String> topics = List.of();

  @Option(
      names = "--type",
      paramLabel = "TYPE",
      split = ",",
      description = "type of the events, such as debate.started; may be repeated")
  private List<String> types = List.of();

  @Option(
      names = "--where",
      paramLabel = "FIELD=VALUE",
      description =
          "value of a field, such as debate_id=d-1 or fields.region=eu; may be repeated, and all"
              + " must hold")
  private List<String> tests = List.of();

  @Option(names = "--count", paramLabel = "N", description = "ends after N lines")
  private @Nullable Long count;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      converter = Seconds.AsInt.class,
      description = "ends after this time")
  private @Nullable Integer timeoutSeconds;

  @Option(names = "--from-beginning", description = "begins with the oldest record")
  private boolean fromBeginning;

  @Option(
      names = "--since",
      paramLabel = "TIME",
      description = "begins at this append time: 15m ago, or 2026-11-24T12:00:00Z")
  private @Nullable String since;

  @Spec private @Nullable CommandSpec spec;

  private final Map<String, String> environment;
  private final OutputStream out;
  private volatile @Nullable Tap tap;
  private volatile boolean stopped;

  private TapMain(Map<String, String> environment, OutputStream out) {
    this.environment = environment;
    this.out = out;
  }

  public static void main(String[] arguments) {
    TapMain main = new TapMain(System.getenv(), new FileOutputStream(FileDescriptor.out));
    System.exit(
        CommandMain.runUntilSignal(
            System.getenv(),
            commandLine(main),
            new CommandMain.Stop(main::stop, PATIENCE),
            arguments));
  }

  /** {@code out}: takes the lines, in UTF-8 whatever the locale is. */
  static CommandLine commandLine(Map<String, String> environment, OutputStream out) {
    return commandLine(new TapMain(environment, out));
  }

  private static CommandLine commandLine(TapMain main) {
    CommandLine command = new CommandLine(main);
    command.getCommandSpec().usageMessage().footer(SettingsText.help(SETTINGS));
    return CommandMain.prepare(command);
  }

  private void stop() {
    stopped = true;
    Tap running = tap;
    if (running != null) {
      running.stop();
    }
  }

  @Override
  public Integer call() {
    Settings settings = Settings.read(SETTINGS, environment);
    KafkaClientSettings kafka = settings.kafka(ConsumerConfig.configNames(), Set.of());
    String prefix = settings.get(TopicSettings.PREFIX);
    Selection selection = Selection.of(topics, types, tests, prefix);
    Beginning beginning = Beginning.of(fromBeginning, since, Clock.systemUTC());
    Tap.End end =
        new Tap.End(
            atLeastOne("--count", count, Long.MAX_VALUE),
            Duration.ofSeconds(
                atLeastOne(
                    "--timeout",
                    timeoutSeconds == null ? null : timeoutSeconds.longValue(),
                    Duration.ofDays(36_500).toSeconds())));
    RecordLines lines = new RecordLines(selection, RedactionSettings.redactor(settings));
    kafka.warnings().forEach(err()::println);
    Tap.Source source = new Tap.Source(selection.topics(), prefix, kafka.bootstrapServers());
    try (Tap running = new Tap(new KafkaConsumer<>(config(kafka)), source, err()::println)) {
      tap = running;
      if (stopped) {
        return ExitCodes.DONE;
      }
      running.open(beginning);
      long shown = running.run(lines, end, out);
      return running.isStopped() || count == null || shown >= count
          ? ExitCodes.DONE
          : tooFew(shown);
    } catch (IOException | WakeupException e) {
      return ExitCodes.DONE; // nobody reads any more, or a signal
    }
  }

  private int tooFew(long shown) {
    err().println("%d of %d lines came within %d s.".formatted(shown, count, timeoutSeconds));
    return ExitCodes.FAILED;
  }

  private static long atLeastOne(String option, @Nullable Long value, long otherwise) {
    if (value != null && value < 1) {
      throw new InvalidSettingException(
          "%s=%d is refused: it must be at least 1.".formatted(option, value));
    }
    return value == null ? otherwise : value;
  }

  private static Map<String, Object> config(KafkaClientSettings kafka) {
    Map<String, Object> config = new HashMap<>(kafka.values());
    config.putIfAbsent(ConsumerConfig.CLIENT_ID_CONFIG, "aragora-telemetry-tap");
    config.putIfAbsent(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, FETCH_BYTES);
    config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    config.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    // It has an offset from the start; a topic that was made again begins at its beginning.
    config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    config.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
    config.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
    return config;
  }

  private PrintWriter err() {
    return Objects.requireNonNull(spec).commandLine().getErr();
  }
}
