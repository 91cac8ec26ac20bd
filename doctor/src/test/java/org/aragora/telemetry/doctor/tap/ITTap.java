package org.aragora.telemetry.doctor.tap;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.aragora.telemetry.testbed.junit.KafkaExtension;
import org.aragora.telemetry.testbed.service.Ports;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import picocli.CommandLine;

class ITTap {
  @RegisterExtension static final KafkaExtension kafka = new KafkaExtension();

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final StringWriter err = new StringWriter();

  @Test
  void committedEventsOfNowAreShownAndAbortedOnesNever() throws Exception {
    kafka.createTopics(2);
    write(true, started("d-old"));
    CompletableFuture<Integer> tap = start("--count", "3");
    await().until(() -> err.toString().contains("Reading 10 partitions"));

    write(false, started("d-aborted"), request("r-aborted", 500));
    write(true, started("d-1"), request("r-1", 200));
    write(false, started("d-aborted-too"));
    write(true, request("r-2", 500), request("r-too-many", 200));

    assertThat(tap.get(60, TimeUnit.SECONDS)).isZero();
    assertThat(lines()).hasSize(3);
    assertThat(text()).contains("d-1", "r-1").doesNotContain("aborted", "d-old");
  }

  @Test
  void filtersAreExact() throws Exception {
    kafka.createTopics(2);
    write(true, started("d-1"), completed("d-1"), started("d-2"), completed("d-2"));
    write(true, request("r-1", 500), request("r-2", 200));
    write(true, new ProducerRecord<>(kafka.prefix() + "debates", "no JSON"));

    assertThat(run("--where", "debate_id=d-1")).isEqualTo(1);
    assertThat(text()).contains("started", "completed").doesNotContain("d-2", "undecodable");
    assertThat(lines()).hasSize(2);
    assertThat(run("--type", "debate.completed")).isEqualTo(1);
    assertThat(lines()).hasSize(2).allMatch(line -> line.contains("debate.completed.v1"));
    assertThat(run("--topic", "requests", "--where", "status=500.0")).isEqualTo(1);
    assertThat(lines()).singleElement().asString().contains("r-1");
    assertThat(run("--topic", kafka.prefix() + "debates")).isEqualTo(1);
    assertThat(lines()).hasSize(5);
    assertThat(lines())
        .filteredOn(line -> line.contains("undecodable"))
        .singleElement()
        .asString()
        .startsWith("{\"topic\":\"" + kafka.prefix() + "debates\",\"partition\":")
        .contains("\"offset\":", "\"reason\":\"undecodable\"");
    assertThat(err.toString()).contains("5 of 100 lines came within 3 s.");
  }

  @Test
  void sinceReadsWhatWasAppendedFromThenOn() throws Exception {
    kafka.createTopics(1);
    write(true, started("d-1"));

    assertThat(execute("--since", "1h", "--count", "1")).isZero();
    assertThat(execute("--since", "2020-01-01T00:00:00Z", "--count", "1")).isZero();
    assertThat(execute("--since", "2099-01-01T00:00:00Z", "--count", "1", "--timeout", "2"))
        .isEqualTo(1);
    assertThat(lines()).hasSize(2);
  }

  @Test
  void itEndsAfterItsTimeAndInGoodOrderWithoutACount() {
    kafka.createTopics(1);

    assertThat(execute("--timeout", "1")).isZero();
    assertThat(execute("--timeout", "1", "--count", "1")).isEqualTo(1);
    assertThat(text()).isEmpty();
  }

