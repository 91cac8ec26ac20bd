package org.aragora.telemetry.producer;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.aragora.telemetry.producer.report.ProducerStats;
import org.aragora.telemetry.schemas.field.LogLevel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Isolated;
import org.slf4j.LoggerFactory;

/** A host that appends its whole log, from DEBUG on, to the log topic. */
@Isolated("It appends to the root logger.")
@Timeout(60)
class LogAppenderTest {
  private final LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
  private final Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
  private final AtomicReference<TelemetryProducer> telemetry = new AtomicReference<>();
  private final AtomicInteger lines = new AtomicInteger();
  private final AtomicInteger accepted = new AtomicInteger();
  private Level before;
  private AppenderBase<ILoggingEvent> appender;

  @BeforeEach
  void append() {
    appender =
        new AppenderBase<>() {
          @Override
          protected void append(ILoggingEvent line) {
            lines.incrementAndGet();
            TelemetryProducer to = telemetry.get();
            if (to != null
                && to.log(LogLevel.INFO, line.getLoggerName(), line.getFormattedMessage())) {
              accepted.incrementAndGet();
            }
          }
        };
    appender.setContext(context);
    appender.start();
    before = root.getLevel();
    root.setLevel(Level.DEBUG);
    root.addAppender(appender);
  }

  @AfterEach
  void detach() {
    root.detachAppender(appender);
    root.setLevel(before);
  }

  private ProducerStats.TopicStats stats() {
    return telemetry.get().stats().topics().get("aragora.logs");
  }

  @Test
  void oneLineOfTheHostIsOneEvent() {
    telemetry.set(
        TelemetryProducer.builder("loop-1")
            .client(() -> Broker.acknowledging(4))
            .heartbeatInterval(Duration.ofSeconds(1))
            .build());
    LoggerFactory.getLogger("app").info("the host's one line");
    assertThat(telemetry.get().flush(Duration.ofSeconds(5))).isTrue();
    LoggerFactory.getLogger("app").info("another");
    telemetry.get().close();

    assertThat(accepted).hasValue(2);
    assertThat(stats().acknowledged()).isEqualTo(2);
    assertThat(stats().offered()).isEqualTo(2);
  }

  @Test
  void realClientThatFindsNoBrokerMakesNoEventsAndFewWarnings() {
    root.setLevel(Level.INFO);
    long start = System.nanoTime();
    telemetry.set(TelemetryProducer.builder("loop-2").bootstrapServers("127.0.0.1:1").build());
    LoggerFactory.getLogger("app").info("the host's one line");
    await()
        .during(6, SECONDS)
        .atMost(30, SECONDS)
        .until(() -> stats().offered() == 1 && stats().queued() == 1);
    double seconds = (System.nanoTime() - start) / 1e9;

    assertThat(lines.get()).isLessThan(20 + (int) (3 * seconds));
    telemetry.get().close(Duration.ofMillis(200));
    assertThat(stats().offered()).isEqualTo(1);
  }
}
