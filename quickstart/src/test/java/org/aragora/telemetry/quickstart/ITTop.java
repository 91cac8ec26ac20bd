package org.aragora.telemetry.quickstart;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.aragora.telemetry.doctor.tap.TapMain;
import org.aragora.telemetry.doctor.top.TopMain;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.aragora.telemetry.testbed.broker.PlainClient;
import org.aragora.telemetry.testbed.service.LocalHttp;
import org.aragora.telemetry.testbed.service.MetricsPage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** {@code top} and {@code tap} as a user runs them, beside a real processor. */
class ITTop {
  private static final int REQUESTS = 123;
  private static final int ERRORS = 7;

  @TempDir private Path directory;

  @RegisterExtension private final Quickstarts quickstarts = new Quickstarts();

  private record Done(int code, String out, String err) {}

  @Test
  void onceItPrintsWhatMetricsServe() throws Exception {
    QuickstartProcess quickstart = quickstarts.start(directory, Map.of(), "--no-load");
    String kafka = "127.0.0.1:" + quickstart.awaitOutput("Kafka +localhost:([0-9]+)");
    int port = Integer.parseInt(quickstart.awaitOutput("Page +http://localhost:([0-9]+)/"));
    write(kafka);
    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> MetricsPage.of(port).events("counted") == REQUESTS + 1);
    await()
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(
            () ->
                assertThat(LocalHttp.get(port, "/api/v1/snapshot", Duration.ofSeconds(10)).body())
                    .contains("\"items\":" + REQUESTS + ",", "\"items\":" + ERRORS + ","));

    Done top = run(TopMain.class, kafka, "--once", "--url", "http://localhost:" + port);

    MetricsPage metrics = MetricsPage.of(port);
    assertThat(top.code()).as(top.err()).isZero();
    assertThat(top.err()).isEmpty();
    for (InputTopic topic : InputTopic.values()) {
      String name = topic.under("aragora.");
      long counted = metrics.events(name, "counted");
      long dead = metrics.events(name, "dead_letter");
      assertThat(top.out())
          .containsPattern(
              "(?m)^%s +%s +%s +0 +%s +0 +0 +0 "
                  .formatted(name, whole(counted + dead), whole(counted), whole(dead)));
    }
    assertThat(top.out())
        .contains("ledger balances, " + whole(REQUESTS + 2) + " read")
        .contains(whole(sum(metrics, "aragora_requests_total")) + " in total")
        .containsPattern("Errors 5xx .* " + ERRORS + " in total")
        .containsPattern("Active debates +1 ")
        .contains("undecodable aragora.logs ")
        .containsPattern("(?m)^127.0.0.1:[0-9]+ +spans +- +" + REQUESTS + " .* ready$")
        .containsPattern("(?m)^127.0.0.1:[0-9]+ +lines +- +" + ERRORS + " .* ready$")
        .doesNotContain("\u001b");

    Done tap =
        run(
            TapMain.class,
            kafka,
            "--from-beginning",
            "--where",
            "status=500",
            "--count",
            "" + ERRORS);
    assertThat(tap.code()).as(tap.err()).isZero();
    assertThat(tap.out().lines()).hasSize(ERRORS).allMatch(line -> line.contains("\"status\":500"));
    quickstart.terminate();
    quickstart.awaitEnd(Duration.ofSeconds(40));
  }

  private static long sum(MetricsPage metrics, String name) {
    return (long) metrics.sum(name, Map.of()).orElseThrow();
  }

  private static String whole(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }

  private static void write(String kafka) {
    try (PlainClient client = new PlainClient(Map.of("bootstrap.servers", kafka))) {
      for (int i = 0; i < REQUESTS; i++) {
        send(
            client,
            "requests",
            "request.completed",
            "{\"request_id\":\"r-%d\",\"method\":\"GET\",\"endpoint\":\"/\",\"status\":%d,\"duration_seconds\":0.2}"
                .formatted(i, i < ERRORS ? 500 : 200));
      }
      send(client, "debates", "debate.started", "{\"debate_id\":\"d-1\",\"agents\":[\"claude\"]}");
      client.send(new ProducerRecord<>("aragora.logs", "no JSON".getBytes(UTF_8)));
    }
  }

  private static void send(PlainClient client, String topic, String type, String data) {
    String event =
        "{\"specversion\":\"1.0\",\"id\":\"e\",\"source\":\"/aragora/instances/a\",\"type\":\"ai.aragora.%s.v1\",\"data\":%s}";
    client.send(
        new ProducerRecord<>("aragora." + topic, event.formatted(type, data).getBytes(UTF_8)));
  }

  private Done run(Class<?> main, String kafka, String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    // A second logback.xml on a test's class path would print its status among the lines.
    command.add("-Dlogback.statusListenerClass=ch.qos.logback.core.status.NopStatusListener");
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    command.addAll(List.of(arguments));
    Path out = directory.resolve("out");
    Path err = directory.resolve("err");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
    builder.environment().put("KAFKA_BOOTSTRAP_SERVERS", kafka);
    builder.environment().remove("COLUMNS");
    Process process = builder.start();
    boolean ended = process.waitFor(90, TimeUnit.SECONDS);
    process.destroyForcibly();
    Done done = new Done(process.waitFor(), Files.readString(out), Files.readString(err));
    assertThat(ended).as(command + ": " + done).isTrue();
    return done;
  }
}
