package org.aragora.telemetry.doctor.checks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.aragora.telemetry.doctor.stack.HttpTarget;
import org.aragora.telemetry.doctor.stack.Memoized;
import org.aragora.telemetry.doctor.stack.NoAnswerException;
import org.aragora.telemetry.doctor.stack.Notifications;

/**
 * One alert of either severity, sent to Alertmanager and ended again, and what became of them. They
 * are sent once, for the first caller; the others wait for the same outcome.
 */
public final class TestAlerts {
  static final String NAME = "AragoraTestAlert";
  private static final Duration MARGIN = Duration.ofMinutes(1);
  private static final List<String> SEVERITIES = List.of("critical", "warning");

  /**
   * Outcome of the alerts.
   *
   * @param receivers per severity, the receivers that Alertmanager chose
   * @param since counters of the requests made since
   */
  record Outcome(Map<String, String> receivers, Notifications since) {}

  private final HttpTarget alertmanager;
  private final Duration wait;
  private final Clock clock;
  private final Memoized<Outcome> outcome = new Memoized<>(this::send);

  /** {@code wait}: how long to wait for notifications; at least the route's group_wait. */
  public TestAlerts(HttpTarget alertmanager, Duration wait, Clock clock) {
    this.alertmanager = alertmanager;
    this.wait = wait;
    this.clock = clock;
  }

  /** Sends them if that was not done yet, and waits. */
  Outcome outcome() throws NoAnswerException, InterruptedException {
    return outcome.get();
  }

  private Outcome send() throws NoAnswerException, InterruptedException {
    Notifications before = Notifications.read(alertmanager);
    Instant start = clock.instant();
    // An end of their own, so that a short resolve_timeout does not end them before they were seen.
    alertmanager.post("/api/v2/alerts", alerts(start, start.plus(wait).plus(MARGIN)));
    try {
      long deadline = System.nanoTime() + wait.toNanos();
      Map<String, String> receivers = receivers();
      Notifications grown = Notifications.read(alertmanager).since(before);
      while ((receivers.size() < SEVERITIES.size() || !grown.isOfAll())
          && System.nanoTime() < deadline) {
        TimeUnit.MILLISECONDS.sleep(200);
        receivers.putAll(receivers());
        grown = Notifications.read(alertmanager).since(before);
      }
      return new Outcome(receivers, grown);
    } finally {
      alertmanager.post("/api/v2/alerts", alerts(start, clock.instant()));
    }
  }

  private Map<String, String> receivers() throws NoAnswerException, InterruptedException {
    Map<String, String> chosen = new TreeMap<>();
    for (JsonNode alert : alertmanager.json("/api/v2/alerts?filter=alertname%3D" + NAME)) {
      chosen.put(
          alert.path("labels").path("severity").asText(),
          alert.path("receivers").path(0).path("name").asText());
    }
    return chosen;
  }

  private static ArrayNode alerts(Instant start, Instant end) {
    ArrayNode alerts = JsonNodeFactory.instance.arrayNode();
    for (String severity : SEVERITIES) {
      ObjectNode alert =
          alerts.addObject().put("startsAt", start.toString()).put("endsAt", end.toString());
      alert.putObject("labels").put("alertname", NAME).put("severity", severity);
      alert
          .putObject("annotations")
          .put("summary", "Test alert of bin/telemetry doctor, nothing is wrong")
          .put("description", "Sent by hand to test if alerts arrive. It ends on its own.");
    }
    return alerts;
  }
}
