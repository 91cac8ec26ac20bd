package org.aragora.telemetry.quickstart;

import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import org.aragora.telemetry.exporter.spans.HeadSampling;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.aragora.telemetry.schemas.topic.Topics;
import org.aragora.telemetry.testbed.oracle.ExpectedExports;
import org.aragora.telemetry.testbed.receiver.CountingReceiver;
import org.aragora.telemetry.testbed.service.MetricsPage;
import org.aragora.telemetry.testbed.service.ServiceEnvironment;
import org.aragora.telemetry.testbed.service.ServiceProcess;
import org.jspecify.annotations.Nullable;

/**
 * Both exporters, and a receiver that stands in for Jaeger and Loki if the environment names none.
 */
final class Exporters {

  private static final String METRIC = "aragora_telemetry_exporter_";
  private static final String SAMPLER = "OTEL_TRACES_SAMPLER";
  private static final Duration STOPS_WITHIN = Duration.ofSeconds(4);

  /** Any of these names a real backend for spans; the last two are the old names. */
  private static final List<String> SPAN_BACKENDS =
      List.of(
          "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
          "OTEL_EXPORTER_OTLP_ENDPOINT",
          "OTEL_EXPORTER_JAEGER_AGENT_HOST",
          "JAEGER_AGENT_HOST");

  /** With any of these, the events do not give the number of spans. */
  private static final List<String> CHANGES_SPANS =
      List.of(SAMPLER, "ARAGORA_TELEMETRY_AGENT_SERVICE_SPANS");

  private static final List<String> CHANGES_LINES = List.of("ARAGORA_TELEMETRY_LOGS_MIN_LEVEL");

  private record Kind(
      String name,
      String items,
      List<InputTopic> topics,
      String mainClass,
      List<String> changedBy) {}

  private static final Kind SPANS =
      new Kind(
          "export-spans",
          "spans",
          List.of(InputTopic.DEBATES, InputTopic.REQUESTS, InputTopic.AGENT_CALLS),
          "org.aragora.telemetry.exporter.spans.SpansMain",
          CHANGES_SPANS);

  private static final Kind LINES =
      new Kind(
          "export-logs",
          "lines",
          List.of(InputTopic.LOGS, InputTopic.DEBATES, InputTopic.REQUESTS, InputTopic.AGENT_CALLS),
          "org.aragora.telemetry.exporter.logs.LogsMain",
          CHANGES_LINES);

  private final Map<String, String> environment;
  private final @Nullable CountingReceiver receiver;
  private final ServiceProcess spans;
  private final ServiceProcess lines;
  private final Map<Kind, MetricsPage> last = new HashMap<>();

  /**
   * Starts them and returns at once.
   *
   * @param environment of the user, which they inherit
   */
  Exporters(Map<String, String> environment, ServiceEnvironment services) throws IOException {
    this.environment = environment;
    receiver = namesSpans() && namesLines() ? null : CountingReceiver.startKeeping(0);
    spans = start(SPANS, services, spanSettings());
    lines = start(LINES, services, lineSettings());
  }

  private static ServiceProcess start(
      Kind kind, ServiceEnvironment services, Map<String, String> settings) {
    ServiceProcess process =
        Quickstart.service(kind.name(), kind.mainClass(), services, "-Xmx256m", "-XX:+UseSerialGC");
    settings.forEach(process::set);
    return process.start();
  }

  /** Decides on a trace that begins in an instance, by its id, as the exporter does. */
  static Predicate<String> sampling(Map<String, String> environment) {
    if (environment.getOrDefault(SAMPLER, "").isBlank()) {
      return traceId -> true;
    }
    return HeadSampling.read(environment)::isSampled;
  }

