package org.aragora.telemetry.processor.measure;

import static org.aragora.telemetry.counting.metric.MetricType.ADDITIVE_GAUGE;
import static org.aragora.telemetry.counting.metric.MetricType.COUNTER;
import static org.aragora.telemetry.counting.metric.MetricType.LATEST_GAUGE;
import static org.aragora.telemetry.counting.metric.MetricType.RATIO;
import static org.aragora.telemetry.counting.metric.MetricType.RUN_MAXIMUM;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.aragora.telemetry.counting.metric.Aggregate;
import org.aragora.telemetry.counting.metric.HistogramAggregate;
import org.aragora.telemetry.counting.metric.InstanceAggregate;
import org.aragora.telemetry.counting.metric.LatestAggregate;
import org.aragora.telemetry.counting.metric.MetricDescriptor;
import org.aragora.telemetry.counting.metric.MetricType;
import org.aragora.telemetry.counting.metric.RatioAggregate;
import org.aragora.telemetry.counting.metric.RunMaximumAggregate;
import org.aragora.telemetry.counting.metric.SumAggregate;
import org.aragora.telemetry.processor.flow.CountedEvent;
import org.aragora.telemetry.processor.flow.DebateChange;
import org.aragora.telemetry.processor.flow.Times;
import org.aragora.telemetry.schemas.envelope.Event;
import org.aragora.telemetry.schemas.event.AgentCallCompleted;
import org.aragora.telemetry.schemas.event.EloUpdated;
import org.aragora.telemetry.schemas.event.InstanceHeartbeat;
import org.aragora.telemetry.schemas.event.InstanceStopped;
import org.aragora.telemetry.schemas.event.LogEmitted;
import org.aragora.telemetry.schemas.event.RequestCompleted;
import org.aragora.telemetry.schemas.event.WebsocketClosed;
import org.aragora.telemetry.schemas.event.WebsocketOpened;
import org.aragora.telemetry.schemas.field.DebateOutcome;
import org.aragora.telemetry.schemas.field.EndpointTemplate;
import org.aragora.telemetry.schemas.topic.InputTopic;

/**
 * The one list of metrics: what each is, which events it is taken from, its labels and its value.
 * To add a metric, add a call here and a case to the golden exposition.
 */
public final class MetricCatalog {
  /** Append time after which a run's last report of dropped events is final. */
  private static final long RUN_RETENTION_MS = 7L * 24 * 60 * 60 * 1000;

  /** Served from {@code aragora_instance_up}'s series: the sum over live instances. */
  private static final MetricDescriptor WEBSOCKET_CONNECTIONS =
      MetricDescriptor.of(
          ADDITIVE_GAUGE, "aragora_websocket_connections", "Active WebSocket connections");

  private final Map<String, MetricDescriptor> descriptors = new LinkedHashMap<>();
  private final List<MetricSource<?>> sources = new ArrayList<>();
  private final EndpointTemplate endpoints = new EndpointTemplate();
  private final String topicPrefix;

  /** {@code topicPrefix}: what the names of topics begin with, such as {@code aragora.}. */
  public MetricCatalog(String topicPrefix) {
    this(topicPrefix, catalog -> {});
  }

  /** {@code more}: adds metrics, as a later release would. */
  MetricCatalog(String topicPrefix, Consumer<MetricCatalog> more) {
    this.topicPrefix = topicPrefix;
    requests();
    debates();
    agents();
    instances();
    logs();
    more.accept(this);
  }

  private void requests() {
    on(
        RequestCompleted.class,
        counter("aragora_requests_total", "Total HTTP requests", "method", "endpoint", "status"),
        (request, event, sink) ->
            sink.change(
                add(1),
                request.method(),
                endpoints.of(request.endpoint()),
                String.valueOf(request.status())));
    MetricDescriptor latency =
        seconds(
            "aragora_request_duration_seconds",
            "Request latency in seconds",
            List.of(".01", ".05", ".1", ".25", ".5", "1", "2.5", "5", "10"),
            "method",
            "endpoint");
    on(
        RequestCompleted.class,
        latency,
        (request, event, sink) ->
            sink.change(
                observe(latency, request.durationNanos()),
                request.method(),
                endpoints.of(request.endpoint())));
    on(
        RequestCompleted.class,
        counter(
            "aragora_instance_requests_total",
            "HTTP requests by instance and class of status",
            "instance_id",
            "class"),
        (request, event, sink) ->
            sink.change(add(1), event.event().instanceId(), request.status() / 100 + "xx"));
    on(
        RequestCompleted.class,
        ratio("aragora_request_error_rate", "Share of requests that were answered with 5xx"),
        (request, event, sink) -> sink.change(hit(event, request.status() >= 500)));
  }

