package org.aragora.telemetry.chassis.topics;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.io.PrintWriter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.TimeoutException;
import org.aragora.telemetry.schemas.kafka.InvalidSettingException;
import org.aragora.telemetry.schemas.kafka.KafkaClientSettings;
import org.aragora.telemetry.schemas.topic.TopicSpec;
import org.aragora.telemetry.schemas.topic.Topics;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code bin/telemetry topics}: creates the topics of the pipeline. */
@Command(
    name = "telemetry topics",
    description = "Creates the topics of the pipeline and says how those that exist differ.",
    mixinStandardHelpOptions = true)
public final class TopicsMain implements Runnable {

  private static final int WAIT_MS = 15_000;

  @Spec private @Nullable CommandSpec spec;

  private TopicsMain() {}

  public static void main(String[] arguments) {
    // What matters is said in sentences; a client's own complaints would only hide them.
    ((Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME)).setLevel(Level.OFF);
    System.exit(commandLine(System.getenv()).execute(arguments));
  }

  static CommandLine commandLine(Map<String, String> environment) {
    return new CommandLine(new TopicsMain())
        .addSubcommand(new Create(environment))
        .setExecutionExceptionHandler(
            (e, commandLine, parsed) -> {
              commandLine.getErr().println(sentence(e));
              return e instanceof InvalidSettingException
                  ? CommandLine.ExitCode.USAGE
                  : CommandLine.ExitCode.SOFTWARE;
            });
  }

  @Override
  public void run() {
    if (spec != null) {
      throw new ParameterException(spec.commandLine(), "Say what to do: topics create.");
    }
  }

  private static String sentence(Exception e) {
    Throwable cause = e instanceof ExecutionException && e.getCause() != null ? e.getCause() : e;
    String message = String.valueOf(cause.getMessage());
    if (cause instanceof KafkaException && cause.getCause() != null) {
      message += " " + cause.getCause().getMessage();
    }
    return cause instanceof InvalidSettingException
        ? message
        : "The topics could not be created: " + message;
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

    @Spec private @Nullable CommandSpec spec;

    private final Map<String, String> environment;

    Create(Map<String, String> environment) {
      this.environment = environment;
    }

    @Override
    public Integer call() throws Exception {
      KafkaClientSettings settings =
          KafkaClientSettings.read(environment, AdminClientConfig.configNames(), Set.of());
      TopicAdmin.Plan plan = plan();
      settings.warnings().forEach(err()::println);
      List<TopicAdmin.Report> reports = create(settings, plan);
      for (TopicAdmin.Report report : reports) {
        (report.breaksTheAccount() ? err() : out())
            .println((report.breaksTheAccount() ? "WARNING: " : "") + report.sentence());
      }
      return CommandLine.ExitCode.OK;
    }

    private TopicAdmin.Plan plan() {
      if (partitions < 1) {
        throw new InvalidSettingException("--partitions cannot be " + partitions + ": 1 or more.");
      }
      Integer factor = replicationFactor;
      if (factor != null && (factor < 1 || factor > Short.MAX_VALUE)) {
        throw new InvalidSettingException(
            "--replication-factor cannot be " + factor + ": 1 or more.");
      }
      return new TopicAdmin.Plan(
          prefix == null ? Topics.prefix(environment) : Topics.checkPrefix(prefix, "--prefix"),
          partitions,
          factor == null ? OptionalInt.empty() : OptionalInt.of(factor));
    }

    private static List<TopicAdmin.Report> create(
        KafkaClientSettings settings, TopicAdmin.Plan plan) throws Exception {
      Map<String, Object> config = new HashMap<>(settings.values());
      config.putIfAbsent(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, WAIT_MS);
      config.putIfAbsent(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, WAIT_MS);
      try (Admin admin = Admin.create(config)) {
        return new TopicAdmin(admin).create(plan);
      } catch (ExecutionException e) {
        if (e.getCause() instanceof TimeoutException) {
          throw new IllegalStateException(
              "no broker at "
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
