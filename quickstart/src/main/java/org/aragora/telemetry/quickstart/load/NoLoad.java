package org.aragora.telemetry.quickstart.load;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.aragora.telemetry.testbed.service.MetricsPage;
import org.aragora.telemetry.testbed.service.ServiceEnvironment;

/** Writes nothing: every instance is the user's own. */
public final class NoLoad implements Load {

  @Override
  public Set<String> sources() {
    return Set.of();
  }

  @Override
  public void start(ServiceEnvironment environment, BooleanSupplier isStopped) {}

  @Override
  public List<String> places() {
    return List.of("  Load      none");
  }

  @Override
  public Map<String, Long> emitted() {
    return Map.of();
  }

  @Override
  public long dropped(MetricsPage page) {
    return 0;
  }

  @Override
  public void stop(Duration bound) {}

  @Override
  public void close() {}
}
