package org.aragora.telemetry.producer.report;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the host's listener and log what goes wrong: the first time of each kind as a warning, then
 * at debug level. What is reported while reporting is counted only: the host's log may lead back
 * here.
 */
public final class FailureReport {
  private static final Logger LOG =
      LoggerFactory.getLogger("org.aragora.telemetry.producer.TelemetryProducer");

  private final TelemetryListener listener;
  private final Set<String> said = ConcurrentHashMap.newKeySet();
  private final ThreadLocal<Boolean> reporting = ThreadLocal.withInitial(() -> false);

  public FailureReport(TelemetryListener listener) {
    this.listener = listener;
  }

  public void dropped(String topic, DropReason reason, long count, String message) {
    guarded(
        () -> {
          log(
              topic + "/" + reason.label(),
              "Telemetry dropped {} event(s) for topic {} ({}): {}",
              count,
              topic,
              reason.label(),
              message);
          listener.dropped(topic, reason, count, message);
        });
  }

  public void sendFailed(String topic, Throwable cause) {
    guarded(
        () -> {
          log(
              topic + "/send",
              "Telemetry for topic {} is kept and sent again, because it cannot be sent now: {}",
              topic,
              reasonOf(cause));
          listener.sendFailed(topic, cause);
        });
  }

  /** Something that may happen often: a warning the first time, then at debug level. */
  public void noteOnce(String sentence) {
    guarded(() -> log(sentence, "{}", sentence));
  }

  /** Something that happens at most once. */
  public void note(String sentence) {
    guarded(() -> LOG.warn("{}", sentence));
  }

  /** A failure in words. */
  public static String reasonOf(Throwable cause) {
    String message = cause.getMessage();
    Throwable below = cause.getCause();
    String words =
        message == null || message.isBlank() ? cause.getClass().getSimpleName() : message;
    return below != null && below != cause && below.getMessage() != null
        ? words + " (" + below.getMessage() + ")"
        : words;
  }

  private void log(String kind, String format, Object... values) {
    if (said.add(kind)) {
      LOG.warn(format, values);
    } else {
      LOG.debug(format, values);
    }
  }

  private void guarded(Runnable work) {
    if (reporting.get()) {
      return;
    }
    reporting.set(true);
    try {
      work.run();
    } catch (Throwable e) {
      // The host's listener or log failed. It is the host's to know; here nobody could be told.
    } finally {
      reporting.remove();
    }
  }
}
