package org.aragora.telemetry.chaos.checks;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
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
  private static final int NANO_DIGITS = 9;

  /**
   * One record's addition to one series.
   *
   * @param series id of the series
   * @param units events, tokens or nanoseconds
   */
  record Added(long offset, int series, long units) {}

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
        all.add(new Added(offset, table.of(SeriesName.of(sample, labels)).id(), units));
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

  /** Sums in whole units. */
  static final class Totals {
    private long[] units = new long[1024];

    void add(Added addition) {
      int id = addition.series();
      if (id >= units.length) {
        units = Arrays.copyOf(units, Math.max(id + 1, units.length * 2));
      }
      units[id] += addition.units();
    }

    /** The value of a series, as a scrape would show it. */
    double value(ServedSeries series) {
      long sum = series.id() < units.length ? units[series.id()] : 0;
      return series.isInSeconds() ? BigDecimal.valueOf(sum, NANO_DIGITS).doubleValue() : sum;
    }
  }
}
