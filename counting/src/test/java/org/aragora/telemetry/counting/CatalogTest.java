package org.aragora.telemetry.counting;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.aragora.telemetry.counting.fixtures.RecordingSink;
import org.aragora.telemetry.counting.fixtures.Rules;
import org.aragora.telemetry.counting.flow.CountingRules;
import org.aragora.telemetry.counting.flow.InputRecord;
import org.aragora.telemetry.counting.metric.InputPartition;
import org.aragora.telemetry.counting.metric.MetricDescriptor;
import org.aragora.telemetry.counting.store.MemoryStore;
import org.aragora.telemetry.counting.value.Aggregate;
import org.aragora.telemetry.counting.value.HistogramAggregate;
import org.aragora.telemetry.counting.value.InstanceAggregate;
import org.aragora.telemetry.counting.value.LatestAggregate;
import org.aragora.telemetry.counting.value.RatioAggregate;
import org.aragora.telemetry.counting.value.RunMaximumAggregate;
import org.aragora.telemetry.counting.value.SumAggregate;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.junit.jupiter.api.Test;

/** Every metric by what a few events add to it. */
class CatalogTest {
  private static final long NOON_MS = 1_795_521_600_000L;
  private static final long MINUTE = NOON_MS / 60_000;

  private PartitionCounters counters =
      PartitionCounters.of(Rules.with(2000, Duration.ofSeconds(20)), "aragora.");
  private int events;

  private static String event(int id, String type, String data) {
    return "{\"specversion\":\"1.0\",\"id\":\"e%d\",\"source\":\"/aragora/instances/api-1\",\"type\":\"ai.aragora.%s.v1\",\"epoch\":\"k\",\"seq\":%d,\"time\":\"2026-11-24T12:00:00Z\",\"data\":{%s}}"
        .formatted(id, type, id, data.replace('\'', '"'));
  }

  /** The totals of a topic after {@code type: data} lines, each metric with its labels. */
  private List<String> totals(InputTopic topic, String... lines) {
    RecordingSink sink = new RecordingSink();
    PartitionCounter counter =
        counters.open(
            new InputPartition(topic, 0),
            new PartitionStores<>(new MemoryStore(), new MemoryStore()),
            sink);
    for (String line : lines) {
      String[] typeAndData = line.split(": ", 2);
      counter.accept(
          new InputRecord(
              events,
              NOON_MS,
              null,
              event(++events, typeAndData[0], typeAndData[1]).getBytes(UTF_8)));
    }
    counter.writeOut(NOON_MS, false);
    assertThat(counter.ledger().counted()).as("counted").isEqualTo(lines.length);
    assertThat(sink.totals).containsOnlyKeys(counter.totals().keySet());
    Map<String, MetricDescriptor> metrics =
        counters.metrics().stream()
            .collect(Collectors.toMap(MetricDescriptor::name, Function.identity()));
    List<String> totals = new ArrayList<>();
    counter
        .totals()
        .forEach(
            (key, value) -> {
              MetricDescriptor metric = metrics.get(key.series().metric());
              Map<String, String> labels = new TreeMap<>();
              for (int i = 0; i < metric.labels().size(); i++) {
                labels.put(metric.labels().get(i), key.series().labelValues().get(i));
              }
              totals.add(metric.name() + labels + " " + text(value.read(metric)));
            });
    totals.sort(null);
    return totals;
  }

  private static String text(Aggregate value) {
    if (value instanceof SumAggregate sum) {
      return sum.total().toString();
    }
    if (value instanceof HistogramAggregate histogram) {
      List<Long> buckets = new ArrayList<>();
      for (int i = 0; i < histogram.buckets(); i++) {
        buckets.add(histogram.count(i));
      }
      return buckets + " " + histogram.sum();
    }
    if (value instanceof LatestAggregate latest) {
      return String.valueOf(latest.value());
    }
    if (value instanceof RatioAggregate ratio) {
      return String.valueOf(ratio.ratio(MINUTE, 1).orElseThrow());
    }
    if (value instanceof InstanceAggregate instance) {
      return "%s %d until %d ms"
          .formatted(
              instance.isRunning() ? "runs" : "stopped",
              instance.websocketConnections(),
              instance.isLive(Long.MIN_VALUE + 1) ? instance.liveUntilMs() - NOON_MS : -1);
    }
    return ((RunMaximumAggregate) value).total().toString();
  }

