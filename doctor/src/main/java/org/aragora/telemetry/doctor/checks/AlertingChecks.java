package org.aragora.telemetry.doctor.checks;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.aragora.telemetry.doctor.stack.HttpTarget;
import org.aragora.telemetry.doctor.stack.NoAnswerException;
import org.aragora.telemetry.doctor.stack.Notifications;
import org.jspecify.annotations.Nullable;

/** The four lines under "Alerting". */
public final class AlertingChecks {
  private static final List<String> ALERTS =
      List.of(
          "AragoraDown",
          "HighErrorRate",
          "HighLatency",
          "DebateTimeouts",
          "LowConsensusRate",
          "Watchdog");
  private static final String SEND = "Run it with --send-test-alert.";

  private final HttpTarget prometheus;
  private final HttpTarget alertmanager;
  private final @Nullable TestAlerts test;

  /** {@code test}: null if no test alerts are sent. */
  public AlertingChecks(HttpTarget prometheus, HttpTarget alertmanager, @Nullable TestAlerts test) {
    this.prometheus = prometheus;
    this.alertmanager = alertmanager;
    this.test = test;
  }

  public Finding rulesLoaded() throws NoAnswerException, InterruptedException {
    Set<String> loaded = new HashSet<>();
    List<String> broken = new ArrayList<>();
    for (JsonNode group : prometheus.json("/api/v1/rules").path("data").path("groups")) {
      for (JsonNode rule : group.path("rules")) {
        loaded.add(rule.path("name").asText());
        if (rule.path("health").asText().equals("err")) {
          broken.add(rule.path("name").asText() + ": " + rule.path("lastError").asText());
        }
      }
    }
    List<String> missing = ALERTS.stream().filter(name -> !loaded.contains(name)).toList();
    if (!missing.isEmpty()) {
      return Finding.fail(
          "Prometheus at %s has not loaded %s.".formatted(prometheus.where(), missing),
          "Mount deploy/prometheus/rules and name it in rule_files (deploy/prometheus/prometheus.yml).");
    }
    return broken.isEmpty()
        ? Finding.pass("%d rules are loaded, the guide's five among them.".formatted(loaded.size()))
        : Finding.fail(
            "Rules that Prometheus cannot evaluate: " + String.join("; ", broken) + ".",
            "Correct them; promtool check rules names the place.");
  }

  public Finding alertsFire() throws NoAnswerException, InterruptedException {
    if (prometheus
        .json("/api/v1/alertmanagers")
        .path("data")
        .path("activeAlertmanagers")
        .isEmpty()) {
      return Finding.fail(
          "Prometheus at " + prometheus.where() + " has no Alertmanager.",
          "Add alerting.alertmanagers to prometheus.yml, as deploy/prometheus has it.");
    }
    if (alertmanager.json("/api/v2/alerts?filter=alertname%3DWatchdog").isEmpty()) {
      return Finding.fail(
          "Watchdog, which always fires, has not reached Alertmanager at "
              + alertmanager.where()
              + ".",
          "See prometheus_notifications_errors_total, and whether Prometheus and this command mean"
              + " the same Alertmanager.");
    }
    String watchdog = "Watchdog, which always fires, went from Prometheus to Alertmanager";
    if (test == null) {
      return Finding.pass(watchdog + ".");
    }
    Map<String, String> receivers = test.outcome().receivers();
    return receivers.size() == 2
        ? Finding.pass(watchdog + "; the test alerts went to " + receivers + ".")
        : Finding.fail(
            "Of the two test alerts Alertmanager shows " + receivers + ".",
            "See its log and /#/silences.");
  }

  public Finding pagerDuty() throws NoAnswerException, InterruptedException {
    return notified(Notifications.PAGERDUTY, "PagerDuty", "PAGERDUTY_SERVICE_KEY");
  }

  public Finding slack() throws NoAnswerException, InterruptedException {
    return notified(Notifications.SLACK, "Slack", "SLACK_WEBHOOK_URL");
  }

  private Finding notified(String integration, String name, String variable)
      throws NoAnswerException, InterruptedException {
    String config = alertmanager.json("/api/v2/status").path("config").path("original").asText();
    if (!config.contains(integration + "_configs")) {
      return Finding.fail(
          "Alertmanager at %s has no receiver for %s.".formatted(alertmanager.where(), name),
          "Use deploy/alertmanager/alertmanager.yml.");
    }
    Notifications made = test == null ? Notifications.read(alertmanager) : test.outcome().since();
    return judged(
        name,
        variable,
        made.requests().getOrDefault(integration, 0.0),
        made.failed().getOrDefault(integration, 0.0));
  }

  private Finding judged(String name, String variable, double requests, double failed) {
    if (requests == 0) {
      return test == null
          ? Finding.cannotTell("Alertmanager has sent nothing to " + name + " yet.", SEND)
          : Finding.fail(
              "Alertmanager did not notify " + name + " of the test alert in time.",
              "See its log; --alert-wait must be over group_wait of the route (30 s).");
    }
    String seen = "%s accepted %.0f of %.0f requests.".formatted(name, requests - failed, requests);
    return failed < requests
        ? Finding.pass(seen)
        : Finding.fail(seen, "See Alertmanager's log for the answer, and set " + variable + ".");
  }
}
