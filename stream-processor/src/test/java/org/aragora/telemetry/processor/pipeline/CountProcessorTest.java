package org.aragora.telemetry.processor.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.processor.api.MockProcessorContext.CapturedPunctuator;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Values that are written wait for a commit, which the test driver would make unasked. */
class CountProcessorTest {
  private static final InputNodes NODES = InputNodes.of(InputTopic.REQUESTS);

  @TempDir Path directory;

  private MockProcessorContext<Object, Object> context() {
    MockProcessorContext<Object, Object> context =
        new MockProcessorContext<>(new Properties(), new TaskId(0, 0), directory.toFile());
    for (String name : List.of(NODES.ingestStore(), NODES.aggregateStore())) {
      WriteBehindStore store =
          WriteBehindStore.builder(name, Map.of()).withLoggingDisabled().build();
      store.init(context.getStateStoreContext(), store);
      context.addStateStore(store);
    }
    return context;
  }

  @Test
  void valuesAreWrittenAndCommittedAtOneInstantInAllTasks() {
    MockProcessorContext<Object, Object> context = context();
    CountProcessor processor = new CountProcessor(NODES, TestPipeline.countServices());
    context.setCurrentSystemTimeMs(TestPipeline.START.toEpochMilli());
    processor.init(context);

    assertThat(context.scheduledPunctuators()).hasSize(1);
    CapturedPunctuator write = context.scheduledPunctuators().get(0);
    assertThat(write.getStartTime()).isEqualTo(Instant.EPOCH);
    assertThat(write.getInterval()).isEqualTo(Duration.ofSeconds(1));
    assertThat(context.committed()).isFalse();

    write.getPunctuator().punctuate(TestPipeline.START.toEpochMilli());
    assertThat(context.forwarded(NODES.metrics())).isNotEmpty();
    assertThat(context.committed()).isTrue();
    processor.close();
  }
}
