package org.aragora.telemetry.exporter.loop;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.aragora.telemetry.exporter.backend.Answer;
import org.aragora.telemetry.exporter.deadletter.DeadLetterTopic;
import org.aragora.telemetry.exporter.partition.PendingRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes dead letters and retries until Kafka has stored them. Owned by the loop's thread. */
final class DeadLetterWriter<P> {

  private static final Logger LOG = LoggerFactory.getLogger(DeadLetterWriter.class);

  /** Dead letters that are logged one by one; of later ones only every hundredth. */
  private static final int ALWAYS_LOGGED = 100;

  private final LoopContext context;
  private final Consumer<PendingRecord<P>> onWritten;
  private final Consumer<PendingRecord<P>> onLost;
  private final RetryQueue<DeadLetter<P>> retries;
  private long written;

  private record DeadLetter<P>(
      PendingRecord<P> record,
      Answer.Reason reason,
      String message,
      DeadLetterTopic.Cut cut,
      int attempts) {

    DeadLetter<P> again() {
      return new DeadLetter<>(record, reason, message, cut, attempts + 1);
    }

    DeadLetter<P> smaller() {
      return new DeadLetter<>(record, reason, message, cut.next(), attempts);
    }
  }

  /**
   * @param onWritten called when Kafka has stored the record's dead letter
   * @param onLost called if the record's partition was lost before
   */
  DeadLetterWriter(
      LoopContext context,
      Consumer<PendingRecord<P>> onWritten,
      Consumer<PendingRecord<P>> onLost) {
    this.context = context;
    this.onWritten = onWritten;
    this.onLost = onLost;
    retries = new RetryQueue<>(Backoff.of(context.settings()), context.time().nanos());
  }

  void deadLetter(PendingRecord<P> record, Answer.Reason reason, String message) {
    write(new DeadLetter<>(record, reason, message, DeadLetterTopic.Cut.NOTHING, 1));
  }

  /** Retries what is due. */
  void retryDue() {
    DeadLetter<P> due;
    while ((due = retries.pollDue()) != null) {
      write(due.again());
    }
  }

  @SuppressWarnings("FutureReturnValueIgnored") // the result arrives as an event
  private void write(DeadLetter<P> letter) {
    PendingRecord<P> record = letter.record();
    if (!record.isLive()) {
      onLost.accept(record);
      return;
    }
    record.offsets().onSent();
    context
        .clients()
        .deadLetters()
        .deadLetter(
            record.origin(),
            record.start(),
            new DeadLetterTopic.Cause(letter.reason().label(), letter.message()),
            letter.cut())
        .whenComplete((done, failure) -> context.events().add(() -> onResult(letter, failure)));
  }

  private void onResult(DeadLetter<P> letter, @Nullable Throwable failure) {
    PendingRecord<P> record = letter.record();
    record.offsets().onAnswer();
    if (!record.isLive()) {
      onLost.accept(record);
    } else if (failure == null) {
      context.metrics().deadLettered(record.offsets().partition(), letter.reason());
      log(letter);
      onWritten.accept(record);
    } else if (isTooLarge(failure) && letter.cut() != letter.cut().next()) {
      write(letter.smaller());
    } else {
      context.metrics().retried("dead_letter");
      context.health().onFailure("The dead letter could not be written: " + failure);
      retries.add(letter, letter.attempts(), Duration.ZERO);
    }
  }

  private static boolean isTooLarge(Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    return cause instanceof RecordTooLargeException;
  }

  private void log(DeadLetter<P> letter) {
    written++;
    if (written <= ALWAYS_LOGGED || written % ALWAYS_LOGGED == 0) {
      LOG.warn(
          "Record {}-{}@{} is a dead letter ({}), number {} of this process: {}",
          letter.record().origin().topic(),
          letter.record().origin().partition(),
          letter.record().origin().offset(),
          letter.reason().label(),
          written,
          letter.message());
    }
  }

  /** Drops the records of lost partitions. */
  void dropLost() {
    retries.forEach(
        letter -> {
          if (!letter.record().isLive()) {
            onLost.accept(letter.record());
          }
        });
    retries.removeIf(letter -> !letter.record().isLive());
  }

  /** Adds the partitions whose dead letters wait for their next attempt. */
  void addWaiting(Set<TopicPartition> partitions) {
    retries.forEach(letter -> partitions.add(letter.record().offsets().partition()));
  }

  /** Dead letters that wait for their next attempt. */
  int waiting() {
    return retries.size();
  }

  long nanosToNext(long limit) {
    return retries.nanosToNext(limit);
  }
}
