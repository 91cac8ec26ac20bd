package org.aragora.telemetry.producer.logback;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.aragora.telemetry.producer.TelemetryProducer;
import org.aragora.telemetry.producer.host.OwnWork;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * Emits each line of the host as an event. Logback creates its appenders before the host has a
 * producer, so that one is installed later; up to 1,000 lines wait for it, or for the next one
 * after it was closed.
 *
 * <pre>{@code
 * <appender name="TELEMETRY" class="org.aragora.telemetry.producer.logback.TelemetryAppender"/>
 *
 * TelemetryAppender.install(telemetry);
 * }</pre>
 *
 * <p>It never throws, and blocks no longer than the producer's emit methods, by default not at all.
 * Lines of the library and of its threads are left out, so that it cannot feed on its own.
 */
public final class TelemetryAppender extends UnsynchronizedAppenderBase<ILoggingEvent> {
  private static final String OWN = "org.aragora.telemetry.producer";
  private static final EarlyLines EARLY = new EarlyLines();
  private static final Set<TelemetryAppender> STARTED = ConcurrentHashMap.newKeySet();
  private static volatile @Nullable TelemetryProducer telemetry;

  private final AtomicBoolean reported = new AtomicBoolean();
  private boolean includeCallerData;

  /**
   * Sends the lines of all these appenders to a producer, in place of an earlier one. If Logback's
   * configuration has none, one is added to the root logger.
   *
   * @throws IllegalStateException if the host does not log with Logback
   */
  public static void install(TelemetryProducer producer) {
    if (STARTED.isEmpty()) {
      if (!(LoggerFactory.getILoggerFactory() instanceof LoggerContext context)) {
        throw new IllegalStateException(
            "The host logs with "
                + LoggerFactory.getILoggerFactory().getClass().getName()
                + " and not with Logback.");
      }
      TelemetryAppender appender = new TelemetryAppender();
      appender.setName("TELEMETRY");
      appender.setContext(context);
      appender.start();
      context.getLogger(Logger.ROOT_LOGGER_NAME).addAppender(appender);
    }
    telemetry = producer;
    EARLY.sendTo(producer);
  }

  /** Adds class, method and line to each event; costs a stack trace a line. Default false. */
  public void setIncludeCallerData(boolean include) {
    this.includeCallerData = include;
  }

  @Override
  public void start() {
    super.start();
    STARTED.add(this);
  }

  @Override
  public void stop() {
    STARTED.remove(this);
    super.stop();
  }

  @Override
  protected void append(ILoggingEvent line) {
    String logger = line.getLoggerName();
    if (OwnWork.isHere() || (logger != null && logger.startsWith(OWN))) {
      return;
    }
    try {
      LineEvent event = LineEvent.of(line, includeCallerData);
      TelemetryProducer producer = open();
      if (producer != null) {
        event.sendTo(producer);
      } else {
        EARLY.keep(event);
        producer = open(); // it may have been installed meanwhile
        if (producer != null) {
          EARLY.sendTo(producer);
        }
      }
    } catch (Throwable e) { // no argument of the host, and no Error in it, may hurt the host
      if (reported.compareAndSet(false, true)) {
        addError("A line did not become an event.", e);
      }
    }
  }

  /** The installed producer; null if there is none, or if the host has closed it. */
  private static @Nullable TelemetryProducer open() {
    TelemetryProducer producer = telemetry;
    return producer == null || producer.isClosed() ? null : producer;
  }
}