  @Test
  void aReaderThatGoesEndsItWithoutAnError() throws Exception {
    kafka.createTopics(1);
    write(true, started("d-1"));
    OutputStream closed =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException("Broken pipe");
          }
        };

    assertThat(command(kafka.bootstrapServers(), closed).execute("--from-beginning")).isZero();
    assertThat(err.toString()).doesNotContain("Broken").hasLineCount(1);
  }

  @Test
  void missingTopicAndBrokerAreOneSentence() {
    assertThat(execute("--topic", "debates")).isEqualTo(1);
    assertThat(err.toString())
        .contains("Topic " + kafka.prefix() + "debates does not exist at ")
        .hasLineCount(1);
    err.getBuffer().setLength(0);

    assertThat(command("127.0.0.1:" + Ports.free(), out).execute()).isEqualTo(1);
    assertThat(err.toString()).contains("No broker at 127.0.0.1:").hasLineCount(1);
  }

  @Test
  void itChangesNothing() throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
      assertThat(execute("--timeout", "1")).isEqualTo(1); // no topics
      assertThat(admin.listTopics().names().get())
          .noneMatch(name -> name.startsWith(kafka.prefix()));
      int groups = admin.listGroups().all().get().size();
      kafka.createTopics(1);
      write(true, started("d-1"));

      assertThat(execute("--from-beginning", "--count", "1")).isZero();

      assertThat(admin.listGroups().all().get()).hasSize(groups);
    }
  }

  private ProducerRecord<String, String> started(String id) {
    return record(
        "debates", "debate.started", "{\"debate_id\":\"" + id + "\",\"agents\":[\"claude\"]}");
  }

  private ProducerRecord<String, String> completed(String id) {
    return record(
        "debates",
        "debate.completed",
        "{\"debate_id\":\"" + id + "\",\"outcome\":\"consensus\",\"duration_seconds\":1.5}");
  }

  private ProducerRecord<String, String> request(String id, int status) {
    return record(
        "requests",
        "request.completed",
        "{\"request_id\":\"%s\",\"method\":\"GET\",\"endpoint\":\"/\",\"status\":%d,\"duration_seconds\":1}"
            .formatted(id, status));
  }

  private ProducerRecord<String, String> record(String topic, String type, String data) {
    return new ProducerRecord<>(
        kafka.prefix() + topic,
        "{\"specversion\":\"1.0\",\"id\":\"e\",\"source\":\"/aragora/instances/a\",\"type\":\"ai.aragora."
            + type
            + ".v1\",\"data\":"
            + data
            + "}");
  }

  /** Writes records in one transaction. */
  @SafeVarargs
  private void write(boolean commit, ProducerRecord<String, String>... records) throws Exception {
    try (KafkaProducer<String, String> producer =
        new KafkaProducer<>(
            Map.of(
                "bootstrap.servers",
                kafka.bootstrapServers(),
                "transactional.id",
                kafka.prefix() + "writer"),
            new StringSerializer(),
            new StringSerializer())) {
      producer.initTransactions();
      producer.beginTransaction();
      for (ProducerRecord<String, String> record : records) {
        producer.send(record).get();
      }
      if (commit) {
        producer.commitTransaction();
      } else {
        producer.abortTransaction();
      }
    }
  }

  private CompletableFuture<Integer> start(String... arguments) {
    return CompletableFuture.supplyAsync(() -> execute(arguments));
  }

  /** Runs it over everything for three seconds, so that a hundred lines never come. */
  private int run(String... arguments) {
    out.reset();
    List<String> all = new ArrayList<>(Arrays.asList(arguments));
    all.addAll(List.of("--from-beginning", "--count", "100", "--timeout", "3"));
    return execute(all.toArray(String[]::new));
  }

  private int execute(String... arguments) {
    return command(kafka.bootstrapServers(), out).execute(arguments);
  }

  private CommandLine command(String servers, OutputStream to) {
    Map<String, String> environment =
        Map.of(
            "KAFKA_BOOTSTRAP_SERVERS", servers, "ARAGORA_TELEMETRY_TOPIC_PREFIX", kafka.prefix());
    return TapMain.commandLine(environment, to).setErr(new PrintWriter(err, true));
  }

  private String text() {
    return out.toString(UTF_8);
  }

  private List<String> lines() {
    return text().lines().toList();
  }
}
