package org.aragora.telemetry.quickstart;

import java.time.Duration;
import java.util.Set;
import org.aragora.telemetry.quickstart.load.SampleLoad;
import org.aragora.telemetry.schemas.kafka.InvalidSettingException;
import org.jspecify.annotations.Nullable;

/**
 * Options of a quickstart run.
 *
 * @param duration of the load; null: until it is stopped
 * @param rate events per second; 0: no load
 * @param kafkaPort of Kafka; 0: any free port
 * @param metricsPort of the processor's /metrics; 0: any free port
 */
record Options(@Nullable Duration duration, double rate, int kafkaPort, int metricsPort) {

  private static final double FASTEST = 1_000_000;
  private static final int LAST_PORT = 65_535;

  static Options of(long seconds, double rate, boolean noLoad, int kafkaPort, int metricsPort) {
    if (seconds < 0) {
      throw new InvalidSettingException(
          "--duration=%d is refused: it must be at least 0.".formatted(seconds));
    }
    if (!noLoad && !(rate > 0 && rate <= FASTEST)) {
      throw new InvalidSettingException(
          "--rate=%s is refused: it must be over 0 and at most 1000000; --no-load writes nothing."
              .formatted(rate));
    }
    checkPort(kafkaPort, "--kafka-port");
    checkPort(metricsPort, "--metrics-port");
    if (kafkaPort != 0 && kafkaPort == metricsPort) {
      throw new InvalidSettingException(
          "--kafka-port=%d is refused: --metrics-port is the same.".formatted(kafkaPort));
    }
    return new Options(
        seconds == 0 ? null : Duration.ofSeconds(seconds),
        noLoad ? 0 : rate,
        kafkaPort,
        metricsPort);
  }

  boolean hasLoad() {
    return rate > 0;
  }

  /** Sources of the load. Without one, instances of the same names are the user's own. */
  Set<String> loadSources() {
    return hasLoad() ? SampleLoad.sources() : Set.of();
  }

  private static void checkPort(int port, String option) {
    if (port < 0 || port > LAST_PORT) {
      throw new InvalidSettingException(
          "%s=%d is refused: it must be from 0 to %d.".formatted(option, port, LAST_PORT));
    }
  }
}