  @Test
  void requests() {
    assertThat(
            totals(
                InputTopic.REQUESTS,
                "request.completed: 'request_id':'r','method':'GET','endpoint':'/a/42?q','status':200,'duration_seconds':0.01",
                "request.completed: 'request_id':'r','method':'GET','endpoint':'/a/43','status':200,'duration_seconds':0.010000001",
                "request.completed: 'request_id':'r','method':'POST','endpoint':'/b','status':499,'duration_seconds':11",
                "request.completed: 'request_id':'r','method':'POST','endpoint':'/b','status':500,'duration_seconds':0",
                "websocket.opened: 'connection_id':'c','connections':7"))
        .containsExactly(
            "aragora_instance_requests_total{class=2xx, instance_id=api-1} 2",
            "aragora_instance_requests_total{class=4xx, instance_id=api-1} 1",
            "aragora_instance_requests_total{class=5xx, instance_id=api-1} 1",
            "aragora_instance_up{instance_id=api-1} stopped 7 until -1 ms",
            "aragora_request_duration_seconds{endpoint=/a/{id}, method=GET} [1, 1, 0, 0, 0, 0, 0, 0, 0, 0] 20000001",
            "aragora_request_duration_seconds{endpoint=/b, method=POST} [1, 0, 0, 0, 0, 0, 0, 0, 0, 1] 11000000000",
            "aragora_request_error_rate{} 0.25",
            "aragora_requests_total{endpoint=/a/{id}, method=GET, status=200} 2",
            "aragora_requests_total{endpoint=/b, method=POST, status=499} 1",
            "aragora_requests_total{endpoint=/b, method=POST, status=500} 1");
  }

  @Test
  void anInstanceTakesTheCountOfItsConnectionsFromEveryEventOfThem() {
    assertThat(totals(InputTopic.REQUESTS, "websocket.closed: 'connection_id':'c','connections':6"))
        .containsExactly("aragora_instance_up{instance_id=api-1} stopped 6 until -1 ms");
  }

  @Test
  void debates() {
    assertThat(
            totals(
                InputTopic.DEBATES,
                "debate.started: 'debate_id':'a','agents':[],'domain':'law'",
                "debate.started: 'debate_id':'b','agents':[]",
                "debate.round_completed: 'debate_id':'a','round':1,'duration_seconds':1",
                "debate.completed: 'debate_id':'a','outcome':'consensus','duration_seconds':5,'rounds':3",
                "debate.completed: 'debate_id':'never-started','outcome':'timeout','duration_seconds':2000,'domain':'law'",
                "debate.completed: 'debate_id':'c','outcome':'cancelled','duration_seconds':1.000000001,'rounds':21",
                "debate.completed: 'debate_id':'d','outcome':'error','duration_seconds':1",
                "elo.updated: 'agent':'claude','rating':1500",
                "elo.updated: 'agent':'claude','rating':1516.25"))
        .containsExactly(
            "aragora_active_debates{} 1",
            "aragora_agent_elo_rating{agent=claude} 1516.25",
            "aragora_consensus_rate{} 0.25",
            "aragora_consensus_reached_total{domain=general} 0",
            "aragora_consensus_reached_total{domain=law} 1",
            "aragora_debate_duration_seconds{domain=general, outcome=cancelled, status=aborted} [0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0] 1000000001",
            "aragora_debate_duration_seconds{domain=general, outcome=error, status=error} [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0] 1000000000",
            "aragora_debate_duration_seconds{domain=law, outcome=consensus, status=completed} [0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0] 5000000000",
            "aragora_debate_duration_seconds{domain=law, outcome=timeout, status=timeout} [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1] 2000000000000",
            "aragora_debate_rounds{outcome=cancelled} [0, 0, 0, 0, 0, 0, 0, 0, 0, 1] 21",
            "aragora_debate_rounds{outcome=consensus} [0, 0, 1, 0, 0, 0, 0, 0, 0, 0] 3",
            "aragora_debate_timeout_rate{} 0.25",
            "aragora_debate_timeouts_total{} 1",
            "aragora_debates_completed_total{domain=general, outcome=cancelled, status=aborted} 1",
            "aragora_debates_completed_total{domain=general, outcome=error, status=error} 1",
            "aragora_debates_completed_total{domain=law, outcome=consensus, status=completed} 1",
            "aragora_debates_completed_total{domain=law, outcome=timeout, status=timeout} 1",
            "aragora_debates_started_total{domain=general} 1",
            "aragora_debates_started_total{domain=law} 1",
            "aragora_elo_updates_total{} 2");
  }

