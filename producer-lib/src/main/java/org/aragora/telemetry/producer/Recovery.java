package org.aragora.telemetry.producer;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.aragora.telemetry.producer.lane.Outcome;
import org.aragora.telemetry.producer.lane.ProducerHandle;
import org.aragora.telemetry.producer.lane.TopicSender;
import org.aragora.telemetry.producer.report.DropReason;
import org.aragora.telemetry.producer.report.FailureReport;
import org.aragora.telemetry.producer.report.TopicAccount;
import org.aragora.telemetry.producer.spool.Spool;

/** Sends the events that earlier runs have left in the spool, each under the epoch of its run. */
final class Recovery {
  private final Spool spool;
  private final ProducerHandle handle;
  private final FailureReport report;
  private final Map<String, TopicAccount> accounts;
  private final LongAdder recovered = new LongAdder();
  private final LongAdder damaged = new LongAdder();
  private final List<Run> runs = new ArrayList<>();
  private boolean closed;

  private record Run(List<TopicSender> senders, AutoCloseable directory) {}

  /**
   * A recovery that has found nothing yet.
   *
   * @param accounts of this run, by topic; what earlier runs lose goes into its heartbeats
   */
  Recovery(
      Spool spool,
      ProducerHandle handle,
      FailureReport report,
      Map<String, TopicAccount> accounts) {
    this.accounts = accounts;
    this.spool = spool;
    this.handle = handle;
    this.report = report;
  }

  /** Events of earlier runs that are acknowledged. */
  long recovered() {
    return recovered.sum();
  }

  /** Events of earlier runs that are unreadable. */
  long damaged() {
    return damaged.sum();
  }

  /** Takes up runs whose process is gone, and finishes with those that are sent. */
  synchronized void poll() {
    if (closed) {
      return;
    }
    try {
      for (Spool.Left left : spool.adopt()) {
        List<TopicSender> senders = new ArrayList<>();
        left.topics()
            .forEach(
                (topic, queue) ->
                    senders.add(
                        TopicSender.create(
                            topic, left.epoch(), queue, handle, new Outcomes(topic))));
        senders.forEach(TopicSender::start);
        runs.add(new Run(senders, left.directory()));
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
      for (TopicSender sender : run.senders()) {
        if (!sender.awaitEnd(0)) {
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
    runs.forEach(run -> run.senders().forEach(TopicSender::abandon));
  }

  /** Leaves the directories, when the Kafka client has stopped. */
  synchronized void close() {
    runs.forEach(this::finish);
    runs.clear();
  }

  private void finish(Run run) {
    run.senders().forEach(sender -> sweep(sender, report));
    try {
      run.directory().close();
    } catch (Exception e) {
      report.note("The spool of an earlier run stays: " + FailureReport.reasonOf(e));
    }
  }

  /** Ends a sender whose Kafka client is closed, or which has nothing left. */
  static void sweep(TopicSender sender, FailureReport report) {
    boolean interrupted = Thread.interrupted();
    try {
      sender.awaitEnd(TimeUnit.SECONDS.toNanos(1));
      sender.sweep(new IllegalStateException("the producer was closed before"));
    } catch (InterruptedException e) {
      interrupted = true;
    } catch (IOException | RuntimeException e) {
      report.note("The queue of the telemetry did not close: " + FailureReport.reasonOf(e));
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
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
      drop(
          DropReason.UNDELIVERED,
          count,
          "The broker did not take the event of an earlier run: " + FailureReport.reasonOf(cause));
    }

    @Override
    public void damaged(long count) {
      damaged.add(count);
      drop(DropReason.DAMAGED, count, FailureReport.UNREADABLE);
    }

    private void drop(DropReason reason, long count, String message) {
      TopicAccount account = accounts.get(topic);
      if (account != null) {
        account.inherited(count);
      }
      report.dropped(topic, reason, count, message);
    }

    @Override
    public void retrying(Throwable cause) {
      report.sendFailed(topic, cause);
    }
  }
}
