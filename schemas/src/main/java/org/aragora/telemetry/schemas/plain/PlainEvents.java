package org.aragora.telemetry.schemas.plain;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.aragora.telemetry.schemas.envelope.Event;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.jspecify.annotations.Nullable;

/**
 * Reads valid events that are written plainly: strict JSON without escapes, with numbers that a
 * long holds, without objects or mixed arrays in the data. Field order, white space and unknown
 * scalar fields are free. It allocates little but the event.
 *
 * <p>Serves all threads: each call borrows a reader, which one thread has at a time. Idle readers
 * are bounded by their places, whatever the number of threads; nothing stays behind in a thread.
 */
public final class PlainEvents {
  private static final int PLACES = 64;
  private static final int TRIES = 4;

  private final AtomicReferenceArray<@Nullable PlainReader> idle =
      new AtomicReferenceArray<>(PLACES);

  /**
   * Reads a value in structured mode. It keeps the array, which must not change.
   *
   * @return null if the value is not a valid event of the topic or not plain: the full reader
   *     decides
   */
  public @Nullable Event read(InputTopic topic, byte[] value, long appendTimeMs) {
    int home = (int) (Thread.currentThread().getId() % PLACES);
    PlainReader reader = borrow(home);
    Event event = reader.read(topic, value, appendTimeMs);
    giveBack(home, reader);
    return event;
  }

  private PlainReader borrow(int home) {
    for (int i = 0; i < TRIES; i++) {
      PlainReader reader = idle.getAndSet((home + i) % PLACES, null);
      if (reader != null) {
        return reader;
      }
    }
    return new PlainReader();
  }

  private void giveBack(int home, PlainReader reader) {
    for (int i = 0; i < TRIES; i++) {
      if (idle.compareAndSet((home + i) % PLACES, null, reader)) {
        return;
      }
    }
  }
}
