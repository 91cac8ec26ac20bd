package org.aragora.telemetry.exporter.logs;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import org.aragora.telemetry.exporter.core.Answer;
import org.aragora.telemetry.exporter.core.Backend;
import org.aragora.telemetry.exporter.core.HttpAnswers;
import org.aragora.telemetry.exporter.core.HttpPush;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Loki's push API: JSON, gzip, entries grouped by stream and in order of time. */
final class LokiBackend implements Backend<LogEntry> {

  private static final Logger LOG = LoggerFactory.getLogger(LokiBackend.class);

  private final JsonFactory json = new JsonFactory();
  private final HttpPush push;
  private final String app;
  private final String namespace;
  private final boolean structuredMetadata;
  private final Clock clock;

  LokiBackend(
      HttpPush push, String app, String namespace, boolean structuredMetadata, Clock clock) {
    this.push = push;
    this.app = app;
    this.namespace = namespace;
    this.structuredMetadata = structuredMetadata;
    this.clock = clock;
  }

  @Override
  public CompletionStage<Answer<LogEntry>> send(List<LogEntry> entries) {
    Map<LogEntry, RuntimeException> unwritten = write(entries);
    if (!unwritten.isEmpty()) {
      return CompletableFuture.completedStage(
          new Answer.Refused<>(
              Answer.UNCONVERTIBLE,
              String.valueOf(unwritten.values().iterator().next()),
              unwritten::containsKey));
    }
    byte[] body;
    try {
      body = encode(entries);
    } catch (IOException inMemory) {
      throw new IllegalStateException("Encoding to memory failed.", inMemory);
    }
    return push.post(body, "Content-Type", "application/json", "Content-Encoding", "gzip")
        .handle(this::answer);
  }

  /** Writes every line; gives back those that cannot be, which nothing is to be sent of. */
  private static Map<LogEntry, RuntimeException> write(List<LogEntry> entries) {
    Map<LogEntry, RuntimeException> unwritten = new HashMap<>();
    for (LogEntry entry : entries) {
      try {
        entry.utf8();
      } catch (RuntimeException defect) {
        LOG.error("A line of {} could not be written.", entry.stream(), defect);
        unwritten.put(entry, defect);
      }
    }
    return unwritten;
  }

  private Answer<LogEntry> answer(
      HttpPush.@Nullable Response response, @Nullable Throwable failure) {
    if (response != null) {
      return LokiAnswers.of(push.uri(), response, clock.instant());
    }
    return HttpAnswers.of(
        push.uri(), failure == null ? new IOException("neither answer nor failure") : failure);
  }

  private byte[] encode(List<LogEntry> entries) throws IOException {
    Map<LogEntry.Stream, List<LogEntry>> streams = new LinkedHashMap<>();
    for (LogEntry entry : entries) {
      streams.computeIfAbsent(entry.stream(), stream -> new ArrayList<>()).add(entry);
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(16 * 1024);
    try (OutputStream zipped = new FastGzip(bytes);
        JsonGenerator out = json.createGenerator(zipped)) {
      out.writeStartObject();
      out.writeArrayFieldStart("streams");
      for (Map.Entry<LogEntry.Stream, List<LogEntry>> stream : streams.entrySet()) {
        write(out, stream.getKey(), stream.getValue());
      }
      out.writeEndArray();
      out.writeEndObject();
    }
    return bytes.toByteArray();
  }

  private void write(JsonGenerator out, LogEntry.Stream stream, List<LogEntry> entries)
      throws IOException {
    entries.sort(Comparator.comparingLong(LogEntry::nanos));
    out.writeStartObject();
    out.writeObjectFieldStart("stream");
    out.writeStringField("app", app);
    out.writeStringField("namespace", namespace);
    out.writeStringField("level", stream.level());
    out.writeStringField("instance", stream.instance());
    out.writeStringField("topic", stream.topic());
    out.writeEndObject();
    out.writeArrayFieldStart("values");
    for (LogEntry entry : entries) {
      out.writeStartArray();
      out.writeString(Long.toString(entry.nanos()));
      byte[] line = entry.utf8();
      out.writeUTF8String(line, 0, line.length);
      if (structuredMetadata) {
        writeMetadata(out, entry);
      }
      out.writeEndArray();
    }
    out.writeEndArray();
    out.writeEndObject();
  }

  private static void writeMetadata(JsonGenerator out, LogEntry entry) throws IOException {
    out.writeStartObject();
    out.writeStringField("trace_id", entry.traceId());
    if (entry.requestId() != null) {
      out.writeStringField("request_id", entry.requestId());
    }
    if (entry.userId() != null) {
      out.writeStringField("user_id", entry.userId());
    }
    out.writeEndObject();
  }

  @Override
  public void close() {
    push.close();
  }

  /** Lines repeat so much that the fastest level already takes most of it. */
  private static final class FastGzip extends GZIPOutputStream {
    FastGzip(OutputStream out) throws IOException {
      super(out, 8 * 1024);
      def.setLevel(Deflater.BEST_SPEED);
    }
  }
}
