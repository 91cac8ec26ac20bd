package org.aragora.telemetry.replay;

import java.io.PrintWriter;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.aragora.telemetry.chassis.main.CommandMain;
import org.aragora.telemetry.chassis.main.ExitCodes;
import org.aragora.telemetry.chassis.settings.TransactionBackoff;
import org.aragora.telemetry.chassis.topics.TopicState;
import org.aragora.telemetry.replay.read.Consumers;
import org.aragora.telemetry.replay.read.Limit;
import org.aragora.telemetry.replay.read.ReplayException;
import org.aragora.telemetry.replay.redrive.Redrive;
import org.aragora.telemetry.replay.redrive.Redrive.Fate;
import org.aragora.telemetry.replay.redrive.Redrive.Kind;
import org.aragora.telemetry.replay.redrive.Route;
import org.aragora.telemetry.replay.redrive.Selection;
import org.aragora.telemetry.schemas.kafka.InvalidSettingException;
import org.aragora.telemetry.schemas.topic.DeadLetterReason;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code bin/telemetry redrive}. */
@Command(
    name = "telemetry redrive",
    description = {
      "Sends dead letters back to the partitions that they came from, each at most once; valid ones are"
          + " counted. Without --execute it reports and sends nothing.",
      "One that fails again comes back marked and stays until --again.",
      "With --exporter, the exporters' dead letters: each goes to the exporter that could not send it, and to no other."
    },
    mixinStandardHelpOptions = true)
public final class RedriveMain implements Callable<Integer> {
  private static final List<String> EXPORTERS = List.of("spans", "logs");
  private static final Set<String> EXPORTERS_REASONS =
      Set.of("refused", "too_large", "rejected", "too_old", "unconvertible");
  private static final int MAX_REQUEST_BYTES = 10 * 1024 * 1024;
  private static final int TRANSACTION_TIMEOUT_MS = 30_000;

  @Option(names = "--execute", description = "do it; without this it is a dry run")
  private boolean execute;

  @Option(
      names = "--exporter",
      paramLabel = "NAME",
      split = ",",
      description = "the dead letters of these exporters instead of the processor's: spans, logs")
  private List<String> exporters = List.of();

  @Option(
      names = "--reason",
      paramLabel = "REASON",
      split = ",",
      description =
          "only these: null_value, undecodable, unknown_type, ...; of exporters refused, too_large, rejected, too_old,"
              + " unconvertible")
  private List<String> reasons = List.of();

  @Option(
      names = "--topic",
      paramLabel = "TOPIC",
      split = ",",
      description = "only from these input topics: debates, requests, ...")
  private List<String> topics = List.of();

  @Option(
      names = "--from",
      paramLabel = "TIME",
      description = "only those that were parked at this time or later")
  private @Nullable String from;

  @Option(
      names = "--to",
      paramLabel = "TIME",
      description = "only those that were parked before this time")
  private @Nullable String to;

  @Option(names = "--again", description = "also those that failed again after a redrive")
  private boolean again;

  @Spec private @Nullable CommandSpec spec;

  private final Map<String, String> environment;

  private RedriveMain(Map<String, String> environment) {
    this.environment = environment;
  }

  /** Exits with a code of {@link ExitCodes}. */
  public static void main(String[] arguments) {
    System.exit(CommandMain.run(RedriveMain::commandLine, System.getenv(), arguments));
  }

  static CommandLine commandLine(Map<String, String> environment) {
    return CommandMain.prepare(new CommandLine(new RedriveMain(environment)));
  }

  @Override
  public Integer call() {
    ReplayConfig config = ReplayConfig.read(environment);
    try (Admin admin = Admin.create(config.clientSettings())) {
      return redrive(config, admin);
    }
  }

