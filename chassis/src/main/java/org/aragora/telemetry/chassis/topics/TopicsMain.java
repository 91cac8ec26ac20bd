package org.aragora.telemetry.chassis.topics;

import java.io.PrintWriter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.errors.TimeoutException;
import org.aragora.telemetry.chassis.log.ServiceLogging;
import org.aragora.telemetry.chassis.main.CannotCompareException;
import org.aragora.telemetry.chassis.main.CommandMain;
import org.aragora.telemetry.chassis.main.ExitCodes;
import org.aragora.telemetry.chassis.settings.Setting;
import org.aragora.telemetry.chassis.settings.Settings;
import org.aragora.telemetry.schemas.kafka.InvalidSettingException;
import org.aragora.telemetry.schemas.kafka.KafkaClientSettings;
import org.aragora.telemetry.schemas.topic.TopicSpec;
import org.aragora.telemetry.schemas.topic.Topics;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code bin/telemetry topics}: creates the topics of the pipeline. */
@Command(
    name = "telemetry topics",
    description = "Creates the topics of the pipeline and reports differences of existing ones.",
    mixinStandardHelpOptions = true)
public final class TopicsMain implements Runnable {

  /** The settings of the command, for the reference. */
  public static final List<Setting<?>> SETTINGS =
      Stream.concat(Stream.of(TopicSettings.PREFIX), ServiceLogging.SETTINGS.stream()).toList();

  private static final int WAIT_MS = 15_000;

  @Spec private @Nullable CommandSpec spec;

  private TopicsMain() {}

  public static void main(String[] arguments) {
    System.exit(CommandMain.run(TopicsMain::commandLine, System.getenv(), arguments));
  }

  static CommandLine commandLine(Map<String, String> environment) {
    return CommandMain.prepare(
        new CommandLine(new TopicsMain()).addSubcommand(new Create(environment)));
  }

  @Override
  public void run() {
    if (spec != null) {
      throw new ParameterException(spec.commandLine(), "The subcommand is missing: topics create.");
    }
  }

  /** {@code topics create}. */
  @Command(
      name = "create",
      description = {
        "Creates every topic of the pipeline that is not there yet; nothing that exists is changed.",
        "Environment: KAFKA_BOOTSTRAP_SERVERS (default localhost:9092) and any other KAFKA_ client"
            + " setting; ARAGORA_TELEMETRY_TOPIC_PREFIX (default aragora.)."
      },
      mixinStandardHelpOptions = true)
  static final class Create implements Callable<Integer> {

    @Option(
        names = "--partitions",
        paramLabel = "N",
        defaultValue = "" + TopicSpec.DEFAULT_PARTITIONS,
        description =
            "partitions of the topics that scale with the load (default ${DEFAULT-VALUE})")
    private int partitions;

    @Option(
        names = "--replication-factor",
        paramLabel = "N",
        description = "copies of each partition (default 3 where there are three brokers, else 1)")
    private @Nullable Integer replicationFactor;

    @Option(
        names = "--prefix",
        paramLabel = "PREFIX",
        description = "what every name begins with (default ARAGORA_TELEMETRY_TOPIC_PREFIX)")
    private @Nullable String prefix;

    @Option(
        names = "--check",
        description =
            "creates nothing; exit code 3 if a topic is missing, differs from how it would be"
                + " created, or cannot be read")
    private boolean check;

    @Spec private @Nullable CommandSpec spec;

    private final Map<String, String> environment;

    Create(Map<String, String> environment) {
      this.environment = environment;
    }

    @Override
    public Integer call() throws Exception {
      Settings settings = Settings.read(SETTINGS, environment);
      KafkaClientSettings kafka = settings.kafka(AdminClientConfig.configNames(), Set.of());
      TopicAdmin.Plan plan = plan(settings);
      kafka.warnings().forEach(err()::println);
      List<TopicAdmin.Report> reports = check ? differences(kafka, plan) : reports(kafka, plan);
      for (TopicAdmin.Report report : reports) {
        (report.breaksTheAccount() ? err() : out())
            .println((report.breaksTheAccount() ? "WARNING: " : "") + report.sentence());
      }
      boolean differs =
          reports.stream().anyMatch(report -> report.outcome() == TopicAdmin.Outcome.DIFFERS);
      return check && differs ? ExitCodes.DIFFERS : ExitCodes.DONE;
    }

    private List<TopicAdmin.Report> differences(KafkaClientSettings kafka, TopicAdmin.Plan plan)
        throws CannotCompareException {
      try {
        return reports(kafka, plan);
      } catch (Exception e) {
        throw new CannotCompareException(e);
      }
    }

    private TopicAdmin.Plan plan(Settings settings) {
      if (partitions < 1) {
        throw new InvalidSettingException(
            "--partitions=%d is refused: it must be at least 1.".formatted(partitions));
      }
      Integer factor = replicationFactor;
      if (factor != null && (factor < 1 || factor > Short.MAX_VALUE)) {
        throw new InvalidSettingException(
            "--replication-factor=%d is refused: it must be at least 1.".formatted(factor));
      }
      return new TopicAdmin.Plan(
          prefix == null
              ? settings.get(TopicSettings.PREFIX)
              : Topics.checkPrefix(prefix, "--prefix"),
          partitions,
          factor == null ? OptionalInt.empty() : OptionalInt.of(factor));
    }

    private List<TopicAdmin.Report> reports(KafkaClientSettings settings, TopicAdmin.Plan plan)
        throws Exception {
      Map<String, Object> config = new HashMap<>(settings.values());
      config.putIfAbsent(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, WAIT_MS);
      config.putIfAbsent(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, WAIT_MS);
      try (Admin admin = Admin.create(config)) {
        TopicAdmin topics = new TopicAdmin(admin);
        return check ? topics.check(plan) : topics.create(plan);
      } catch (ExecutionException e) {
        if (e.getCause() instanceof TimeoutException) {
          throw new IllegalStateException(
              "The topics could not be "
                  + (check ? "checked" : "created")
                  + ": no broker at "
                  + settings.bootstrapServers()
                  + " answered in time; check KAFKA_BOOTSTRAP_SERVERS and the security settings.",
              e);
        }
        throw e;
      }
    }

    private PrintWriter out() {
      return Objects.requireNonNull(spec).commandLine().getOut();
    }

    private PrintWriter err() {
      return Objects.requireNonNull(spec).commandLine().getErr();
    }
  }
}
