package org.aragora.telemetry.processor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.streams.StreamsConfig;
import org.aragora.telemetry.testbed.junit.KafkaExtension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A processor needs no file of its disk, and ignores wrong ones. */
class ITStateDirectory {
  private static final String SERIES =
      "aragora_requests_total{endpoint=\"/api/debates\",method=\"GET\",status=\"200\"}";

  @RegisterExtension static final KafkaExtension kafka = new KafkaExtension();
  @TempDir private Path directory;

  @Test
  void corruptAndDeletedStateIsRebuiltToTheSameNumbers() throws Exception {
    kafka.createTopics(2);
    try (Pipe pipe =
        new Pipe(kafka.bootstrapServers(), kafka.prefix())
            .withStreams(StreamsConfig.STATE_DIR_CONFIG, directory.toString())) {
      countTo(pipe, 20, pipe.start());

      assertThat(directory).as("all state is in memory and in Kafka").isEmptyDirectory();
      garble(directory.resolve(kafka.prefix() + "processor"));
      countTo(pipe, 40, pipe.start());

      Utils.delete(directory.toFile());
      assertThat(directory).doesNotExist();
      countTo(pipe, 60, pipe.start());
    }
  }

  /** The numbers of before are there first; then it counts on, and stops in order. */
  private static void countTo(Pipe pipe, int requests, ProcessorService processor) {
    if (requests > 20) {
      await()
          .atMost(Pipe.PATIENCE)
          .untilAsserted(() -> assertThat(pipe.page().value(SERIES)).isEqualTo(requests - 20));
    }
    for (int i = requests - 20; i < requests; i++) {
      pipe.send("requests", null, null, TestEvents.request("r" + i, Instant.now(), 200));
    }
    await()
        .atMost(Pipe.PATIENCE)
        .untilAsserted(() -> assertThat(pipe.page().value(SERIES)).isEqualTo(requests));
    pipe.stop(processor);
  }

  /** Garbage in every place where Kafka Streams may look for something of a task. */
  private static void garble(Path application) throws IOException {
    byte[] garbage = {0, 1, 2, 'x', '\n', (byte) 0xFF};
    for (int stage = 0; stage < 6; stage++) {
      for (int partition = 0; partition < 2; partition++) {
        Path task = Files.createDirectories(application.resolve(stage + "_" + partition));
        Files.write(task.resolve(".checkpoint"), garbage);
        Files.write(task.resolve(".lock"), garbage);
        Files.write(Files.createDirectories(task.resolve("rocksdb")).resolve("CURRENT"), garbage);
      }
    }
    Files.write(application.resolve(".lock"), garbage);
    Files.write(application.resolve("kafka-streams-process-metadata"), garbage);
  }
}
