package org.aragora.telemetry.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.aragora.telemetry.doctor.checks.AlertingChecks;
import org.aragora.telemetry.doctor.checks.TestAlerts;
import org.aragora.telemetry.doctor.checks.Verdict;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AlertingChecksTest {
  private static final List<String> NAMES =
      List.of(
          "AragoraDown",
          "HighErrorRate",
          "HighLatency",
          "DebateTimeouts",
          "LowConsensusRate",
          "Watchdog");
  private static final String ALERTS =
      """
      [{"labels":{"alertname":"AragoraTestAlert","severity":"critical"},"receivers":[{"name":"pagerduty-critical"}]},
       {"labels":{"alertname":"AragoraTestAlert","severity":"warning"},"receivers":[{"name":"slack-warnings"}]}]
      """;

  private final Stand prometheus = Stand.start();
  private final Stand alertmanager = Stand.start();
  private final AlertingChecks untested =
      new AlertingChecks(prometheus.site(), alertmanager.site(), null);
  private final AlertingChecks tested =
      new AlertingChecks(
          prometheus.site(),
          alertmanager.site(),
          new TestAlerts(alertmanager.site(), Duration.ofSeconds(1), Clock.systemUTC()));

  @AfterEach
  void close() {
    prometheus.close();
    alertmanager.close();
  }

  @Test
  void loadedRulesPass() throws Exception {
    prometheus.json("/api/v1/rules", rules(NAMES.stream(), "ok"));

    assertThat(untested.rulesLoaded().verdict()).isEqualTo(Verdict.PASS);
  }

  @Test
  void missingRuleIsNamed() throws Exception {
    prometheus.json("/api/v1/rules", rules(NAMES.stream().skip(1), "ok"));

    assertThat(untested.rulesLoaded().verdict()).isEqualTo(Verdict.FAIL);
    assertThat(untested.rulesLoaded().seen()).contains("[AragoraDown]");
  }

  @Test
  void ruleThatCannotBeEvaluatedFails() throws Exception {
    prometheus.json("/api/v1/rules", rules(NAMES.stream(), "err"));

    assertThat(untested.rulesLoaded().verdict()).isEqualTo(Verdict.FAIL);
    assertThat(untested.rulesLoaded().seen()).contains("HighLatency: many-to-many");
  }

  @Test
  void watchdogInAlertmanagerPasses() throws Exception {
    connected("[{\"labels\":{\"alertname\":\"Watchdog\"}}]");

    assertThat(untested.alertsFire().verdict()).isEqualTo(Verdict.PASS);
    assertThat(alertmanager.posted()).isEmpty();
  }

  @Test
  void watchdogThatDoesNotArriveFails() throws Exception {
    connected("[]");

    assertThat(untested.alertsFire().verdict()).isEqualTo(Verdict.FAIL);
  }

  @Test
  void prometheusWithoutAlertmanagerFails() throws Exception {
    connected("[{\"labels\":{\"alertname\":\"Watchdog\"}}]");
    prometheus.json("/api/v1/alertmanagers", "{\"data\":{\"activeAlertmanagers\":[]}}");

    assertThat(untested.alertsFire().verdict()).isEqualTo(Verdict.FAIL);
  }

  @Test
  void nothingSentYetCannotBeTold() throws Exception {
    connected("[]");
    counts(0, 0, 0, 0);

    assertThat(untested.pagerDuty().verdict()).isEqualTo(Verdict.CANNOT_TELL);
    assertThat(untested.pagerDuty().remedy()).contains("--send-test-alert");
    assertThat(alertmanager.posted()).isEmpty();
  }

  @Test
  void earlierNotificationsTell() throws Exception {
    connected("[]");
    counts(5, 1, 3, 3);

    assertThat(untested.pagerDuty().verdict()).isEqualTo(Verdict.PASS);
    assertThat(untested.pagerDuty().seen()).isEqualTo("PagerDuty accepted 4 of 5 requests.");
    assertThat(untested.slack().verdict()).isEqualTo(Verdict.FAIL);
    assertThat(untested.slack().remedy()).contains("SLACK_WEBHOOK_URL");
  }

  @Test
  void alertmanagerWithoutReceiverFails() throws Exception {
    connected("[]");
    alertmanager.json("/api/v2/status", "{\"config\":{\"original\":\"slack_configs:\"}}");

    assertThat(untested.pagerDuty().verdict()).isEqualTo(Verdict.FAIL);
    assertThat(untested.pagerDuty().seen()).contains("no receiver for PagerDuty");
  }

  @Test
  void testAlertsAreSentOnceAndEndAgain() throws Exception {
    connected(ALERTS);
    countsGrowWithTheFirstPost(0);

    assertThat(tested.alertsFire().verdict()).isEqualTo(Verdict.PASS);
    assertThat(tested.alertsFire().seen())
        .contains("critical=pagerduty-critical", "warning=slack-warnings");
    assertThat(tested.pagerDuty().seen()).isEqualTo("PagerDuty accepted 1 of 1 requests.");
    assertThat(tested.slack().verdict()).isEqualTo(Verdict.PASS);
    assertThat(alertmanager.posted()).hasSize(2);
    assertThat(alertmanager.posted())
        .allSatisfy(body -> assertThat(body).contains("AragoraTestAlert"));
    assertThat(ends(0)).isAfter(ends(1).plusSeconds(30));
  }

  @Test
  void refusedTestAlertFails() throws Exception {
    connected(ALERTS);
    countsGrowWithTheFirstPost(1);

    assertThat(tested.pagerDuty().verdict()).isEqualTo(Verdict.FAIL);
    assertThat(tested.pagerDuty().seen()).isEqualTo("PagerDuty accepted 0 of 1 requests.");
  }

  @Test
  void testAlertThatIsNotNotifiedFailsAndEnds() throws Exception {
    connected(ALERTS);
    counts(7, 0, 7, 0);

    assertThat(tested.slack().verdict()).isEqualTo(Verdict.FAIL);
    assertThat(tested.slack().seen()).contains("did not notify Slack");
    assertThat(alertmanager.posted()).hasSize(2);
  }

  private Instant ends(int post) {
    Matcher end =
        Pattern.compile("\"endsAt\":\"([^\"]+)\"").matcher(alertmanager.posted().get(post));
    assertThat(end.find()).isTrue();
    return Instant.parse(end.group(1));
  }

  private void connected(String alerts) {
    prometheus.json(
        "/api/v1/alertmanagers", "{\"data\":{\"activeAlertmanagers\":[{\"url\":\"http://a\"}]}}");
    alertmanager
        .json("/api/v2/alerts", alerts)
        .json(
            "/api/v2/status", "{\"config\":{\"original\":\"pagerduty_configs: slack_configs:\"}}");
  }

  private void counts(int pages, int failedPages, int posts, int failedPosts) {
    alertmanager.text("/metrics", page(pages, failedPages, posts, failedPosts));
  }

  private void countsGrowWithTheFirstPost(int failed) {
    alertmanager.answer(
        "/metrics",
        () -> {
          int sent = alertmanager.posted().isEmpty() ? 0 : 1;
          return new Stand.Answer(
              200, "text/plain", page(9 + sent, sent * failed, 4 + sent, sent * failed));
        });
  }

  private static String page(int pages, int failedPages, int posts, int failedPosts) {
    return """
        alertmanager_notification_requests_total{integration="email"} 100
        alertmanager_notification_requests_total{integration="pagerduty"} %d
        alertmanager_notification_requests_failed_total{integration="pagerduty"} %d
        alertmanager_notification_requests_total{integration="slack"} %d
        alertmanager_notification_requests_failed_total{integration="slack"} %d
        """
        .formatted(pages, failedPages, posts, failedPosts);
  }

  private static String rules(Stream<String> names, String health) {
    return names
        .map(
            name ->
                "{\"name\":\"%s\",\"health\":\"%s\",\"lastError\":\"many-to-many\"}"
                    .formatted(name, health))
        .collect(Collectors.joining(",", "{\"data\":{\"groups\":[{\"rules\":[", "]}]}}"));
  }
}