  private void debates() {
    MetricDescriptor active =
        declare(
            MetricDescriptor.of(
                ADDITIVE_GAUGE, "aragora_active_debates", "Currently running debates"));
    on(DebateChange.Started.class, active, (start, event, sink) -> sink.change(add(1)));
    on(
        DebateChange.Ended.class,
        active,
        (end, event, sink) -> sink.change(add(end.wasOpen() ? -1 : 0)));
    on(
        DebateChange.Started.class,
        counter("aragora_debates_started_total", "Debates that were started", "domain"),
        (start, event, sink) -> sink.change(add(1), start.domain()));
    ended(
        counter(
            "aragora_debates_completed_total",
            "Debates that ended, however they ended",
            "status",
            "outcome",
            "domain"),
        (end, event, sink) ->
            sink.change(
                add(1), end.end().outcome().status(), label(end.end().outcome()), end.domain()));
    MetricDescriptor duration =
        seconds(
            "aragora_debate_duration_seconds",
            "Debate completion time",
            List.of("1", "5", "10", "30", "60", "120", "300", "600", "1200", "1800"),
            "status",
            "outcome",
            "domain");
    ended(
        duration,
        (end, event, sink) ->
            sink.change(
                observe(duration, end.end().durationNanos()),
                end.end().outcome().status(),
                label(end.end().outcome()),
                end.domain()));
    // A debate without consensus adds 0, so that the share of consensus has a numerator from the
    // start.
    ended(
        counter("aragora_consensus_reached_total", "Successful consensus", "domain"),
        (end, event, sink) ->
            sink.change(add(end.end().outcome() == DebateOutcome.CONSENSUS ? 1 : 0), end.domain()));
    ended(
        counter("aragora_debate_timeouts_total", "Debates that timed out"),
        (end, event, sink) ->
            sink.change(add(end.end().outcome() == DebateOutcome.TIMEOUT ? 1 : 0)));
    MetricDescriptor rounds =
        declare(
            MetricDescriptor.countHistogram(
                "aragora_debate_rounds",
                "Rounds of ended debates",
                List.of("1", "2", "3", "4", "5", "7", "10", "15", "20"),
                "outcome"));
    ended(
        rounds,
        (end, event, sink) -> {
          Long held = end.end().rounds();
          if (held != null) {
            sink.change(observe(rounds, held), label(end.end().outcome()));
          }
        });
    ended(
        ratio("aragora_consensus_rate", "Share of ended debates that reached consensus"),
        (end, event, sink) ->
            sink.change(hit(event, end.end().outcome() == DebateOutcome.CONSENSUS)));
    ended(
        ratio("aragora_debate_timeout_rate", "Share of ended debates that timed out"),
        (end, event, sink) ->
            sink.change(hit(event, end.end().outcome() == DebateOutcome.TIMEOUT)));
    on(
        EloUpdated.class,
        counter("aragora_elo_updates_total", "ELO rating updates"),
        (elo, event, sink) -> sink.change(add(1)));
    on(
        EloUpdated.class,
        declare(
            MetricDescriptor.of(
                LATEST_GAUGE, "aragora_agent_elo_rating", "Last ELO rating of an agent", "agent")),
        (elo, event, sink) ->
            sink.change(
                value -> ((LatestAggregate) value).offer(event.order(), elo.rating()),
                elo.agent()));
  }

  private void agents() {
    on(
        AgentCallCompleted.class,
        counter("aragora_agent_calls_total", "Total agent API calls", "agent", "status"),
        (call, event, sink) -> sink.change(add(1), call.agent(), label(call.status())));
    MetricDescriptor latency =
        seconds(
            "aragora_agent_latency_seconds",
            "Agent API call latency in seconds",
            List.of(".1", ".5", "1", "2.5", "5", "10", "30", "60", "120"),
            "agent");
    on(
        AgentCallCompleted.class,
        latency,
        (call, event, sink) -> sink.change(observe(latency, call.durationNanos()), call.agent()));
    on(
        AgentCallCompleted.class,
        counter(
            "aragora_agent_tokens_total",
            "Tokens sent to and received from agents",
            "agent",
            "direction"),
        (call, event, sink) -> {
          Long input = call.inputTokens();
          if (input != null) {
            sink.change(add(input), call.agent(), "input");
          }
          Long output = call.outputTokens();
          if (output != null) {
            sink.change(add(output), call.agent(), "output");
          }
        });
  }

