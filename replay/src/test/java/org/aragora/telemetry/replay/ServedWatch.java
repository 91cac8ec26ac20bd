package org.aragora.telemetry.replay;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.aragora.telemetry.processor.ProcessorService;
import org.aragora.telemetry.testbed.service.MetricsPage;

/** Scraper of processors that records every counter that went down in any of them. */
final class ServedWatch {
  private static final Pattern GROWS = Pattern.compile("[a-z_]+_(total|count|bucket)(\\{.*)?");

  private final ProcessorService[] processors;
  private final Thread thread = new Thread(this::run, "served-watch");
  private final Map<String, Double> last = new HashMap<>();
  private final List<String> wrong = new ArrayList<>();
  private volatile boolean stop;
  private int empty;
  private int full;

  ServedWatch(ProcessorService... processors) {
    this.processors = processors;
    thread.start();
  }

  private void run() {
    while (!stop) {
      int seen = 0;
      for (ProcessorService processor : processors) {
        Map<String, Double> samples = MetricsPage.of(processor.metricsPort()).shared();
        samples.forEach(this::record);
        seen += samples.size();
      }
      if (seen == 0) {
        empty++;
      } else {
        full++;
      }
    }
  }

  private void record(String series, double value) {
    if (GROWS.matcher(series).matches()) {
      double before = last.getOrDefault(series, 0.0);
      if (value < before) {
        wrong.add("%s went from %s to %s".formatted(series, before, value));
      }
      last.put(series, value);
    }
  }

  /** Returns every step down; a watch that recorded no change of generation has failed too. */
  List<String> stop() throws InterruptedException {
    stop = true;
    thread.join();
    if (empty == 0 || full == 0) {
      wrong.add("nothing was seen of the change: %d pages full, %d empty".formatted(full, empty));
    }
    return wrong;
  }
}