  @Test
  void agentCalls() {
    assertThat(
            totals(
                InputTopic.AGENT_CALLS,
                "agent.call_completed: 'call_id':'c','agent':'claude','status':'success','duration_seconds':0.1,'input_tokens':3,'output_tokens':5",
                "agent.call_completed: 'call_id':'c','agent':'claude','status':'timeout','duration_seconds':121,'input_tokens':4",
                "agent.call_completed: 'call_id':'c','agent':'gpt','status':'error','duration_seconds':1"))
        .containsExactly(
            "aragora_agent_calls_total{agent=claude, status=success} 1",
            "aragora_agent_calls_total{agent=claude, status=timeout} 1",
            "aragora_agent_calls_total{agent=gpt, status=error} 1",
            "aragora_agent_latency_seconds{agent=claude} [1, 0, 0, 0, 0, 0, 0, 0, 0, 1] 121100000000",
            "aragora_agent_latency_seconds{agent=gpt} [0, 0, 1, 0, 0, 0, 0, 0, 0, 0] 1000000000",
            "aragora_agent_tokens_total{agent=claude, direction=input} 7",
            "aragora_agent_tokens_total{agent=claude, direction=output} 5");
  }

  @Test
  void instances() {
    assertThat(
            totals(
                InputTopic.INSTANCES,
                "instance.heartbeat: 'instance_id':'api-1','websocket_connections':26,'interval_seconds':10,'emitted':{},'dropped':{'aragora.logs':2,'aragora.requests':0,'elsewhere':9}",
                "instance.heartbeat: 'instance_id':'api-1','websocket_connections':25,'interval_seconds':20,'emitted':{},'dropped':{'aragora.logs':5}"))
        .containsExactly(
            "aragora_instance_up{instance_id=api-1} runs 25 until 60000 ms",
            "aragora_telemetry_producer_dropped_events_total{topic=aragora.logs} 5",
            "aragora_telemetry_producer_dropped_events_total{topic=aragora.requests} 0");
    assertThat(
            totals(
                InputTopic.INSTANCES,
                "instance.heartbeat: 'instance_id':'api-1','websocket_connections':26,'interval_seconds':10,'emitted':{},'dropped':{}",
                "instance.stopped: 'instance_id':'api-1'"))
        .containsExactly("aragora_instance_up{instance_id=api-1} stopped 26 until -1 ms");
  }

  @Test
  void logEvents() {
    assertThat(
            totals(
                InputTopic.LOGS,
                "log.emitted: 'level':'INFO','logger':'l','message':'m'",
                "log.emitted: 'level':'INFO','logger':'l','message':'m'",
                "log.emitted: 'level':'CRITICAL','logger':'l','message':'m'"))
        .containsExactly(
            "aragora_log_events_total{level=CRITICAL} 1", "aragora_log_events_total{level=INFO} 2");
  }

  @Test
  void everyLabelWithATextOfAnEventIsMadeByTheRule() {
    CountingRules rules = Rules.DEFAULT;
    counters =
        PartitionCounters.of(
            new CountingRules(
                rules.maxClockSkew(),
                rules.lateGrace(),
                rules.debateDeadline(),
                rules.seriesLimit(),
                rules.runLimit(),
                rules.seriesRetention(),
                rules.birth(),
                true,
                text -> text.replace("s3cret", "*").replace("api-1", "*")),
            "aragora.");
    List<String> totals = new ArrayList<>();
    totals.addAll(
        totals(
            InputTopic.REQUESTS,
            "request.completed: 'request_id':'r','method':'s3cret','endpoint':'/s3cret?q','status':200,'duration_seconds':1",
            "websocket.opened: 'connection_id':'c','connections':7"));
    totals.addAll(
        totals(
            InputTopic.DEBATES,
            "debate.started: 'debate_id':'d','agents':[],'domain':'s3cret'",
            "debate.completed: 'debate_id':'d','outcome':'consensus','duration_seconds':1,'rounds':2",
            "elo.updated: 'agent':'s3cret','rating':1"));
    totals.addAll(
        totals(
            InputTopic.AGENT_CALLS,
            "agent.call_completed: 'call_id':'c','agent':'s3cret','status':'success','duration_seconds':1,'input_tokens':1,'output_tokens':1"));
    totals.addAll(
        totals(
            InputTopic.INSTANCES,
            "instance.heartbeat: 'instance_id':'i','websocket_connections':1,'interval_seconds':10,'emitted':{},'dropped':{}"));
    assertThat(totals)
        .hasSizeGreaterThan(15)
        .noneMatch(total -> total.contains("s3cret") || total.contains("api-1"))
        .anyMatch(total -> total.startsWith("aragora_requests_total{endpoint=/*, method=*, "))
        .anyMatch(total -> total.matches("aragora_instance_up\\{instance_id=\\*-[\\w-]{8}} .*"));
  }
}
