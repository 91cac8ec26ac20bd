package org.aragora.telemetry.chaos.access;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.aragora.telemetry.chassis.topics.TopicAdmin;
import org.aragora.telemetry.counting.generation.Generation;
import org.aragora.telemetry.counting.generation.GenerationRecord;
import org.aragora.telemetry.schemas.topic.DeadLetterHeaders;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.aragora.telemetry.testbed.service.MetricsPage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every program with exactly the permissions of the table in docs/how-to/operate.md, on a broker
 * with SASL_SSL and an authorizer; and with one permission less, which it then names. Over a
 * hundred processes start, three at a time, so it runs on demand only; see CONTRIBUTING.md. A
 * property names the programs, or is {@code true} for all.
 */
@EnabledIfSystemProperty(named = ITAccess.PROPERTY, matches = ".+")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ITAccess {
  static final String PROPERTY = "aragora.telemetry.access";

  /** Programs that must not run beside each other; those of two lists may. */
  private static final List<List<String>> CHAINS =
      List.of(
          List.of("processor", "verify", "generations"),
          List.of("spans", "redrive", "instances"),
          List.of("logs", "replay", "tap", "topics", "doctor"));

  private static final List<String> PRINCIPALS = CHAINS.stream().flatMap(List::stream).toList();
  private static final Pattern GENERATION = Pattern.compile("Generation (\\d+) is complete");
  private static final Pattern REQUEST = Pattern.compile("correlation id ([0-9]+)");

  /** Requests of a client that is refused: it tries again at a decent pace. */
  private static final int MOST_REQUESTS = 5000;

  private static final String EVENTS =
      """
      {"type":"ai.aragora.debate.started.v1","data":{"debate_id":"d1","agents":["a","b"],"domain":"general"}}
      {"type":"ai.aragora.request.completed.v1","data":{"request_id":"r1","method":"GET","endpoint":"/api","status":200,"duration_seconds":0.1}}
      {"type":"ai.aragora.agent.call_completed.v1","data":{"call_id":"c1","agent":"claude","status":"success","duration_seconds":0.1}}
      {"type":"ai.aragora.instance.heartbeat.v1","data":{"instance_id":"i1","websocket_connections":1,"interval_seconds":30,"emitted":{},"dropped":{}}}
      {"type":"ai.aragora.log.emitted.v1","data":{"level":"INFO","logger":"x","message":"hello"}}
      """;

  private Path directory;
  private SecureBroker broker;
  private HttpServer backend;
  private KafkaProducer<byte[], byte[]> producer;
  private final ExecutorService chains = Executors.newFixedThreadPool(CHAINS.size());
  private final Map<String, CompletableFuture<@Nullable Void>> ends = new ConcurrentHashMap<>();
  private final AtomicInteger runs = new AtomicInteger();
  private final AtomicInteger sent = new AtomicInteger();
  private boolean served;

  @BeforeAll
  void start(@TempDir Path temporary) throws Exception {
    directory = temporary;
    backend = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    backend.createContext("/", ITAccess::refuse);
    backend.start();
    broker = new SecureBroker(directory, PRINCIPALS);
    try (Admin admin = Admin.create(broker.administrator())) {
      new TopicAdmin(admin).create(new TopicAdmin.Plan("aragora.", 2, OptionalInt.empty()));
    }
    producer =
        new KafkaProducer<>(
            broker.administrator(), new ByteArraySerializer(), new ByteArraySerializer());
    // An empty topic is not read, and its permission would not be missed.
    GenerationRecord current =
        new GenerationRecord.Current(new Generation(0), System.currentTimeMillis());
    producer
        .send(new ProducerRecord<>("aragora.generations", current.key(), current.value()))
        .get();
    for (String principal : PRINCIPALS) {
      broker.permit(AclTable.of(principal));
    }
    Set<String> chosen = Set.of(System.getProperty(PROPERTY).split(","));
    for (List<String> chain : CHAINS) {
      List<String> programs =
          chain.stream().filter(each -> chosen.contains("true") || chosen.contains(each)).toList();
      programs.forEach(program -> ends.put(program, new CompletableFuture<>()));
      chains.execute(() -> programs.forEach(this::complete));
    }
  }

  private void complete(String program) {
    CompletableFuture<@Nullable Void> end = ends.get(program);
    try {
      programWorksWithTheTableAndNamesThePermissionThatItLacks(program);
      end.complete(null);
    } catch (Exception | AssertionError e) {
      end.completeExceptionally(e);
    }
  }

  @AfterAll
  void stop() {
    chains.shutdownNow();
    producer.close();
    broker.close();
    backend.stop(0);
  }

  private static void refuse(HttpExchange exchange) throws IOException {
    exchange.getRequestBody().readAllBytes();
    exchange.sendResponseHeaders(400, -1);
    exchange.close();
  }

  @TestFactory
  Stream<DynamicTest> everyProgramWorksWithTheTableAndNamesThePermissionThatItLacks() {
    return ends.keySet().stream()
        .sorted()
        .map(program -> DynamicTest.dynamicTest(program, () -> ends.get(program).get()));
  }

  private void programWorksWithTheTableAndNamesThePermissionThatItLacks(String principal)
      throws Exception {
    List<AclBinding> table = new ArrayList<>(AclTable.of(principal));
    assertThat(table).as("rows of " + principal).isNotEmpty();
    // What a program creates is there from its second run on.
    table.sort(Comparator.comparing(each -> each.entry().operation() != AclOperation.CREATE));
    List<String> wrong = new ArrayList<>();
    boolean worked = false;
    for (AclBinding binding : table) {
      if (!worked && binding.entry().operation() != AclOperation.CREATE) {
        Program.End all = run(principal);
        assertThat(all.done()).as(all.text()).isTrue();
        worked = true;
      }
      String what =
          "%s without %s on %s %s"
              .formatted(
                  principal,
                  binding.entry().operation(),
                  binding.pattern().resourceType(),
                  binding.pattern().name());
      broker.forbid(binding);
      Program.End less = run(principal);
      broker.permit(List.of(binding));
      String sentence =
          less.text()
              .lines()
              .filter(line -> line.contains("uthoriz") && names(line, binding))
              .findFirst()
              .orElse("");
      System.out.println(what + ": " + (less.done() ? "works" : sentence));
      if (requests(less.text()) > MOST_REQUESTS) {
        wrong.add(what + " asks the broker " + requests(less.text()) + " times");
      }
      if (less.done()) {
        wrong.add(what + " works");
      } else if (sentence.isEmpty()) {
        wrong.add(what + " names nothing: " + less.text());
        System.out.println(less.text());
      }
    }
    assertThat(wrong).isEmpty();
    Program.End again = run(principal);
    assertThat(again.done()).as(again.text()).isTrue();
  }

  /** Highest number of a request that a client has logged. */
  private static int requests(String log) {
    return REQUEST
        .matcher(log)
        .results()
        .mapToInt(request -> Integer.parseInt(request.group(1)))
        .max()
        .orElse(0);
  }

  private static boolean names(String line, AclBinding binding) {
    if (binding.entry().operation() == AclOperation.CREATE && line.contains("lacks Create")) {
      return true;
    }
    return switch (binding.pattern().resourceType()) {
      case TRANSACTIONAL_ID -> line.contains("transactional id");
      case GROUP -> line.contains("group") && line.contains(binding.pattern().name());
      default -> line.contains(binding.pattern().name());
    };
  }

  private Program.End run(String principal) throws Exception {
    Path log = directory.resolve("run-" + runs.incrementAndGet() + ".log");
    return switch (principal) {
      case "instances" ->
          command("producer.EmitMain", principal, EVENTS, "--timeout", "4").run(log);
      case "topics" -> {
        Program.End fresh = topics("aragora.new%d.".formatted(runs.get())).run(log);
        yield fresh.done() ? topics("aragora.").run(log) : fresh;
      }
      case "processor" -> service("processor.ProcessorMain", principal).serve(log, counted(work()));
      case "spans" -> {
        work();
        yield service("exporter.spans.SpansMain", principal).serve(log, exported());
      }
      case "logs" -> {
        work();
        yield service("exporter.logs.LogsMain", principal).serve(log, exported());
      }
      case "replay" -> command("replay.ReplayMain", principal, "").run(log);
      case "verify" -> command("replay.ReplayMain", principal, "", "--verify").run(log);
      case "redrive" -> {
        park();
        Program.End events = command("replay.RedriveMain", principal, "", "--execute").run(log);
        Program exports =
            command("replay.RedriveMain", principal, "", "--execute", "--exporter", "logs");
        yield events.done() ? exports.run(log) : events;
      }
      case "generations" -> generation(log);
      case "tap" -> command("doctor.tap.TapMain", principal, "", "--timeout", "2").run(log);
      case "doctor" -> {
        // Of the whole stack only Kafka is here, so that it ends with 1.
        Program.End end = command("doctor.DoctorMain", principal, "", "--timeout", "6").run(log);
        boolean read = end.text().contains("JSON") && !end.text().contains("uthoriz");
        yield new Program.End(read, end.text());
      }
      default -> throw new IllegalArgumentException(principal);
    };
  }

  /** Makes a generation, promotes it and the first one again, and discards the new one. */
  private Program.End generation(Path log) throws Exception {
    if (!served) { // the first generation can be promoted again if a processor has counted
      served = service("processor.ProcessorMain", "processor").serve(log, counted(work())).done();
    }
    Program.End made = replay("--output", "generation").run(log);
    Matcher number = GENERATION.matcher(made.text());
    if (!made.done() || !number.find()) {
      return made;
    }
    Program.End last = made;
    for (String step : List.of("promote " + number.group(1), "promote 0", "generations")) {
      last = replay(step.split(" ")).run(log);
      if (!last.done()) {
        return last;
      }
    }
    return replay("discard", number.group(1)).run(log);
  }

  private Program replay(String... arguments) {
    return command("replay.ReplayMain", "generations", "", arguments);
  }

  /**
   * Writes a debate that times out, an event of each other topic, and a record that is none.
   *
   * @return how often it was done by now
   */
  private int work() throws Exception {
    int number = sent.incrementAndGet();
    send(
        number,
        "debates",
        "debate.started",
        "{\"debate_id\":\"d%d\",\"agents\":[\"a\",\"b\"],\"timeout_seconds\":1}".formatted(number));
    send(
        number,
        "requests",
        "request.completed",
        "{\"request_id\":\"r%d\",\"method\":\"GET\",\"endpoint\":\"/api\",\"status\":503,\"duration_seconds\":0.1}"
            .formatted(number));
    send(
        number,
        "logs",
        "log.emitted",
        "{\"level\":\"INFO\",\"logger\":\"x\",\"message\":\"hello\"}");
    for (String topic : List.of("requests", "logs")) {
      producer
          .send(new ProducerRecord<>("aragora." + topic, 0, null, "no event".getBytes(UTF_8)))
          .get();
    }
    return number;
  }

  /** Writes a dead letter of each input topic, as processor and exporters do. */
  private void park() throws Exception {
    int number = runs.get();
    for (InputTopic topic : InputTopic.values()) {
      park(number, "dead-letters", topic.under("aragora."), Map.of());
    }
    park(number, "export-dead-letters", "aragora.logs", Map.of(DeadLetterHeaders.EXPORTER, "logs"));
  }

  private void park(int number, String to, String from, Map<String, String> more) throws Exception {
    ProducerRecord<byte[], byte[]> letter =
        new ProducerRecord<>("aragora." + to, 0, null, "no event".getBytes(UTF_8));
    Map<String, String> headers = new HashMap<>(more);
    headers.put(DeadLetterHeaders.TOPIC, from);
    headers.put(DeadLetterHeaders.PARTITION, "0");
    headers.put(DeadLetterHeaders.OFFSET, String.valueOf(number));
    headers.put(DeadLetterHeaders.TIMESTAMP, String.valueOf(System.currentTimeMillis()));
    headers.put(DeadLetterHeaders.REASON, "undecodable");
    headers.forEach((name, value) -> letter.headers().add(name, value.getBytes(UTF_8)));
    producer.send(letter).get();
  }

  private void send(int number, String topic, String type, String data) throws Exception {
    String event =
        "{\"specversion\":\"1.0\",\"id\":\"%1$s-%2$d\",\"source\":\"/aragora/instances/t\",\"type\":\"ai.aragora.%3$s.v1\",\"time\":\"%4$s\",\"data\":%5$s}"
            .formatted(topic, number, type, Instant.now(), data);
    producer.send(new ProducerRecord<>("aragora." + topic, 0, null, event.getBytes(UTF_8))).get();
  }

  /** All requests are counted, each record that is none is a dead letter, each old debate ended. */
  private static Predicate<String> counted(int written) {
    return page -> {
      MetricsPage parsed = MetricsPage.parse(page);
      return parsed.events("aragora.requests", "counted") >= written
          && parsed.events("aragora.requests", "dead_letter") >= written
          && parsed.count("aragora_debate_timeouts_total", Map.of()) >= written - 2;
    };
  }

  /** A record that the backend refuses is a dead letter. */
  private static Predicate<String> exported() {
    return page ->
        MetricsPage.parse(page)
                .count("aragora_telemetry_exporter_dead_lettered_records_total", Map.of())
            > 0;
  }

  private String address() {
    return "http://127.0.0.1:" + backend.getAddress().getPort();
  }

  private Program topics(String prefix) {
    return command(
        "chassis.topics.TopicsMain",
        "topics",
        "",
        "create",
        "--partitions",
        "2",
        "--prefix",
        prefix);
  }

  private Program command(String main, String principal, String input, String... arguments) {
    return new Program(main, input, arguments)
        .with(broker.environment(principal))
        .with(Map.of("ARAGORA_TELEMETRY_PARTITIONS", "2"));
  }

  private Program service(String main, String principal) {
    return new Program(main, "")
        .with(broker.environment(principal))
        .with(
            Map.of(
                "LOG_FORMAT", "text",
                "ARAGORA_TELEMETRY_PARTITIONS", "2",
                "ARAGORA_TELEMETRY_BIRTH_SECONDS", "0",
                "OTEL_EXPORTER_OTLP_ENDPOINT", address(),
                "OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf",
                "OTEL_TRACES_SAMPLER", "always_on",
                "LOKI_URL", address()));
  }
}
