package org.aragora.telemetry.quickstart;

import java.time.Duration;
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
      throw new InvalidSettingException("--duration cannot be negative.");
    }
    if (!noLoad && !(rate > 0 && rate <= FASTEST)) {
      throw new InvalidSettingException(
          "--rate must be over 0 and at most 1000000; --no-load writes nothing.");
    }
    checkPort(kafkaPort, "--kafka-port");
    checkPort(metricsPort, "--metrics-port");
    if (kafkaPort != 0 && kafkaPort == metricsPort) {
      throw new InvalidSettingException("--kafka-port and --metrics-port cannot be the same.");
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

  private static void checkPort(int port, String option) {
    if (port < 0 || port > LAST_PORT) {
      throw new InvalidSettingException(option + " must be from 0 to " + LAST_PORT + ".");
    }
  }
}
