package org.aragora.telemetry.chaos.checks;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;
import org.apache.kafka.common.TopicPartition;
import org.aragora.telemetry.chaos.settings.ChaosSettings;
import org.aragora.telemetry.testbed.oracle.PartitionOracle;
import org.aragora.telemetry.testbed.oracle.TopicOracle;
import org.aragora.telemetry.testbed.service.SeriesName;

/**
 * The expected values, from the records that the brokers have. The addition of each record to each
 * series is kept, so that any cut can be summed.
 */
public final class ExpectedTotals implements AutoCloseable {
  /**
   * One record's addition to one series.
   *
   * @param units events, tokens or nanoseconds
   */
  record Added(long offset, ServedSeries series, long units) {}

  private final ServedSeries.Table table;
  private final Map<TopicPartition, List<Added>> added = new HashMap<>();
  private final TopicOracle oracle;

  /** Connects to the brokers and reads nothing yet. */
  public ExpectedTotals(ChaosSettings settings, String bootstrapServers, ServedSeries.Table table) {
    this.table = table;
    oracle =
        new TopicOracle(
            bootstrapServers, settings.topicPrefix(), ChaosSettings.PARTITIONS, this::listener);
  }

  private PartitionOracle.Additions listener(TopicPartition partition) {
    List<Added> all = new ArrayList<>();
    added.put(partition, all);
    return (offset, sample, labels, units) ->
        all.add(new Added(offset, table.of(SeriesName.of(sample, labels)), units));
  }

  /** Reads everything that is committed now. */
  public void readToEnd() {
    oracle.readToEnd();
  }

  /** Returns true for an input partition. */
  boolean has(TopicPartition partition) {
    return added.containsKey(partition);
  }

  /** Additions of a partition in order of their offsets. */
  List<Added> added(TopicPartition partition) {
    return added.getOrDefault(partition, List.of());
  }

  /** Oracles of all input partitions. */
  Iterable<PartitionOracle> partitions() {
    return oracle.partitions();
  }

  /** All values at rest; a series that is absent has the value 0. */
  public Map<ServedSeries, Double> values() {
    Map<ServedSeries, Double> values = new HashMap<>();
    oracle
        .samples(System.currentTimeMillis())
        .forEach((series, value) -> values.put(table.parse(series), value));
    return values;
  }

  /** Sum of a figure over all partitions. */
  public long sum(ToLongFunction<PartitionOracle.Figures> figure) {
    return oracle.partitions().stream().map(PartitionOracle::figures).mapToLong(figure).sum();
  }

  @Override
  public void close() {
    oracle.close();
  }
}
