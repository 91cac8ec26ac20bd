package org.aragora.telemetry.counting.measure;

import static org.aragora.telemetry.counting.measure.Change.add;
import static org.aragora.telemetry.counting.measure.Change.count;
import static org.aragora.telemetry.counting.measure.Change.countIf;
import static org.aragora.telemetry.counting.measure.Change.latest;
import static org.aragora.telemetry.counting.measure.Change.observe;
import static org.aragora.telemetry.counting.measure.Change.share;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.aragora.telemetry.counting.flow.CountedEvent;
import org.aragora.telemetry.counting.flow.DebateChange.Ended;
import org.aragora.telemetry.counting.flow.DebateChange.Started;
import org.aragora.telemetry.counting.flow.Measurement;
import org.aragora.telemetry.counting.metric.MetricDescriptor;
import org.aragora.telemetry.counting.metric.MetricType;
import org.aragora.telemetry.counting.store.Hash128;
import org.aragora.telemetry.counting.value.Aggregate;
import org.aragora.telemetry.counting.value.HistogramAggregate;
import org.aragora.telemetry.counting.value.InstanceAggregate;
import org.aragora.telemetry.counting.value.LatestAggregate;
import org.aragora.telemetry.counting.value.RatioAggregate;
import org.aragora.telemetry.counting.value.RunMaximumAggregate;
import org.aragora.telemetry.counting.value.SumAggregate;
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
import org.aragora.telemetry.schemas.text.Unicode;
import org.aragora.telemetry.schemas.topic.InputTopic;

/**
 * The one list of metrics: name, HELP, type, events, labels and value of each. To add a metric, add
 * a statement here and a case to the golden exposition. Not thread-safe.
 */
public final class MetricCatalog {
  /** Served from {@code aragora_instance_up}'s series: the sum over live instances. */
  private static final MetricDescriptor WEBSOCKET_CONNECTIONS =
      MetricDescriptor.of(
          MetricType.ADDITIVE_GAUGE,
          "aragora_websocket_connections",
          "Active WebSocket connections");

  private static final int MAX_CHANGED_CHARS = 100;
  private static final List<String> STATUS =
      IntStream.range(0, 600).mapToObj(String::valueOf).toList();
  private static final List<String> STATUS_CLASS =
      IntStream.range(0, 6).mapToObj(hundreds -> hundreds + "xx").toList();

  private final Map<String, MetricDescriptor> descriptors = new LinkedHashMap<>();
  private final Map<Class<?>, List<Rule<?, ?>>> rules = new HashMap<>();
  private final EndpointTemplate endpoints = new EndpointTemplate();
  private final Memo texts;
  private final Memo instances;
  private final Map<Enum<?>, String> enumLabels = new HashMap<>();

  /**
   * Creates the catalog of one counter.
   *
   * @param topicPrefix the beginning of the topics' names, such as {@code aragora.}
   * @param labelText makes a label's value of a text of an event
   */
  public MetricCatalog(String topicPrefix, UnaryOperator<String> labelText) {
    this(topicPrefix, labelText, catalog -> {});
  }

  /** {@code more}: adds metrics, as a later release would. */
  MetricCatalog(String topicPrefix, UnaryOperator<String> labelText, Consumer<MetricCatalog> more) {
    texts = new Memo(labelText);
    instances = new Memo(source -> instance(source, labelText));
    requests();
    debates();
    agents();
    instances();
    droppedEvents(topicPrefix);
    logs();
    more.accept(this);
  }

  private void requests() {
    counter("aragora_requests_total", "Total HTTP requests")
        .on(RequestCompleted.class)
        .label("method", request -> texts.of(request.method()))
        .label("endpoint", request -> texts.of(endpoints.of(request.endpoint())))
        .label("status", request -> STATUS.get(request.status()))
        .change(count());
    seconds(
            "aragora_request_duration_seconds",
            "Request latency in seconds",
            List.of(".01", ".05", ".1", ".25", ".5", "1", "2.5", "5", "10"))
        .on(RequestCompleted.class)
        .label("method", request -> texts.of(request.method()))
        .label("endpoint", request -> texts.of(endpoints.of(request.endpoint())))
        .change(observe(RequestCompleted::durationNanos));
    counter("aragora_instance_requests_total", "HTTP requests by instance and class of status")
        .on(RequestCompleted.class)
        .instance(instances)
        .label("class", request -> STATUS_CLASS.get(request.status() / 100))
        .change(count());
    ratio("aragora_request_error_rate", "Share of requests that were answered with 5xx")
        .on(RequestCompleted.class)
        .change(share(request -> request.status() >= 500));
  }

