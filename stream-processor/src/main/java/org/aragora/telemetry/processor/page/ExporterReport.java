package org.aragora.telemetry.processor.page;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.OptionalDouble;
import org.aragora.telemetry.chassis.http.Health;
import org.aragora.telemetry.schemas.text.Unicode;
import org.jspecify.annotations.Nullable;

/**
 * An exporter as its page reports it.
 *
 * @param address of the exporter
 * @param figures null if it reports none
 * @param problem the reason for that, to follow the address; else empty
 */
record ExporterReport(String address, @Nullable Figures figures, String problem) {
  private static final int VERSION = 1;
  private static final int MAX_SENTENCE = 1000;
  private static final JsonFactory JSON = new JsonFactory();

  /**
   * Figures since the start of the exporter.
   *
   * @param timeMs when it collected them, by its own clock
   * @param exporter {@code spans} or {@code logs}
   * @param lagSeconds empty until it is measured
   * @param items spans or lines that the backend has acknowledged
   * @param deadLettered records
   */
  record Figures(
      long timeMs,
      String exporter,
      Health live,
      Health ready,
      OptionalDouble lagSeconds,
      long lagRecords,
      long items,
      long deadLettered) {}

  static ExporterReport of(String address, PageClient.Reply reply) {
    if (reply.body() == null) {
      return silent(address, reply.problem());
    }
    try (JsonParser in = JSON.createParser(reply.body())) {
      return new ExporterReport(address, new Reader(in).read(), "");
    } catch (IOException | IllegalArgumentException | ArithmeticException e) {
      return silent(address, "answers with something else than the figures of an exporter");
    }
  }

  static ExporterReport silent(String address, String problem) {
    return new ExporterReport(address, null, problem);
  }

  /** Reads an answer of which nothing is certain; the members that it does not need are skipped. */
  private static final class Reader {
    private final JsonParser in;
    private long version;
    private long timeMs;
    private String exporter = "";
    private @Nullable Health live;
    private @Nullable Health ready;
    private OptionalDouble lagSeconds = OptionalDouble.empty();
    private long lagRecords = -1;
    private long items = -1;
    private long deadLettered;

    Reader(JsonParser in) {
      this.in = in;
    }

    Figures read() throws IOException {
      check(in.nextToken() == JsonToken.START_OBJECT);
      members(
          name -> {
            switch (name) {
              case "version" -> version = count();
              case "timeMs" -> timeMs = count();
              case "service" -> service();
              case "lagSeconds" -> lagSeconds = seconds();
              case "lagRecords" -> lagRecords = count();
              case "acknowledgedItems" -> items = count();
              case "deadLettered" -> deadLettered = sum();
              default -> in.skipChildren();
            }
          });
      check(version == VERSION && lagRecords >= 0 && items >= 0);
      check(exporter.equals("spans") || exporter.equals("logs"));
      if (live == null || ready == null) {
        throw new IllegalArgumentException("no health");
      }
      return new Figures(
          timeMs, exporter, live, ready, lagSeconds, lagRecords, items, deadLettered);
    }

    private void service() throws IOException {
      check(in.currentToken() == JsonToken.START_OBJECT);
      members(
          name -> {
            switch (name) {
              case "exporter" -> exporter = text();
              case "live" -> live = health();
              case "ready" -> ready = health();
              default -> in.skipChildren();
            }
          });
    }

    private Health health() throws IOException {
      check(in.currentToken() == JsonToken.START_OBJECT);
      boolean[] ok = {false};
      String[] cause = {""};
      members(
          name -> {
            switch (name) {
              case "ok" -> ok[0] = in.getBooleanValue();
              case "cause" -> cause[0] = text();
              default -> in.skipChildren();
            }
          });
      return ok[0] ? Health.good(cause[0]) : Health.bad(cause[0]);
    }

    private long sum() throws IOException {
      check(in.currentToken() == JsonToken.START_ARRAY);
      long[] sum = {0};
      while (in.nextToken() != JsonToken.END_ARRAY) {
        check(in.currentToken() == JsonToken.START_OBJECT);
        members(
            name -> {
              if (name.equals("count")) {
                sum[0] = Math.addExact(sum[0], count());
              } else {
                in.skipChildren();
              }
            });
      }
      return sum[0];
    }

    private interface Member {
      void read(String name) throws IOException;
    }

    private void members(Member member) throws IOException {
      while (in.nextToken() != JsonToken.END_OBJECT) {
        check(in.currentToken() == JsonToken.FIELD_NAME);
        String name = in.currentName();
        in.nextToken();
        member.read(name);
      }
    }

    private String text() throws IOException {
      check(in.currentToken() == JsonToken.VALUE_STRING);
      return Unicode.cut(in.getText(), MAX_SENTENCE);
    }

    private long count() throws IOException {
      check(in.currentToken() == JsonToken.VALUE_NUMBER_INT);
      long value = in.getLongValue();
      check(value >= 0);
      return value;
    }

    private OptionalDouble seconds() throws IOException {
      if (in.currentToken() == JsonToken.VALUE_NULL) {
        return OptionalDouble.empty();
      }
      check(in.currentToken().isNumeric());
      double value = in.getDoubleValue();
      check(value >= 0 && value <= Double.MAX_VALUE);
      return OptionalDouble.of(value);
    }

    private static void check(boolean expected) {
      if (!expected) {
        throw new IllegalArgumentException("not the figures of an exporter");
      }
    }
  }
}
