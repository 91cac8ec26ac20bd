package org.aragora.telemetry.producer.report;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.aragora.telemetry.producer.host.OwnWork;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reports failures to the host's listener and log: the first of each kind as a warning, later ones
 * at debug level. Failures during a report are counted only, because the host's log may lead back
 * here.
 */
public final class FailureReport {
  private static final Logger LOG =
      LoggerFactory.getLogger("org.aragora.telemetry.producer.TelemetryProducer");

  private static final int MOST_CAUSES = 10;

  /** Reason of a drop by {@link DropReason#DAMAGED}. */
  public static final String UNREADABLE = "The spool holds it no longer in readable form.";

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

  /** Describes a failure in words. */
  public static String reasonOf(Throwable cause) {
    String message = cause.getMessage();
    Throwable root = cause;
    for (int depth = 0; depth < MOST_CAUSES && root.getCause() != null; depth++) {
      root = root.getCause();
    }
    String words =
        message == null || message.isBlank() ? cause.getClass().getSimpleName() : message;
    return root != cause && root.getMessage() != null
        ? words + " (" + root.getMessage() + ")"
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
      OwnWork.run(work);
    } catch (Throwable e) {
      // The host's listener or log failed, so there is nowhere to report it.
    } finally {
      reporting.remove();
    }
  }
}