  private void debates() {
    additiveGauge("aragora_active_debates", "Currently running debates")
        .on(Started.class)
        .change(count())
        .on(Ended.class)
        .change(add(ended -> ended.wasOpen() ? -1 : 0));
    counter("aragora_debates_started_total", "Debates that were started")
        .on(Started.class)
        .label("domain", started -> texts.of(started.domain()))
        .change(count());
    counter("aragora_debates_completed_total", "Debates that ended, however they ended")
        .on(Ended.class)
        .label("status", ended -> outcome(ended).status())
        .label("outcome", ended -> label(outcome(ended)))
        .label("domain", ended -> texts.of(ended.domain()))
        .change(count());
    seconds(
            "aragora_debate_duration_seconds",
            "Debate completion time",
            List.of("1", "5", "10", "30", "60", "120", "300", "600", "1200", "1800"))
        .on(Ended.class)
        .label("status", ended -> outcome(ended).status())
        .label("outcome", ended -> label(outcome(ended)))
        .label("domain", ended -> texts.of(ended.domain()))
        .change(observe(ended -> ended.end().durationNanos()));
    // A debate without consensus adds 0, so that the share of consensus has a numerator from the
    // start.
    counter("aragora_consensus_reached_total", "Successful consensus")
        .on(Ended.class)
        .label("domain", ended -> texts.of(ended.domain()))
        .change(countIf(ended -> outcome(ended) == DebateOutcome.CONSENSUS));
    counter("aragora_debate_timeouts_total", "Debates that timed out")
        .on(Ended.class)
        .change(countIf(ended -> outcome(ended) == DebateOutcome.TIMEOUT));
    counts(
            "aragora_debate_rounds",
            "Rounds of ended debates",
            List.of("1", "2", "3", "4", "5", "7", "10", "15", "20"))
        .on(Ended.class)
        .label("outcome", ended -> label(outcome(ended)))
        .ifPresent(ended -> ended.end().rounds(), Change::observe);
    ratio("aragora_consensus_rate", "Share of ended debates that reached consensus")
        .on(Ended.class)
        .change(share(ended -> outcome(ended) == DebateOutcome.CONSENSUS));
    ratio("aragora_debate_timeout_rate", "Share of ended debates that timed out")
        .on(Ended.class)
        .change(share(ended -> outcome(ended) == DebateOutcome.TIMEOUT));
    counter("aragora_elo_updates_total", "ELO rating updates").on(EloUpdated.class).change(count());
    latestGauge("aragora_agent_elo_rating", "Last ELO rating of an agent")
        .on(EloUpdated.class)
        .label("agent", rating -> texts.of(rating.agent()))
        .change(latest(EloUpdated::rating));
  }

  private void agents() {
    counter("aragora_agent_calls_total", "Total agent API calls")
        .on(AgentCallCompleted.class)
        .label("agent", call -> texts.of(call.agent()))
        .label("status", call -> label(call.status()))
        .change(count());
    seconds(
            "aragora_agent_latency_seconds",
            "Agent API call latency in seconds",
            List.of(".1", ".5", "1", "2.5", "5", "10", "30", "60", "120"))
        .on(AgentCallCompleted.class)
        .label("agent", call -> texts.of(call.agent()))
        .change(observe(AgentCallCompleted::durationNanos));
    counter("aragora_agent_tokens_total", "Tokens sent to and received from agents")
        .on(AgentCallCompleted.class)
        .label("agent", call -> texts.of(call.agent()))
        .label("direction", call -> "input")
        .ifPresent(AgentCallCompleted::inputTokens, (sum, tokens, event) -> sum.add(tokens))
        .on(AgentCallCompleted.class)
        .label("agent", call -> texts.of(call.agent()))
        .label("direction", call -> "output")
        .ifPresent(AgentCallCompleted::outputTokens, (sum, tokens, event) -> sum.add(tokens));
  }

  private void instances() {
    metric(
            InstanceAggregate.class,
            MetricType.INSTANCE,
            "aragora_instance_up",
            "Whether an instance is alive (1) or silent (0)")
        .on(InstanceHeartbeat.class)
        .instance(instances)
        .change(
            (instance, heartbeat, event) ->
                instance.heartbeat(
                    event.order(),
                    event.appendTimeMs(),
                    heartbeat.intervalNanos(),
                    heartbeat.websocketConnections()))
        .on(InstanceStopped.class)
        .instance(instances)
        .change((instance, stopped, event) -> instance.stopped(event.order()))
        .on(WebsocketOpened.class)
        .instance(instances)
        .change(
            (instance, opened, event) -> instance.websocket(event.order(), opened.connections()))
        .on(WebsocketClosed.class)
        .instance(instances)
        .change(
            (instance, closed, event) -> instance.websocket(event.order(), closed.connections()));
  }

