package org.aragora.telemetry.doctor;

import java.net.InetAddress;
import java.net.http.HttpClient;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.aragora.telemetry.doctor.checks.AlertingChecks;
import org.aragora.telemetry.doctor.checks.Check;
import org.aragora.telemetry.doctor.checks.Finding;
import org.aragora.telemetry.doctor.checks.LoggingChecks;
import org.aragora.telemetry.doctor.checks.MetricsChecks;
import org.aragora.telemetry.doctor.checks.TestAlerts;
import org.aragora.telemetry.doctor.checks.TracingChecks;
import org.aragora.telemetry.doctor.checks.Verdict;
import org.aragora.telemetry.doctor.stack.HttpTarget;
import org.aragora.telemetry.doctor.stack.LogTopic;
import org.aragora.telemetry.doctor.stack.LokiLines;
import org.aragora.telemetry.doctor.stack.NoAnswerException;
import org.aragora.telemetry.doctor.stack.ProcessorLogin;
import org.aragora.telemetry.doctor.stack.Replicas;
import org.jspecify.annotations.Nullable;

/** Checks all lines of the checklist at the same time. */
final class Doctor {

  /** A line and its finding. */
  record Result(Check check, Finding finding) {}

  private final List<Check> checks;

  private Doctor(List<Check> checks) {
    this.checks = List.copyOf(checks);
  }

  /**
   * Prepares all checks of a stack.
   *
   * @param login credentials for the processor
   * @param bound time limit of each line
   * @param alertWait time limit of the notifications of test alerts; null: send none
   */
  static Doctor of(
      DoctorSettings at,
      ProcessorLogin login,
      Duration bound,
      @Nullable Duration alertWait,
      Clock clock) {
    Duration timeout =
        bound.dividedBy(2); // so that a program that does not answer is named before the bound
    HttpClient http = client(timeout).build();
    HttpTarget processor =
        new HttpTarget(
            at.processor().with(login.headers()), login.client(client(timeout)), timeout);
    HttpTarget prometheus = new HttpTarget(at.prometheus(), http, timeout);
    HttpTarget alertmanager = new HttpTarget(at.alertmanager(), http, timeout);
    LokiLines lines = new LokiLines(new HttpTarget(at.loki(), http, timeout), at.app(), clock);
    MetricsChecks metrics =
        new MetricsChecks(
            new Replicas(processor, InetAddress::getAllByName),
            prometheus,
            new HttpTarget(at.grafana(), http, timeout));
    LoggingChecks logging =
        new LoggingChecks(
            new LogTopic(at.kafka(), at.topicPrefix(), timeout), lines, at.lowestLevel());
    TracingChecks tracing =
        new TracingChecks(
            new HttpTarget(at.jaeger(), http, timeout), prometheus, lines, at.tracing(), clock);
    TestAlerts test = alertWait == null ? null : new TestAlerts(alertmanager, alertWait, clock);
    AlertingChecks alerting = new AlertingChecks(prometheus, alertmanager, test);
    Duration withAlerts = alertWait == null ? bound : bound.plus(alertWait);
    Section metric = new Section("Metrics", bound);
    Section log = new Section("Logging", bound);
    Section trace = new Section("Tracing", bound);
    Section alert = new Section("Alerting", bound);
    Section notice = new Section("Alerting", withAlerts);
    return new Doctor(
        List.of(
            metric.must("/metrics endpoint returns Prometheus format", metrics::format),
            metric.must("Key business metrics are exposed", metrics::keyMetricsExposed),
            metric.must("Prometheus scraping successfully", metrics::targetsUp),
            metric.must("Grafana dashboards load correctly", metrics::dashboardsLoad),
            log.may("Logs in JSON format", logging::jsonFormat),
            log.may("Trace IDs propagated", logging::traceIdsPropagated),
            log.may("Log levels appropriate", logging::levelsAppropriate),
            log.must("Loki ingesting logs", logging::lokiIngesting),
            trace.must("Spans created for key operations", tracing::keySpans),
            trace.may("Trace IDs in logs match Jaeger", tracing::idsMatch),
            trace.may("Sampling rate configured", tracing::samplingConfigured),
            trace.must("Service map visible in Jaeger", tracing::serviceMap),
            alert.must("Alert rules loaded in Prometheus", alerting::rulesLoaded),
            notice.must("Test alerts fire correctly", alerting::alertsFire),
            notice.may("PagerDuty integration working", alerting::pagerDuty),
            notice.may("Slack notifications arriving", alerting::slack)));
  }

  private static HttpClient.Builder client(Duration timeout) {
    return HttpClient.newBuilder().connectTimeout(timeout).version(HttpClient.Version.HTTP_1_1);
  }

  /** Section of the checklist with the time limit of its lines. */
  private record Section(String name, Duration bound) {

    /** A line about the program that it asks: without an answer it fails. */
    Check must(String line, Check.Probe probe) {
      return new Check(name, line, Verdict.FAIL, bound, probe);
    }

    /** A line about another subject: without an answer it cannot be judged. */
    Check may(String line, Check.Probe probe) {
      return new Check(name, line, Verdict.CANNOT_TELL, bound, probe);
    }
  }

  /** The findings, in the order of the checklist. */
  List<Result> examine() throws InterruptedException {
    ExecutorService probes =
        Executors.newCachedThreadPool(
            task -> {
              Thread thread = new Thread(task, "doctor");
              thread.setDaemon(true); // one that hangs must not keep the command
              return thread;
            });
    try {
      List<Future<Finding>> running = new ArrayList<>();
      for (Check check : checks) {
        running.add(probes.submit(() -> probe(check)));
      }
      long start = System.nanoTime();
      List<Result> results = new ArrayList<>();
      for (int i = 0; i < checks.size(); i++) {
        results.add(new Result(checks.get(i), await(checks.get(i), running.get(i), start)));
      }
      return results;
    } finally {
      probes.shutdownNow();
    }
  }

  private static Finding probe(Check check) throws InterruptedException {
    try {
      return check.probe().find();
    } catch (NoAnswerException e) {
      return new Finding(check.whenAway(), String.valueOf(e.getMessage()), e.remedy());
    }
  }

  private static Finding await(Check check, Future<Finding> running, long start)
      throws InterruptedException {
    long left = check.bound().toNanos() - (System.nanoTime() - start);
    try {
      return running.get(Math.max(left, 0), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      return new Finding(
          check.whenAway(),
          "No answer within " + check.bound().toSeconds() + " s.",
          "The program may be overloaded; --timeout gives it longer.");
    } catch (ExecutionException e) {
      throw new IllegalStateException(
          "The check \"" + check.line() + "\" is broken.", e.getCause());
    }
  }
}