  private int redrive(ReplayConfig config, Admin admin) {
    Redrive redrive =
        new Redrive(
            new Consumers(config.clientSettings()),
            route(config.topicPrefix()),
            selection(config.topicPrefix()),
            topic -> limit(admin, topic));
    if (!execute) {
      print(redrive.dryRun());
      out().println("Nothing was sent: this was a dry run. --execute does it.");
    } else {
      try (Producer<byte[], byte[]> producer = producer(config)) {
        print(redrive.execute(producer));
      }
    }
    out().flush();
    return ExitCodes.DONE;
  }

  /** The limit of a topic; the highest one if it is not reported. */
  private static int limit(Admin admin, String topic) {
    try {
      TopicState state = TopicState.read(admin, List.of(topic)).get(topic);
      return state == null
          ? MAX_REQUEST_BYTES
          : Math.min(MAX_REQUEST_BYTES, state.number(TopicConfig.MAX_MESSAGE_BYTES_CONFIG));
    } catch (ExecutionException | TimeoutException e) {
      return MAX_REQUEST_BYTES;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ReplayException("interrupted", e);
    }
  }

  private Route route(String topicPrefix) {
    for (String exporter : exporters) {
      if (!EXPORTERS.contains(exporter)) {
        throw new InvalidSettingException(
            "--exporter=%s is refused: it must be one of %s."
                .formatted(exporter, String.join(", ", EXPORTERS)));
      }
    }
    return exporters.isEmpty()
        ? Route.toInputs(topicPrefix)
        : Route.toExporters(topicPrefix, Set.copyOf(exporters));
  }

  private Set<String> knownReasons() {
    return exporters.isEmpty()
        ? Arrays.stream(DeadLetterReason.values())
            .map(DeadLetterReason::label)
            .collect(Collectors.toSet())
        : EXPORTERS_REASONS;
  }

  private Selection selection(String topicPrefix) {
    Set<String> known = knownReasons();
    for (String reason : reasons) {
      if (!known.contains(reason)) {
        throw new InvalidSettingException(
            "--reason=%s is refused: it must be one of %s."
                .formatted(reason, String.join(", ", new TreeSet<>(known))));
      }
    }
    Set<String> names = new HashSet<>();
    for (String topic : topics) {
      InputTopic input = InputTopic.byName("", topic);
      input = input == null ? InputTopic.byName(topicPrefix, topic) : input;
      if (input == null) {
        throw new InvalidSettingException(
            "--topic=%s is refused: it is not an input topic.".formatted(topic));
      }
      names.add(input.under(topicPrefix));
    }
    return new Selection(
        Set.copyOf(reasons),
        names,
        from == null ? Long.MIN_VALUE : Limit.time(from, "--from").toEpochMilli(),
        to == null ? Long.MAX_VALUE : Limit.time(to, "--to").toEpochMilli(),
        again);
  }

  private static Producer<byte[], byte[]> producer(ReplayConfig config) {
    Map<String, Object> settings = new HashMap<>(config.clientSettings());
    settings.put(ProducerConfig.CLIENT_ID_CONFIG, config.applicationId() + "-redrive");
    settings.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, config.applicationId() + "-redrive");
    settings.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, TRANSACTION_TIMEOUT_MS);
    settings.put(ProducerConfig.ACKS_CONFIG, "all");
    settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    settings.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, MAX_REQUEST_BYTES);
    TransactionBackoff.putInto(settings, "");
    settings.putIfAbsent(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
    return new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
  }

  private void print(SortedMap<Kind, Map<Fate, Long>> report) {
    Map<Fate, Long> sums = new EnumMap<>(Fate.class);
    report.forEach(
        (kind, fates) ->
            fates.forEach(
                (fate, count) -> {
                  out().printf("%s %s: %d %s%n", kind.topic(), kind.reason(), count, text(fate));
                  sums.merge(fate, count, Long::sum);
                }));
    out().printf("%d %s.%n", sums.getOrDefault(Fate.SENT, 0L), text(Fate.SENT));
  }

  private String text(Fate fate) {
    return fate == Fate.SENT && execute ? "sent back" : fate.text();
  }

  private PrintWriter out() {
    return Objects.requireNonNull(spec).commandLine().getOut();
  }
}
