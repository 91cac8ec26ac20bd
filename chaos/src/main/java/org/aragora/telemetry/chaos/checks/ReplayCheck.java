package org.aragora.telemetry.chaos.checks;

import java.io.OutputStream;
import java.io.PrintStream;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.KafkaException;
import org.aragora.telemetry.chaos.report.Violations;
import org.aragora.telemetry.chaos.report.Violations.Check;
import org.aragora.telemetry.chaos.settings.ChaosSettings;
import org.aragora.telemetry.counting.PartitionCounters;
import org.aragora.telemetry.counting.generation.Generation;
import org.aragora.telemetry.processor.settings.ProcessorConfig;
import org.aragora.telemetry.replay.read.Consumers;
import org.aragora.telemetry.replay.read.Limit;
import org.aragora.telemetry.replay.read.Progress;
import org.aragora.telemetry.replay.read.RangeResolver;
import org.aragora.telemetry.replay.read.ReplayException;
import org.aragora.telemetry.replay.read.Workers;
import org.aragora.telemetry.replay.verify.LiveSource;
import org.aragora.telemetry.replay.verify.Verification;
import org.aragora.telemetry.replay.verify.Verifier;

/**
 * Check that a replay of the run's topics equals everything that the processors wrote, as {@code
 * bin/telemetry replay --verify} does it.
 */
public final class ReplayCheck {
  private static final Duration SETTLE = Duration.ofSeconds(30);
  private static final int WORKERS = 2;

  private ReplayCheck() {}

  /** Makes it. */
  public static void check(ChaosSettings settings, String bootstrapServers, Violations violations) {
    ProcessorConfig config =
        ProcessorConfig.read(
            Map.of(
                "KAFKA_BOOTSTRAP_SERVERS",
                bootstrapServers,
                "ARAGORA_TELEMETRY_TOPIC_PREFIX",
                settings.topicPrefix(),
                "ARAGORA_TELEMETRY_APPLICATION_ID",
                settings.applicationId()));
    try {
      Verification verification = verify(config, new Consumers(config.clientSettings()));
      violations.checked(Check.REPLAY, verification.values());
      verification.differences().forEach(one -> violations.add(Check.REPLAY, one));
      if (verification.values() == 0) {
        violations.add(Check.REPLAY, "the replay had nothing to compare");
      }
    } catch (ReplayException | KafkaException e) {
      violations.add(Check.REPLAY, "the replay could not be made: " + e.getMessage());
    }
  }

  private static Verification verify(ProcessorConfig config, Consumers consumers) {
    try (Consumer<byte[], byte[]> consumer = consumers.committed("chaos-range")) {
      return new Verifier(
              new LiveSource(consumers, config.topicPrefix(), Generation.FIRST),
              PartitionCounters.of(config.rules().forReplay(), config.topicPrefix()),
              new Verifier.Settings(Duration.ofDays(1), SETTLE, true),
              Clock.systemUTC())
          .verify(
              new RangeResolver(consumer, config.topicPrefix(), false, Clock.systemUTC())
                  .resolve(new Limit.Open(), new Limit.Open()),
              new Workers(consumers, config.topicPrefix(), WORKERS),
              offsets ->
                  new Progress(
                      new PrintStream(OutputStream.nullOutputStream()),
                      false,
                      System::nanoTime,
                      offsets));
    }
  }
}
