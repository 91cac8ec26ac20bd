package org.aragora.telemetry.testbed.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Each test has a broker of its own. */
@Execution(ExecutionMode.CONCURRENT)
class ITEmbeddedBroker {

  @Test
  void recordsSurviveAKillOnTheSamePortAndData() throws Exception {
    try (EmbeddedBroker broker = EmbeddedBroker.builder().heapMegabytes(256).start()) {
      String servers = broker.bootstrapServers();
      Clients.createTopic(servers, "t", 1);
      Clients.write(servers, "t", "before");

      broker.kill();
      assertThat(broker.isAlive()).isFalse();
      broker.restart();
      Clients.write(servers, "t", "after");

      assertThat(broker.bootstrapServers()).isEqualTo(servers);
      assertThat(Clients.readAll(servers, "t")).containsExactly("before", "after");

      broker.restart();
      assertThat(Clients.readAll(servers, "t")).containsExactly("before", "after");
    }
  }

  @Test
  void pausedBrokerAnswersOnlyOnceItIsResumed() throws Exception {
    try (EmbeddedBroker broker = EmbeddedBroker.builder().heapMegabytes(256).start()) {
      Clients.createTopic(broker.bootstrapServers(), "t", 1);
      try (KafkaProducer<String, String> producer = Clients.producer(broker.bootstrapServers())) {
        producer.send(new ProducerRecord<>("t", "first")).get(30, TimeUnit.SECONDS);

        broker.pause();
        var second = producer.send(new ProducerRecord<>("t", "second"));
        assertThatThrownBy(() -> second.get(1, TimeUnit.SECONDS))
            .isInstanceOf(TimeoutException.class);
        assertThat(broker.isAlive()).isTrue();

        broker.resume();
        second.get(60, TimeUnit.SECONDS);
      }
      assertThat(Clients.readAll(broker.bootstrapServers(), "t"))
          .containsExactly("first", "second");
    }
  }

  @Test
  void interruptOfTheTerminalDoesNotReachTheBroker() throws Exception {
    try (EmbeddedBroker broker = EmbeddedBroker.builder().heapMegabytes(256).start()) {
      new ProcessBuilder("kill", "-INT", Long.toString(broker.pid())).start().waitFor();

      Clients.createTopic(broker.bootstrapServers(), "t", 1);
      assertThat(broker.isAlive()).isTrue();
    }
  }

  @Test
  void brokerEndsWithAParentThatWasKilled() throws Exception {
    Process owner =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-D" + BrokerLib.PROPERTY + "=" + System.getProperty(BrokerLib.PROPERTY),
                "-D"
                    + BrokerProcess.JVM_OPTIONS
                    + "="
                    + System.getProperty(BrokerProcess.JVM_OPTIONS, "-XX:+UseSerialGC"),
                "-cp",
                System.getProperty("java.class.path"),
                BrokerOwner.class.getName())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try (BufferedReader output =
        new BufferedReader(new InputStreamReader(owner.getInputStream(), StandardCharsets.UTF_8))) {
      String pid;
      do {
        pid = output.readLine();
      } while (pid != null && !pid.matches("\\d+"));
      ProcessHandle broker = ProcessHandle.of(Long.parseLong(String.valueOf(pid))).orElseThrow();

      owner.destroyForcibly();

      broker.onExit().get(30, TimeUnit.SECONDS);
      assertThat(broker.isAlive()).isFalse();
    } finally {
      owner.destroyForcibly();
    }
  }

  @Test
  void dataInANamedDirectoryOutlivesTheBroker(@TempDir Path directory) throws Exception {
    try (EmbeddedBroker broker =
        EmbeddedBroker.builder().heapMegabytes(256).directory(directory).start()) {
      Clients.createTopic(broker.bootstrapServers(), "t", 1);
      Clients.write(broker.bootstrapServers(), "t", "kept");
    }
    try (EmbeddedBroker broker =
        EmbeddedBroker.builder().heapMegabytes(256).directory(directory).start()) {
      assertThat(Clients.readAll(broker.bootstrapServers(), "t")).containsExactly("kept");
      assertThat(Files.isRegularFile(broker.log())).isTrue();
    }
  }

  @Test
  void takenPortAndBadSettingAreSaidInASentence() throws Exception {
    try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThatThrownBy(() -> EmbeddedBroker.builder().port(taken.getLocalPort()).start())
          .hasMessage(
              "Port " + taken.getLocalPort() + " on 127.0.0.1 is taken by another process.");
    }
    assertThatThrownBy(() -> EmbeddedBroker.builder().setting("num.io.threads", "none").start())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("num.io.threads");
  }
}
