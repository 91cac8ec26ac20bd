package org.aragora.telemetry.counting.value;

import java.util.List;
import java.util.Random;
import org.aragora.telemetry.counting.metric.MetricDescriptor;
import org.aragora.telemetry.counting.metric.MetricType;
import org.aragora.telemetry.counting.store.BinaryReader;
import org.aragora.telemetry.counting.store.BinaryWriter;

/** A metric of each type, and random values of them. */
public final class Aggregates {
  private static final List<String> BOUNDS = List.of("0.1", "1", "10");

  private Aggregates() {}

  public static MetricDescriptor metric(MetricType type) {
    return type == MetricType.HISTOGRAM
        ? MetricDescriptor.secondsHistogram("some_seconds", "Some.", BOUNDS, "agent")
        : MetricDescriptor.of(type, "some_metric", "Some.", "agent");
  }

  public static Aggregate random(MetricType type, Random random) {
    Aggregate value = Aggregate.zero(metric(type));
    if (value instanceof HistogramAggregate histogram && random.nextInt(10) == 0) {
      histogram.leaveOutExponential();
    }
    for (int i = random.nextInt(6); i > 0; i--) {
      change(value, random);
    }
    return value;
  }

  private static void change(Aggregate value, Random random) {
    if (value instanceof SumAggregate sum) {
      sum.add(random.nextLong());
    } else if (value instanceof LatestAggregate latest) {
      latest.offer(order(random), random.nextInt(3));
    } else if (value instanceof HistogramAggregate histogram) {
      long nanos = Math.abs(random.nextLong() % 20_000_000_000L);
      int bucket = histogram.observe(nanos);
      if (random.nextBoolean()) {
        histogram.offer(
            bucket,
            new Exemplar(
                random.nextInt(3),
                -random.nextInt(2),
                random.nextInt(2),
                random.nextInt(2),
                nanos));
      }
    } else if (value instanceof RatioAggregate ratio) {
      ratio.add(100 + random.nextInt(80), random.nextBoolean());
      ratio.forgetBefore(100 + random.nextInt(80));
    } else if (value instanceof InstanceAggregate instance) {
      switch (random.nextInt(3)) {
        case 0 ->
            instance.heartbeat(
                order(random), random.nextInt(100), random.nextInt(5) * 1_000_000L, small(random));
        case 1 -> instance.stopped(order(random));
        default -> instance.websocket(order(random), small(random));
      }
    } else if (value instanceof RunMaximumAggregate maximum) {
      maximum.report("run" + random.nextInt(3), small(random), random.nextInt(100));
    }
  }

  private static long small(Random random) {
    return random.nextInt(4);
  }

  /** Few distinct ones, so that ties are met. */
  public static EventOrder order(Random random) {
    return new EventOrder(
        random.nextInt(3),
        "/s/" + random.nextInt(2),
        random.nextBoolean() ? "" : "e",
        random.nextInt(2),
        "id" + random.nextInt(2));
  }

  public static byte[] bytes(Aggregate value) {
    BinaryWriter out = new BinaryWriter();
    value.write(out);
    return out.toBytes();
  }

  public static Aggregate read(MetricType type, byte[] bytes) {
    return Aggregate.read(metric(type), new BinaryReader(bytes));
  }

  /** Merges copies, so that the arguments stay as they are. */
  public static Aggregate merged(MetricType type, Aggregate... parts) {
    Aggregate merged = Aggregate.zero(metric(type));
    for (Aggregate part : parts) {
      merged.merge(part);
    }
    return merged;
  }
}
