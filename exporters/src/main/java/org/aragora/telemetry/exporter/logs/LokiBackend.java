package org.aragora.telemetry.exporter.logs;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
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
import org.aragora.telemetry.exporter.backend.Answer;
import org.aragora.telemetry.exporter.backend.Backend;
import org.aragora.telemetry.exporter.backend.StreamTime;
import org.aragora.telemetry.exporter.http.HttpAnswers;
import org.aragora.telemetry.exporter.http.HttpPush;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends lines to Loki's push API: JSON, gzip, grouped by stream and in order of time. */
final class LokiBackend implements Backend<LogEntry> {

  private static final Logger LOG = LoggerFactory.getLogger(LokiBackend.class);

  private final JsonFactory json = new JsonFactory();
  private final HttpPush push;
  private final String app;
  private final String namespace;
  private final boolean structuredMetadata;

  LokiBackend(HttpPush push, String app, String namespace, boolean structuredMetadata) {
    this.push = push;
    this.app = app;
    this.namespace = namespace;
    this.structuredMetadata = structuredMetadata;
  }

  @Override
  public CompletionStage<Answer<LogEntry>> send(List<LogEntry> entries) {
    Map<LogEntry, RuntimeException> unwritten = write(entries);
    if (!unwritten.isEmpty()) {
      return CompletableFuture.completedStage(
          new Answer.Permanent<>(
              Answer.Reason.UNCONVERTIBLE,
              String.valueOf(unwritten.values().iterator().next()),
              unwritten::containsKey));
    }
    byte[] body;
    try {
      body = encode(entries);
    } catch (IOException e) {
      throw new IllegalStateException("Encoding to memory failed.", e);
    }
    return push.post(body, "Content-Type", "application/json", "Content-Encoding", "gzip")
        .handle(this::answer);
  }

  /**
   * Writes all lines.
   *
   * @return entries that could not be written; if any, the batch must not be sent
   */
  private static Map<LogEntry, RuntimeException> write(List<LogEntry> entries) {
    Map<LogEntry, RuntimeException> unwritten = new HashMap<>();
    for (LogEntry entry : entries) {
      try {
        entry.text().utf8();
      } catch (RuntimeException e) {
        LOG.error("A line of {} could not be written.", entry.stream(), e);
        unwritten.put(entry, e);
      }
    }
    return unwritten;
  }

  private Answer<LogEntry> answer(
      HttpPush.@Nullable Response response, @Nullable Throwable failure) {
    if (response != null) {
      return LokiAnswers.of(push.uri(), response);
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
    out.writeStringField("partition", Integer.toString(stream.partition()));
    out.writeEndObject();
    out.writeArrayFieldStart("values");
    for (LogEntry entry : entries) {
      out.writeStartArray();
      out.writeString(Long.toString(entry.nanos()));
      byte[] line = entry.text().utf8();
      out.writeUTF8String(line, 0, line.length);
      if (structuredMetadata) {
        writeMetadata(out, entry.metadata());
      }
      out.writeEndArray();
    }
    out.writeEndArray();
    out.writeEndObject();
  }

  private static void writeMetadata(JsonGenerator out, LogEntry.Metadata metadata)
      throws IOException {
    out.writeStartObject();
    out.writeStringField("trace_id", metadata.traceId());
    if (metadata.requestId() != null) {
      out.writeStringField("request_id", metadata.requestId());
    }
    if (metadata.userId() != null) {
      out.writeStringField("user_id", metadata.userId());
    }
    out.writeEndObject();
  }

  @Override
  public StreamTime streamTime(LogEntry entry) {
    return new StreamTime(entry.stream(), entry.nanos());
  }

  @Override
  public void close() {
    push.close();
  }

  /** Compresses at the fastest level, which suffices because lines repeat much. */
  private static final class FastGzip extends GZIPOutputStream {
    FastGzip(OutputStream out) throws IOException {
      super(out, 8 * 1024);
      def.setLevel(Deflater.BEST_SPEED);
    }
  }
}