  private void droppedEvents(String topicPrefix) {
    Metric<RunMaximumAggregate> dropped =
        metric(
            RunMaximumAggregate.class,
            MetricType.RUN_MAXIMUM,
            "aragora_telemetry_producer_dropped_events_total",
            "Events that producers dropped, as their heartbeats say");
    for (InputTopic topic : InputTopic.values()) {
      String name = topic.under(topicPrefix);
      dropped
          .on(InstanceHeartbeat.class)
          .label("topic", heartbeat -> name)
          .when(heartbeat -> heartbeat.dropped().containsKey(name))
          .change(
              (maximum, heartbeat, event) -> {
                long count = heartbeat.dropped().getOrDefault(name, 0L);
                maximum.report(event.run(), count, event.appendTimeMs());
              });
    }
  }

  private void logs() {
    counter("aragora_log_events_total", "Log lines by level")
        .on(LogEmitted.class)
        .label("level", line -> line.level().name())
        .change(count());
  }

  /**
   * The label of an instance. A text that {@code labelText} changes has a hash of its own behind
   * it, because the connections of two instances with one label would count once.
   */
  private static String instance(String source, UnaryOperator<String> labelText) {
    String id = Event.instanceId(source);
    // The whole source first: "https://user:password@host" is a secret by what is before its host.
    String text = labelText.apply(Event.instanceId(labelText.apply(source)));
    return text.equals(id)
        ? id
        : Unicode.cut(text, MAX_CHANGED_CHARS) + "-" + Hash128.of(source).text().substring(0, 8);
  }

  private static DebateOutcome outcome(Ended ended) {
    return ended.end().outcome();
  }

  private String label(Enum<?> value) {
    return enumLabels.computeIfAbsent(value, v -> v.name().toLowerCase(Locale.ROOT));
  }

  Metric<SumAggregate> counter(String name, String help) {
    return metric(SumAggregate.class, MetricType.COUNTER, name, help);
  }

  private Metric<SumAggregate> additiveGauge(String name, String help) {
    return metric(SumAggregate.class, MetricType.ADDITIVE_GAUGE, name, help);
  }

  private Metric<LatestAggregate> latestGauge(String name, String help) {
    return metric(LatestAggregate.class, MetricType.LATEST_GAUGE, name, help);
  }

  private Metric<RatioAggregate> ratio(String name, String help) {
    return metric(RatioAggregate.class, MetricType.RATIO, name, help);
  }

  private Metric<HistogramAggregate> seconds(String name, String help, List<String> bounds) {
    return metric(
        HistogramAggregate.class,
        labels -> MetricDescriptor.secondsHistogram(name, help, bounds, labels));
  }

  private Metric<HistogramAggregate> counts(String name, String help, List<String> bounds) {
    return metric(
        HistogramAggregate.class,
        labels -> MetricDescriptor.countHistogram(name, help, bounds, labels));
  }

  private <A extends Aggregate> Metric<A> metric(
      Class<A> kind, MetricType type, String name, String help) {
    return metric(kind, labels -> MetricDescriptor.of(type, name, help, labels));
  }

  private <A extends Aggregate> Metric<A> metric(
      Class<A> kind, Function<String[], MetricDescriptor> withLabels) {
    return new Metric<>(
        kind,
        withLabels,
        this::declare,
        rule -> rules.computeIfAbsent(rule.data(), data -> new ArrayList<>()).add(rule));
  }

  private void declare(MetricDescriptor metric) {
    if (descriptors.putIfAbsent(metric.name(), metric) != null) {
      throw new IllegalStateException("the catalog has two metrics named " + metric.name());
    }
  }

  /** Every metric that has series of its own, in the order of this list. */
  public List<MetricDescriptor> descriptors() {
    return List.copyOf(descriptors.values());
  }

  /** The gauge that is served from the instances' series. */
  public static MetricDescriptor websocketConnections() {
    return WEBSOCKET_CONNECTIONS;
  }

  /** Passes on every change that an event makes to a series. */
  public void measure(CountedEvent event, Consumer<Measurement> to) {
    measure(event.event().data(), event, to);
    if (event.debateChange() != null) {
      measure(event.debateChange(), event, to);
    }
    if (event.displaced() != null) {
      measure(event.displaced(), event.untraced(), to);
    }
  }

  private void measure(Object data, CountedEvent event, Consumer<Measurement> to) {
    List<Rule<?, ?>> matching = rules.get(data.getClass());
    if (matching != null) {
      for (int i = 0; i < matching.size(); i++) {
        matching.get(i).measure(data, event, to);
      }
    }
  }
}
