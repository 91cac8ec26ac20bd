package org.aragora.telemetry.benchmarks.export;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.aragora.telemetry.exporter.logs.LogEntry;

/** A push without guarantees: the same JSON, gzip, one POST a batch. */
final class PlainPush {
  private final JsonFactory json = new JsonFactory();
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final URI uri;

  private final int level;

  /**
   * @param level of gzip: the JDK's default, or the fastest as the exporter has it
   */
  PlainPush(String address, int level) {
    this.level = level;
    uri = URI.create(address + "/loki/api/v1/push");
  }

  void send(List<PlainLine> batch) {
    try {
      HttpResponse<Void> answer =
          http.send(
              HttpRequest.newBuilder(uri)
                  .header("Content-Type", "application/json")
                  .header("Content-Encoding", "gzip")
                  .POST(HttpRequest.BodyPublishers.ofByteArray(body(batch)))
                  .build(),
              HttpResponse.BodyHandlers.discarding());
      if (answer.statusCode() != 204) {
        throw new IllegalStateException("the receiver answered " + answer.statusCode());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private byte[] body(List<PlainLine> batch) throws IOException {
    Map<LogEntry.Stream, List<PlainLine>> streams = new LinkedHashMap<>();
    batch.forEach(
        entry -> streams.computeIfAbsent(entry.stream(), s -> new ArrayList<>()).add(entry));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream zipped = new Gzip(bytes, level);
        JsonGenerator out = json.createGenerator(zipped)) {
      out.writeStartObject();
      out.writeArrayFieldStart("streams");
      for (Map.Entry<LogEntry.Stream, List<PlainLine>> stream : streams.entrySet()) {
        out.writeStartObject();
        out.writeObjectFieldStart("stream");
        out.writeStringField("app", "aragora");
        out.writeStringField("namespace", "default");
        out.writeStringField("level", stream.getKey().level());
        out.writeStringField("instance", stream.getKey().instance());
        out.writeStringField("topic", stream.getKey().topic());
        out.writeEndObject();
        out.writeArrayFieldStart("values");
        for (PlainLine entry : stream.getValue()) {
          write(out, entry);
        }
        out.writeEndArray();
        out.writeEndObject();
      }
      out.writeEndArray();
      out.writeEndObject();
    }
    return bytes.toByteArray();
  }

  private static void write(JsonGenerator out, PlainLine entry) throws IOException {
    out.writeStartArray();
    out.writeString(Long.toString(entry.nanos()));
    out.writeString(entry.text());
    out.writeStartObject();
    out.writeStringField("trace_id", entry.traceId());
    if (entry.requestId() != null) {
      out.writeStringField("request_id", entry.requestId());
    }
    if (entry.userId() != null) {
      out.writeStringField("user_id", entry.userId());
    }
    out.writeEndObject();
    out.writeEndArray();
  }

  private static final class Gzip extends GZIPOutputStream {
    Gzip(OutputStream out, int level) throws IOException {
      super(out, 8 * 1024);
      def.setLevel(level);
    }
  }
}
