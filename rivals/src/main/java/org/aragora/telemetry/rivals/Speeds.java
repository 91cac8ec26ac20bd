package org.aragora.telemetry.rivals;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.aragora.telemetry.benchmarks.throughput.Throughput;

/** Events per second of the runs of one program. */
final class Speeds {
  private final List<Double> eventsPerSecond = new ArrayList<>();

  void add(double speed) {
    eventsPerSecond.add(speed);
  }

  double last() {
    return eventsPerSecond.get(eventsPerSecond.size() - 1);
  }

  double median() {
    return Throughput.median(eventsPerSecond);
  }

  double lowest() {
    return Collections.min(eventsPerSecond);
  }

  double highest() {
    return Collections.max(eventsPerSecond);
  }
}
