package org.aragora.telemetry.quickstart;

import java.time.Duration;
import java.util.Map;
import org.aragora.telemetry.testbed.service.MetricsPage;

/** Text of the live line, with rates since the last one. Not thread-safe. */
final class Progress {

  private final long startNanos;
  private long lastNanos;
  private long lastCounted;

  Progress(long startNanos) {
    this.startNanos = startNanos;
    this.lastNanos = startNanos;
  }

  String line(Account account, ExportAccount exports, MetricsPage page) {
    long now = System.nanoTime();
    long counted = account.rows().stream().mapToLong(Account.Row::counted).sum();
    long written =
        account.rows().stream()
            .mapToLong(row -> row.emitted() + row.processor() + row.others())
            .sum();
    double perSecond = (counted - lastCounted) / ((now - lastNanos) / 1e9);
    lastNanos = now;
    lastCounted = counted;
    long behind = Math.max(0, written - account.settled());
    String catchingUp =
        behind > 2 * perSecond + 100 ? "catching up: %,d to read  ".formatted(behind) : "";
    return time(now)
        + "  "
        + catchingUp
        + "%,.0f events/s  written %,d  counted %,d  spans %,d  lines %,d  debates %,d  5xx %.1f %%"
            .formatted(
                perSecond,
                written,
                counted,
                exports.acknowledged("spans"),
                exports.acknowledged("lines"),
                page.count("aragora_active_debates", Map.of()),
                100 * page.sum("aragora_request_error_rate", Map.of("window", "5m")).orElse(0));
  }

  /** The line while the processor serves nothing; {@code reason}: why. */
  String waiting(String reason) {
    return time(System.nanoTime()) + "  the processor serves nothing yet: " + reason;
  }

  private String time(long now) {
    Duration elapsed = Duration.ofNanos(now - startNanos);
    return "%02d:%02d".formatted(elapsed.toMinutes(), elapsed.toSecondsPart());
  }
}