  /** All spans go unless the user samples: one in ten would be few, and none could be missed. */
  private Map<String, String> spanSettings() {
    Map<String, String> settings = new HashMap<>();
    if (!isSet(SAMPLER)) {
      settings.put(SAMPLER, "always_on");
    }
    if (receiver != null && !namesSpans()) {
      settings.put("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", receiver.address() + "/v1/traces");
      settings.put("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "http/protobuf");
    }
    return settings;
  }

  private Map<String, String> lineSettings() {
    return receiver != null && !namesLines() ? Map.of("LOKI_URL", receiver.address()) : Map.of();
  }

  /** Address of the receiver that keeps the last traces; empty if spans go elsewhere. */
  Optional<String> traces() {
    return receiver == null || namesSpans() ? Optional.empty() : Optional.of(receiver.address());
  }

  /** Addresses of their pages, as the processor's setting has them. */
  String pages() {
    return "http://127.0.0.1:%d,http://127.0.0.1:%d"
        .formatted(spans.metricsPort(), lines.metricsPort());
  }

  private boolean namesSpans() {
    return SPAN_BACKENDS.stream().anyMatch(this::isSet);
  }

  private boolean namesLines() {
    return isSet("LOKI_URL");
  }

  private boolean isSet(String variable) {
    return !environment.getOrDefault(variable, "").isBlank();
  }

  /** Both processes. */
  List<ServiceProcess> all() {
    return List.of(spans, lines);
  }

  /** Destinations of spans and lines and addresses of the exporters' own metrics, for people. */
  List<String> places() {
    return List.of(
        place("Spans", namesSpans(), spans.metricsPort()),
        place("Lines", namesLines(), lines.metricsPort()));
  }

  private static String place(String items, boolean isReal, int metricsPort) {
    return "  %-9s to %s; http://localhost:%d/metrics"
        .formatted(
            items, isReal ? "the backend of your environment" : "a receiver in here", metricsPort);
  }

  /** Compares their own counts now to the records in the topics. */
  ExportAccount account(BrokerCount count) throws InterruptedException {
    Map<String, BrokerCount.Written> written = count.written();
    ExpectedExports.Exports expected = count.expected();
    boolean others = written.values().stream().anyMatch(each -> each.others() > 0);
    return new ExportAccount(
        List.of(
            row(
                SPANS,
                spans,
                written,
                others,
                expected.spans(),
                received(namesSpans(), CountingReceiver::distinctSpans)),
            row(
                LINES,
                lines,
                written,
                others,
                expected.lines(),
                received(namesLines(), CountingReceiver::distinctLines))));
  }

  private OptionalLong received(boolean isReal, ToLongFunction<CountingReceiver> count) {
    return receiver == null || isReal
        ? OptionalLong.empty()
        : OptionalLong.of(count.applyAsLong(receiver));
  }

  private ExportAccount.Row row(
      Kind kind,
      ServiceProcess exporter,
      Map<String, BrokerCount.Written> written,
      boolean others,
      long expected,
      OptionalLong received)
      throws InterruptedException {
    MetricsPage answer = exporter.metrics();
    if (answer != null) {
      last.put(kind, answer);
    }
    MetricsPage page = last.getOrDefault(kind, MetricsPage.parse(""));
    boolean isOurs = !others && kind.changedBy().stream().noneMatch(this::isSet);
    long records =
        kind.topics().stream()
            .map(topic -> written.get(topic.under(Topics.DEFAULT_PREFIX)))
            .mapToLong(each -> each == null ? 0 : each.sum())
            .sum();
    long deadLettered = page.count(METRIC + "dead_lettered_records_total", Map.of());
    long settled =
        page.count(METRIC + "acknowledged_records_total", Map.of())
            + page.count(METRIC + "skipped_records_total", Map.of())
            + deadLettered;
    return new ExportAccount.Row(
        kind.items(),
        isOurs ? OptionalLong.of(expected) : OptionalLong.empty(),
        page.count(METRIC + "sent_items_total", Map.of()),
        page.count(METRIC + "acknowledged_items_total", Map.of()),
        received,
        deadLettered,
        records - settled,
        page.sum(METRIC + "lag_records", Map.of()).stream().mapToLong(Math::round).findFirst());
  }

  /**
   * Stops both cleanly, then the receiver.
   *
   * @return those that had to be killed
   */
  List<String> stop() {
    List<String> killed =
        all().stream()
            .filter(each -> !each.jvm().stop(STOPS_WITHIN))
            .map(ServiceProcess::name)
            .toList();
    if (receiver != null) {
      receiver.close();
    }
    return killed;
  }
}