  private void instances() {
    MetricDescriptor instances =
        declare(
            MetricDescriptor.of(
                MetricType.INSTANCE,
                "aragora_instance_up",
                "Whether an instance is alive (1) or silent (0)",
                "instance_id"));
    on(
        InstanceHeartbeat.class,
        instances,
        (heartbeat, event, sink) ->
            sink.change(
                value ->
                    ((InstanceAggregate) value)
                        .heartbeat(
                            event.order(),
                            event.appendTimeMs(),
                            heartbeat.intervalNanos(),
                            heartbeat.websocketConnections()),
                event.event().instanceId()));
    on(
        InstanceStopped.class,
        instances,
        (stopped, event, sink) ->
            sink.change(
                value -> ((InstanceAggregate) value).stopped(event.order()),
                event.event().instanceId()));
    on(
        WebsocketOpened.class,
        instances,
        (opened, event, sink) ->
            sink.change(connections(event, opened.connections()), event.event().instanceId()));
    on(
        WebsocketClosed.class,
        instances,
        (closed, event, sink) ->
            sink.change(connections(event, closed.connections()), event.event().instanceId()));
    on(
        InstanceHeartbeat.class,
        declare(
            MetricDescriptor.of(
                RUN_MAXIMUM,
                "aragora_telemetry_producer_dropped_events_total",
                "Events that producers dropped, as their heartbeats say",
                "topic")),
        (heartbeat, event, sink) ->
            heartbeat
                .dropped()
                .forEach(
                    (topic, count) -> {
                      if (InputTopic.byName(topicPrefix, topic) != null) {
                        sink.change(runMaximum(event, count), topic);
                      }
                    }));
  }

  private void logs() {
    on(
        LogEmitted.class,
        counter("aragora_log_events_total", "Log lines by level", "level"),
        (line, event, sink) -> sink.change(add(1), line.level().name()));
  }

  /** Every metric that has series of its own, in the order of this list. */
  public List<MetricDescriptor> descriptors() {
    return List.copyOf(descriptors.values());
  }

  /** The gauge that is served from the instances' series. */
  public static MetricDescriptor websocketConnections() {
    return WEBSOCKET_CONNECTIONS;
  }

  List<MetricSource<?>> sources() {
    return sources;
  }

  <T> void on(Class<T> data, MetricDescriptor metric, MetricSource.Measure<T> measure) {
    sources.add(new MetricSource<>(metric, data, measure));
  }

  private void ended(MetricDescriptor metric, MetricSource.Measure<DebateChange.Ended> measure) {
    on(DebateChange.Ended.class, metric, measure);
  }

  MetricDescriptor counter(String name, String help, String... labels) {
    return declare(MetricDescriptor.of(COUNTER, name, help, labels));
  }

  private MetricDescriptor ratio(String name, String help) {
    return declare(MetricDescriptor.of(RATIO, name, help));
  }

  private MetricDescriptor seconds(
      String name, String help, List<String> bounds, String... labels) {
    return declare(MetricDescriptor.secondsHistogram(name, help, bounds, labels));
  }

  private MetricDescriptor declare(MetricDescriptor metric) {
    if (descriptors.putIfAbsent(metric.name(), metric) != null) {
      throw new IllegalStateException("the catalog has two metrics named " + metric.name());
    }
    return metric;
  }

  static Consumer<Aggregate> add(long amount) {
    return value -> ((SumAggregate) value).add(amount);
  }

  private static Consumer<Aggregate> observe(MetricDescriptor histogram, long units) {
    return value -> ((HistogramAggregate) value).observe(units, histogram.boundUnits());
  }

  private static Consumer<Aggregate> hit(CountedEvent event, boolean hit) {
    return value -> {
      RatioAggregate ratio = (RatioAggregate) value;
      ratio.add(Times.minute(event.timeNanos()), hit);
      ratio.forgetBefore(Times.minute(event.partitionTimeNanos()));
    };
  }

  private static Consumer<Aggregate> connections(CountedEvent event, long count) {
    return value -> ((InstanceAggregate) value).websocket(event.order(), count);
  }

  private static Consumer<Aggregate> runMaximum(CountedEvent event, long count) {
    Event.Sequence sequence = event.event().sequence();
    String run = event.event().source() + "#" + (sequence == null ? "" : sequence.epoch());
    return value -> {
      RunMaximumAggregate maximum = (RunMaximumAggregate) value;
      maximum.report(run, count, event.appendTimeMs());
      maximum.retireBefore(event.appendTimeMs() - RUN_RETENTION_MS);
    };
  }

  private static String label(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
