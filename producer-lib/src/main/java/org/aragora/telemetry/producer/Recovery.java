package org.aragora.telemetry.producer;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.aragora.telemetry.producer.lane.KafkaLink;
import org.aragora.telemetry.producer.lane.Lane;
import org.aragora.telemetry.producer.lane.Outcome;
import org.aragora.telemetry.producer.spool.Spool;

/** Sends what earlier runs have left in the spool, each run's events under its own epoch. */
final class Recovery {
  private final Spool spool;
  private final KafkaLink link;
  private final FailureReport report;
  private final LongAdder recovered = new LongAdder();
  private final List<Run> runs = new ArrayList<>();
  private boolean closed;

  private record Run(List<Lane> lanes, AutoCloseable directory) {}

  Recovery(Spool spool, KafkaLink link, FailureReport report) {
    this.spool = spool;
    this.link = link;
    this.report = report;
  }

  /** Events of earlier runs that are acknowledged. */
  long recovered() {
    return recovered.sum();
  }

  /** Takes up runs whose process is gone, and finishes with those that are sent. */
  synchronized void poll() {
    if (closed) {
      return;
    }
    try {
      for (Spool.Left left : spool.adopt()) {
        List<Lane> lanes = new ArrayList<>();
        left.topics()
            .forEach(
                (topic, outbox) ->
                    lanes.add(Lane.create(topic, left.epoch(), outbox, link, new Outcomes(topic))));
        lanes.forEach(Lane::start);
        runs.add(new Run(lanes, left.directory()));
      }
      List<Run> sent = runs.stream().filter(Recovery::isSent).toList();
      sent.forEach(this::finish);
      runs.removeAll(sent);
    } catch (IOException | RuntimeException e) {
      report.note("What earlier runs have left cannot be read: " + FailureReport.reasonOf(e));
    }
  }

  private static boolean isSent(Run run) {
    try {
      for (Lane lane : run.lanes()) {
        if (!lane.awaitEnd(0)) {
          return false;
        }
      }
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Stops sending. What is not sent stays for another run. */
  synchronized void stop() {
    closed = true;
    runs.forEach(run -> run.lanes().forEach(Lane::abandon));
  }

  /** Leaves the directories, when the Kafka client has stopped. */
  synchronized void close() {
    runs.forEach(this::finish);
    runs.clear();
  }

  private void finish(Run run) {
    run.lanes().forEach(lane -> Pipeline.sweep(lane, report));
    try {
      run.directory().close();
    } catch (Exception e) {
      report.note("The spool of an earlier run stays: " + FailureReport.reasonOf(e));
    }
  }

  /** The account of this run is not touched: its events are those of another. */
  private final class Outcomes implements Outcome {
    private final String topic;

    Outcomes(String topic) {
      this.topic = topic;
    }

    @Override
    public void acknowledged() {
      recovered.increment();
    }

    @Override
    public void lost(long count, Throwable cause) {
      report.dropped(
          topic,
          DropReason.UNDELIVERED,
          count,
          "The broker did not take the event of an earlier run: " + FailureReport.reasonOf(cause));
    }

    @Override
    public void retrying(Throwable cause) {
      report.sendFailed(topic, cause);
    }
  }
}
