package org.aragora.telemetry.doctor.stack;

import java.util.Map;
import java.util.TreeMap;
import org.aragora.telemetry.testbed.service.MetricsPage;

/**
 * Counters of Alertmanager's requests to the outside.
 *
 * @param requests per integration, requests made
 * @param failed per integration, requests that failed
 */
public record Notifications(Map<String, Double> requests, Map<String, Double> failed) {
  public static final String PAGERDUTY = "pagerduty";
  public static final String SLACK = "slack";
  private static final String REQUESTS = "alertmanager_notification_requests_total";
  private static final String FAILED = "alertmanager_notification_requests_failed_total";

  /** The counts now. */
  public static Notifications read(HttpTarget alertmanager)
      throws NoAnswerException, InterruptedException {
    MetricsPage page = MetricsPage.parse(alertmanager.text("/metrics"));
    Map<String, Double> requests = new TreeMap<>();
    Map<String, Double> failed = new TreeMap<>();
    for (String integration : new String[] {PAGERDUTY, SLACK}) {
      requests.put(integration, page.sum(REQUESTS, Map.of("integration", integration)).orElse(0));
      failed.put(integration, page.sum(FAILED, Map.of("integration", integration)).orElse(0));
    }
    return new Notifications(requests, failed);
  }

  /** Difference to earlier counts. */
  public Notifications since(Notifications before) {
    return new Notifications(
        difference(requests, before.requests), difference(failed, before.failed));
  }

  /** Returns true if every integration had a request. */
  public boolean isOfAll() {
    return requests.values().stream().allMatch(count -> count > 0);
  }

  private static Map<String, Double> difference(Map<String, Double> now, Map<String, Double> then) {
    Map<String, Double> grown = new TreeMap<>();
    now.forEach(
        (integration, count) ->
            grown.put(integration, count - then.getOrDefault(integration, 0.0)));
    return grown;
  }
}
