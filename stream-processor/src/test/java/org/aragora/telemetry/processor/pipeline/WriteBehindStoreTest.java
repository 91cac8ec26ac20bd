package org.aragora.telemetry.processor.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Fails if a version of Kafka Streams no longer flushes caches before it commits. */
class WriteBehindStoreTest {
  private static final String STORE = "behind";

  @TempDir private Path directory;

  private final List<String> calls = new ArrayList<>();

  private final class Keeper implements Processor<byte[], byte[], byte[], byte[]> {
    private WriteBehindStore store;

    @Override
    public void init(ProcessorContext<byte[], byte[]> context) {
      store = context.getStateStore(STORE);
      store.setWriter(
          () -> {
            calls.add("write");
            store.content().put(Bytes.wrap(new byte[] {1}), new byte[] {(byte) calls.size()});
          });
      context.schedule(
          Duration.ofSeconds(1), PunctuationType.WALL_CLOCK_TIME, now -> calls.add("punctuate"));
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
      calls.add("process");
    }

    @Override
    public void close() {
      store.setWriter(null);
    }
  }

  private TopologyTestDriver driver() {
    Topology topology = new Topology();
    topology
        .addSource("in", new ByteArrayDeserializer(), new ByteArrayDeserializer(), "input")
        .addProcessor("keep", Keeper::new, "in")
        .addStateStore(WriteBehindStore.builder(STORE, Map.of("cleanup.policy", "compact")), "keep")
        .addSink("out", "output", new ByteArraySerializer(), new ByteArraySerializer(), "keep");
    Properties properties = new Properties();
    properties.put(StreamsConfig.APPLICATION_ID_CONFIG, "test");
    properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "nowhere:1");
    properties.put(StreamsConfig.STATE_DIR_CONFIG, directory.toString());
    properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    return new TopologyTestDriver(topology, properties);
  }

  @Test
  void everyCommitWritesBeforeItAndTheChangelogHasIt() {
    try (TopologyTestDriver driver = driver()) {
      TestInputTopic<byte[], byte[]> input =
          driver.createInputTopic("input", new ByteArraySerializer(), new ByteArraySerializer());
      input.pipeInput(null, new byte[0]); // the driver commits after each record
      assertThat(calls).containsExactly("process", "write");
      driver.advanceWallClockTime(Duration.ofSeconds(1));
      assertThat(calls).containsExactly("process", "write", "punctuate", "write");
      assertThat(
              driver
                  .createOutputTopic(
                      "test-" + STORE + "-changelog",
                      new ByteArrayDeserializer(),
                      new ByteArrayDeserializer())
                  .readValuesToList())
          .containsExactly(new byte[] {2}, new byte[] {4});
    }
  }

  @Test
  void aFailedWriteFailsTheCommit() {
    try (TopologyTestDriver driver = driver()) {
      WriteBehindStore store = (WriteBehindStore) driver.getStateStore(STORE);
      store.setWriter(
          () -> {
            throw new IllegalStateException("not written");
          });
      TestInputTopic<byte[], byte[]> input =
          driver.createInputTopic("input", new ByteArraySerializer(), new ByteArraySerializer());
      assertThatThrownBy(() -> input.pipeInput(null, new byte[0]))
          .hasRootCauseMessage("not written");
      store.setWriter(null);
    }
  }
}
