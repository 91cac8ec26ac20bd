package org.aragora.telemetry.benchmarks;

import java.util.Map;
import java.util.concurrent.Callable;
import org.aragora.telemetry.chassis.log.ServiceLogging;
import org.aragora.telemetry.testbed.broker.EmbeddedBroker;

/** A benchmark on an embedded broker of its own, of which only errors are logged. */
abstract class BrokerBenchmark implements Callable<Integer> {
  private static final int BROKER_HEAP_MB = 1024;

  @Override
  public final Integer call() throws Exception {
    ServiceLogging.configure(
        Map.of("LOG_LEVEL", "ERROR", "LOG_FORMAT", "text", "LOG_OUTPUT", "stderr"));
    try (EmbeddedBroker broker = EmbeddedBroker.builder().heapMegabytes(BROKER_HEAP_MB).start()) {
      run(broker);
    }
    return 0;
  }

  /** Measures and prints. */
  abstract void run(EmbeddedBroker broker) throws Exception;
}
