package org.aragora.telemetry.quickstart;

import java.time.Duration;
import org.aragora.telemetry.schemas.kafka.InvalidSettingException;
import org.jspecify.annotations.Nullable;

/**
 * Options of a quickstart run.
 *
 * @param writer of the events
 * @param duration of the load; null: until it is stopped
 * @param rate events per second of the sample, requests per second to Aragora
 * @param kafkaPort of Kafka; 0: any free port
 * @param metricsPort of the processor's /metrics; 0: any free port
 */
record Options(
    Writer writer, @Nullable Duration duration, double rate, int kafkaPort, int metricsPort) {

  private static final double FASTEST = 1_000_000;
  private static final int LAST_PORT = 65_535;

  /** Writer of the events of a run. */
  enum Writer {
    SAMPLE(100),
    ARAGORA(10),
    NOBODY(0);

    private final double rate;

    Writer(double rate) {
      this.rate = rate;
    }
  }

  /** Checks the options; without a rate it is the writer's default. */
  static Options of(
      Writer writer, long seconds, @Nullable Double rate, int kafkaPort, int metricsPort) {
    if (seconds < 0) {
      throw new InvalidSettingException(
          "--duration=%d is refused: it must be at least 0.".formatted(seconds));
    }
    double perSecond = rate == null || writer == Writer.NOBODY ? writer.rate : rate;
    if (writer != Writer.NOBODY && !(perSecond > 0 && perSecond <= FASTEST)) {
      throw new InvalidSettingException(
          "--rate=%s is refused: it must be over 0 and at most 1000000; --no-load writes nothing."
              .formatted(perSecond));
    }
    checkPort(kafkaPort, "--kafka-port");
    checkPort(metricsPort, "--metrics-port");
    if (kafkaPort != 0 && kafkaPort == metricsPort) {
      throw new InvalidSettingException(
          "--kafka-port=%d is refused: --metrics-port is the same.".formatted(kafkaPort));
    }
    return new Options(
        writer,
        seconds == 0 ? null : Duration.ofSeconds(seconds),
        perSecond,
        kafkaPort,
        metricsPort);
  }

  private static void checkPort(int port, String option) {
    if (port < 0 || port > LAST_PORT) {
      throw new InvalidSettingException(
          "%s=%d is refused: it must be from 0 to %d.".formatted(option, port, LAST_PORT));
    }
  }
}
