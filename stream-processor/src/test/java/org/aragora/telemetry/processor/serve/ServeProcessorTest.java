package org.aragora.telemetry.processor.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.streams.processor.api.Record;
import org.aragora.telemetry.counting.metric.InputPartition;
import org.aragora.telemetry.counting.metric.MetricDescriptor;
import org.aragora.telemetry.counting.metric.MetricType;
import org.aragora.telemetry.counting.metric.MetricsKey;
import org.aragora.telemetry.counting.metric.OwnerValue;
import org.aragora.telemetry.counting.metric.SeriesKey;
import org.aragora.telemetry.counting.store.CorruptRecordException;
import org.aragora.telemetry.processor.simulation.MemoryStores;
import org.aragora.telemetry.processor.simulation.TaskContext;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.junit.jupiter.api.Test;

class ServeProcessorTest {
  private static final MetricDescriptor CALLS =
      MetricDescriptor.of(MetricType.COUNTER, "calls_total", "Calls.");
  private static final byte[] OWNER = new MetricsKey.Owner(0).toBytes();

  private final List<Record<MetricsKey, byte[]>> announced = new ArrayList<>();
  private final List<OwnerValue> displacedBy = new ArrayList<>();
  private final MetricsView view = new MetricsView(thread -> true);
  private boolean mayServe = true;
  private final ServeProcessor.Services services =
      new ServeProcessor.Services(
          "serve",
          "aragora.metrics",
          view,
          List.of(CALLS),
          new ServeProcessor.Announcement(
              4,
              new OwnerValue.Service("app", 0, 4, Map.of()),
              () -> mayServe,
              Duration.ofSeconds(10),
              displacedBy::add));
  private final TaskContext<MetricsKey, byte[]> context =
      new TaskContext<>(
          0,
          () -> 0,
          (record, child) ->
              announced.add(new Record<>((MetricsKey) record.key(), (byte[]) record.value(), 0)));
  private final ServeProcessor.Reader reader = new ServeProcessor.Reader(services);
  private final ServeProcessor.Announcer announcer = new ServeProcessor.Announcer(services);

  private void open() {
    reader.init(
        new TaskContext<Void, Void>(0, () -> 0, (record, child) -> {})
            .with("serve", MemoryStores.empty()));
    announcer.init(context);
  }

  private void read(byte[] key, byte[] value) {
    Record<byte[], byte[]> record = new Record<>(key, value, 0);
    reader.process(record);
    announcer.process(record);
  }

  @Test
  void nothingIsAnnouncedUntilTheValuesAreWhole() {
    mayServe = false;
    open();
    context.punctuate(1);
    context.punctuate(2);
    assertThat(announced).isEmpty();
    mayServe = true;
    context.punctuate(3);
    context.punctuate(4);
    assertThat(announced).hasSize(1);
  }

  @Test
  void theAnnouncementNamesTheServiceAndItsPartitions() {
    open();
    context.punctuate(1);
    assertThat(announced.get(0).key()).isEqualTo(new MetricsKey.Owner(0));
    OwnerValue value = OwnerValue.fromBytes(announced.get(0).value());
    assertThat(value)
        .isEqualTo(
            new OwnerValue(
                view.owner(0), 4, Optional.of(new OwnerValue.Service("app", 0, 4, Map.of()))));
  }

  @Test
  void anOwnerOfAnotherApplicationIsReportedAtOnceAndOnlyAfterTheOwnAnnouncement() {
    byte[] other =
        new OwnerValue("o", 4, Optional.of(new OwnerValue.Service("other", 0, 4, Map.of())))
            .toBytes();
    open();
    read(OWNER, other);
    context.punctuate(1);
    context.punctuate(2);
    assertThat(displacedBy).isEmpty();
    read(OWNER, announced.get(0).value());
    assertThat(view.servesPartition(0)).isTrue();
    read(OWNER, other);
    assertThat(view.servesPartition(0)).isFalse();
    context.punctuate(3);
    assertThat(displacedBy).extracting(OwnerValue::owner).containsExactly("o");
  }

  @Test
  void aTaskThatIsClosedByItsSuccessorReportsNothing() {
    open();
    context.punctuate(1);
    read(OWNER, announced.get(0).value());
    read(OWNER, new OwnerValue("next", 4, Optional.empty()).toBytes());
    reader.close();
    announcer.close();
    context.punctuate(20_000);
    assertThat(displacedBy).isEmpty();
  }

  @Test
  void anOwnerWithoutAServiceIsReportedOnceTheTaskIsStillOpenAfterTheTimeOfASuccession() {
    open();
    context.punctuate(1);
    read(OWNER, announced.get(0).value());
    read(OWNER, new OwnerValue("next", 4, Optional.empty()).toBytes());
    context.punctuate(20_000);
    assertThat(displacedBy).hasSize(1);
  }

  @Test
  void recordsUnderForeignKeysAreIgnoredAndCounted() {
    open();
    read(new byte[7], new byte[7]);
    read("intruder".getBytes(java.nio.charset.StandardCharsets.UTF_8), null);
    read(null, new byte[1]);
    assertThat(view.foreignRecords()).isEqualTo(3);
    assertThat(view.openSeries()).isZero();
  }

  @Test
  void aBrokenValueUnderAKeyOfOursStopsAndNamesItsKeyAndTheRemedy() {
    open();
    byte[] key =
        new MetricsKey.Partial(
                new SeriesKey("calls_total", List.of()),
                new InputPartition(InputTopic.LOGS, 0),
                false)
            .toBytes();
    assertThatThrownBy(() -> read(key, new byte[7]))
        .isInstanceOf(CorruptRecordException.class)
        .hasMessageContaining(java.util.HexFormat.of().formatHex(key))
        .hasMessageContaining("partition 0 of aragora.metrics")
        .hasMessageContaining("tombstone");
  }
}
