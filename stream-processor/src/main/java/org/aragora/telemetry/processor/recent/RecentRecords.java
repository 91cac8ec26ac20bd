package org.aragora.telemetry.processor.recent;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The last events and dead letters. A thread reads the ends of the topics once a second while
 * somebody asks, and stops ten seconds after the last question. Thread-safe.
 */
public final class RecentRecords implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RecentRecords.class);
  private static final long WATCHED_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final int MAX_EVENTS = 100;
  private static final int MAX_DEAD_LETTERS = 20;
  private static final String BEGINNING = "the topics are being read";
  private static final JsonFactory JSON = new JsonFactory();

  private final Supplier<TopicEnds> ends;
  private final Deque<RecentRecord> events = new ArrayDeque<>();
  private final Deque<RecentRecord> deadLetters = new ArrayDeque<>();
  private volatile String json;
  private volatile boolean closed;
  private long lastAskedNanos;
  private @Nullable Thread reader;

  /** {@code ends}: opens a reader of the topics. */
  public RecentRecords(Supplier<TopicEnds> ends) {
    this.ends = ends;
    this.json = json(BEGINNING);
  }

  /** Returns the last records as JSON, as far as they are read. */
  public synchronized String json() {
    lastAskedNanos = System.nanoTime();
    if (reader == null && !closed) {
      Thread started = new Thread(this::run, "aragora-recent");
      started.setDaemon(true);
      reader = started;
      started.start();
    }
    return json;
  }

  private void run() {
    String reason = BEGINNING; // for the first answers of the next reader
    try (TopicEnds opened = ends.get()) {
      while (isWatched()) {
        opened.read().forEach(this::keep);
        json = json("");
        TimeUnit.SECONDS.sleep(1);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      LOG.debug("The last records cannot be read", e);
      reason = "the topics cannot be read: " + e.getMessage();
    } finally {
      synchronized (this) {
        reader = null; // the next question starts another one
        events.clear(); // they are not the last ones any more
        deadLetters.clear();
        json = json(reason);
      }
    }
  }

  private synchronized boolean isWatched() {
    return !closed && System.nanoTime() - lastAskedNanos < WATCHED_NANOS;
  }

  private void keep(TopicEnds.Read read) {
    Deque<RecentRecord> kept = read.isDeadLetter() ? deadLetters : events;
    kept.addFirst(read.record());
    while (kept.size() > (read.isDeadLetter() ? MAX_DEAD_LETTERS : MAX_EVENTS)) {
      kept.removeLast();
    }
  }

  private String json(String failure) {
    StringWriter text = new StringWriter();
    try (JsonGenerator out = JSON.createGenerator(text)) {
      out.writeStartObject();
      out.writeStringField("failure", failure);
      write(out, "events", List.copyOf(events));
      write(out, "deadLetters", List.copyOf(deadLetters));
      out.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("a string cannot be written", e);
    }
    return text.toString();
  }

  private static void write(JsonGenerator out, String name, List<RecentRecord> records)
      throws IOException {
    out.writeArrayFieldStart(name);
    for (RecentRecord record : records) {
      record.write(out);
    }
    out.writeEndArray();
  }

  @Override
  public void close() {
    Thread running;
    synchronized (this) {
      closed = true;
      running = reader;
    }
    if (running != null) {
      running.interrupt();
    }
  }
}
