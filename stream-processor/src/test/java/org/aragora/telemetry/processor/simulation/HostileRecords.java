package org.aragora.telemetry.processor.simulation;

import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.test.TestRecord;
import org.aragora.telemetry.schemas.envelope.EventType;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.aragora.telemetry.testbed.events.LargestEvents;

/**
 * Records that a well-meaning, a broken or a hostile writer may append: valid events with strange
 * texts, numbers and times, the same with one thing wrong, bytes of any kind; each of them in both
 * content modes, once or twice, with gaps, and under a broker's clock that steps.
 */
final class HostileRecords {
  /** One in so many records is as large as the bounds allow, or larger. */
  private static final int LARGE = 2_500;

  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
  private static final ObjectMapper PLAIN = JsonMapper.builder().build();
  private static final ObjectMapper ASCII =
      JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

  /** Names that are easily confused, cut in the wrong place or lost on the way. */
  private static final String[] NAMES = {
    "claude",
    "other",
    "?",
    "\ufffd",
    "\ud83d",
    "\ude00",
    "x\ud83d",
    "\ude00\ud83d",
    "\ud83d\ude00",
    "\u0000",
    "a\u0000b",
    "a\nb",
    "\"\\",
    "} 1\naragora_fake 2",
    "\u202eevil",
    "\u2028",
    "größe",
    "e\u0301",
    "\u00e9",
    " ",
    "x"
  };

  private static final String[] LONG_NAMES = {
    "x".repeat(127),
    "x".repeat(128),
    "x".repeat(129),
    "\ud83d\ude00".repeat(127) + "ab",
    "\ud83d\ude00".repeat(128),
    "\ud83d\ude00".repeat(128) + "tail",
    "x".repeat(127) + "\ud83d\ude00",
    "x".repeat(1_024),
    "\ud83d\ude00".repeat(1_024)
  };

  private static final String[] ENDPOINTS = {
    "/",
    "/api/v1/debates/adhoc_1a2b3c4d?full=1",
    "/api/v1/users/42#x",
    "/a/6ba7b810-9dad-11d1-80b4-00c04fd430c8/b",
    "no-slash",
    "//",
    "/{id}",
    "/?",
    "?",
    "#x",
    "?/1/2",
    "1/",
    "/\ud83d"
  };

  private static final String[] LONG_ENDPOINTS = {
    "/" + "\ud83d\ude00".repeat(4_095), "/" + "1/".repeat(2_000)
  };

  private static final String[] SECONDS = {
    "0",
    "-0.0",
    "1e-9",
    "5e-10",
    "1.5e-9",
    "0.01",
    "0.010000001",
    "1.0",
    "10",
    "86400",
    "86401",
    "999999999.999999999",
    "1e9",
    "1000000000.0"
  };

  private static final String[] BAD_NUMBERS = {
    "-1", "-1e-9", "1000000000.000000001", "1e400", "-1e400", "9223372036854775808", "1e30", "0.5"
  };

  private final Random random;
  private final LargestEvents largest;
  private final Map<String, Long> seqs = new HashMap<>();
  private final Map<String, List<Long>> skipped = new HashMap<>();
  private final Map<InputTopic, List<TestRecord<byte[], byte[]>>> sent =
      new EnumMap<>(InputTopic.class);
  private final Map<InputTopic, Long> clockOffsetsMs = new EnumMap<>(InputTopic.class);
  private final List<String> debates = new ArrayList<>();
  private int made;

  HostileRecords(long seed) {
    random = new Random(seed);
    largest = new LargestEvents(seed);
    for (InputTopic topic : InputTopic.values()) {
      sent.put(topic, new ArrayList<>());
    }
  }

  InputTopic topic() {
    return pick(InputTopic.values());
  }

  /** A record for a topic; its timestamp is the broker's. */
  TestRecord<byte[], byte[]> next(InputTopic topic, Instant now) {
    Instant at = now.plusMillis(clockOffsetMs(topic));
    List<TestRecord<byte[], byte[]>> before = sent.get(topic);
    if (!before.isEmpty() && random.nextInt(12) == 0) {
      TestRecord<byte[], byte[]> again = before.get(random.nextInt(before.size()));
      return new TestRecord<>(again.key(), again.value(), new RecordHeaders(again.headers()), at);
    }
    TestRecord<byte[], byte[]> record = make(topic, at);
    if (before.size() < 500) {
      before.add(record);
    } else if (record.value() == null || record.value().length < 10_000) {
      before.set(random.nextInt(before.size()), record);
    }
    return record;
  }

  /** The clock of the broker that leads a partition: right, ahead, behind, and right again. */
  private long clockOffsetMs(InputTopic topic) {
    if (random.nextInt(4_000) == 0) {
      long[] offsets = {0, 0, 0, 45_000, 3_000_000, 7_300_000, -50_000, -4_000_000};
      clockOffsetsMs.put(topic, offsets[random.nextInt(offsets.length)]);
    }
    return clockOffsetsMs.getOrDefault(topic, 0L) - random.nextInt(20);
  }

  private TestRecord<byte[], byte[]> make(InputTopic topic, Instant at) {
    if (random.nextInt(LARGE) == 0) {
      return large(topic, at);
    }
    ObjectNode event = event(type(topic), at);
    number(event, topic);
    int dice = random.nextInt(100);
    if (dice < 70) {
      return record(key(), event, at);
    }
    if (dice < 90) {
      spoil(event, at);
      return record(key(), event, at);
    }
    return new TestRecord<>(key(), bytes(event), headers(), at);
  }

  private EventType type(InputTopic topic) {
    EventType type = pick(EventType.values());
    return type.topic() == topic ? type : type(topic);
  }

  private byte[] key() {
    return switch (random.nextInt(40)) {
      case 0 -> null;
      case 1 -> new byte[0];
      case 2 -> new byte[] {(byte) 0xff, 0, (byte) 0xc3};
      default -> ("k" + random.nextInt(100)).getBytes(UTF_8);
    };
  }

  /** As large as the bounds allow, or one byte more. */
  private TestRecord<byte[], byte[]> large(InputTopic topic, Instant at) {
    byte[] value = largest.value(type(topic));
    return switch (random.nextInt(5)) {
      case 0 -> new TestRecord<>(largest.key(), new byte[value.length + 1], headers(), at);
      case 1 -> new TestRecord<>(new byte[65_537], value, headers(), at);
      case 2 ->
          new TestRecord<>(
              largest.key(), "{\"a\":[".repeat(100_000).getBytes(UTF_8), headers(), at);
      default -> new TestRecord<>(largest.key(), value, headers(), at);
    };
  }

  private ObjectNode event(EventType type, Instant at) {
    ObjectNode event = NODES.objectNode();
    event.put("specversion", "1.0").put("id", "e" + made++).put("source", source());
    event.put("type", type.typeName());
    if (random.nextInt(12) != 0) {
      event.put("time", time(at));
    }
    if (random.nextInt(20) == 0) {
      event.put("traceparent", pick("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", ""));
    }
    ObjectNode data = event.putObject("data");
    fill(type, data);
    if (random.nextInt(20) == 0) {
      data.putPOJO(name(), null);
      data.putArray("unknown").add(number("1e-400")).addObject();
    }
    return event;
  }

  private String source() {
    return random.nextInt(40) == 0
        ? pick("a", "/", "//", "a/", "/x//", "/aragora/telemetry/x", "/x/" + name(), name())
        : "/aragora/instances/api-" + random.nextInt(30);
  }

  private String time(Instant at) {
    long nanos = random.nextInt(1_000_000_000);
    Instant time =
        switch (random.nextInt(40)) {
          case 0 -> Instant.parse("2020-01-01T00:00:00Z");
          case 1 -> at.plusSeconds(3_600);
          case 2 -> at.plusSeconds(60);
          case 3 -> at.plusSeconds(60).plusNanos(1);
          case 4 -> at.minusSeconds(300);
          case 5 -> at.minusSeconds(300 + random.nextInt(100_000));
          case 6 -> at.plusSeconds(61 + random.nextInt(3_500));
          case 7 -> at.minusSeconds(86_400L * 365);
          default -> at.minusSeconds(1 + random.nextInt(3)).plusNanos(nanos);
        };
    String text = time.toString();
    return switch (random.nextInt(30)) {
      case 0 -> text.replace("Z", "+00:00");
      case 1 -> text.toLowerCase(Locale.ROOT);
      case 2 -> withOffset(time, 14, 0);
      case 3 -> withOffset(time, -9, -30);
      default -> text;
    };
  }

  private static String withOffset(Instant time, int hours, int minutes) {
    return DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(
        time.atOffset(ZoneOffset.ofHoursMinutes(hours, minutes)));
  }

  private void fill(EventType type, ObjectNode data) {
    switch (type) {
      case DEBATE_STARTED -> {
        data.put("debate_id", debate()).putArray("agents").add(name()).add("");
        maybe(() -> data.put("domain", name()));
        maybe(() -> data.set("timeout_seconds", number(pick("0", "1", "5.5", "900", "1e9"))));
      }
      case ROUND_COMPLETED -> {
        data.put("debate_id", debate()).set("round", count());
        data.set("duration_seconds", seconds());
      }
      case DEBATE_COMPLETED -> {
        data.put("debate_id", debate());
        data.put("outcome", pick("consensus", "no_consensus", "timeout", "error", "cancelled"));
        data.set("duration_seconds", seconds());
        maybe(() -> data.set("rounds", count()));
        maybe(() -> data.put("domain", pick(name(), "")));
        maybe(() -> data.set("confidence", number(pick("0", "1", "-3", "1e300"))));
      }
      case ELO_UPDATED -> {
        data.put("agent", name());
        data.set("rating", number(pick("1500", "-1e300", "1e-300", "0", "1612.25")));
      }
      case REQUEST_COMPLETED -> {
        data.put("request_id", "r").put("method", pick("GET", "POST", name()));
        data.put("endpoint", random.nextInt(30) == 0 ? pick(LONG_ENDPOINTS) : pick(ENDPOINTS));
        data.set(
            "status", number(pick("100", "200", "200.0", "2e2", "5.99e2", "404", "503", "599")));
        data.set("duration_seconds", seconds());
      }
      case WEBSOCKET_OPENED, WEBSOCKET_CLOSED ->
          data.put("connection_id", name()).set("connections", connections());
      case AGENT_CALL_COMPLETED -> {
        data.put("call_id", "c").put("agent", name());
        data.put("status", pick("success", "error", "timeout"));
        data.set("duration_seconds", seconds());
        maybe(() -> data.set("input_tokens", count()));
        maybe(() -> data.set("output_tokens", count()));
      }
      case INSTANCE_HEARTBEAT -> {
        data.put("instance_id", "i").set("websocket_connections", connections());
        data.set("interval_seconds", number(pick("1", "10", "29.999999999", "3600")));
        data.putObject("emitted").set(name(), count());
        ObjectNode dropped = data.putObject("dropped");
        maybe(() -> dropped.set("aragora.logs", count()));
        maybe(() -> dropped.set(pick("aragora.nothing", "logs", name()), count()));
      }
      case INSTANCE_STOPPED -> data.put("instance_id", "i");
      case LOG_EMITTED -> {
        data.put("level", pick("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"));
        data.put("logger", pick("", name())).put("message", pick("", name()));
        maybe(() -> data.putObject("fields").put(name(), name()));
      }
    }
  }

  private String debate() {
    if (debates.isEmpty() || random.nextInt(3) == 0) {
      debates.add(random.nextInt(20) == 0 ? name() : "adhoc_%08x".formatted(random.nextInt()));
    }
    return debates.get(Math.max(0, debates.size() - 1 - random.nextInt(8)));
  }

  private JsonNode seconds() {
    return random.nextInt(3) == 0
        ? number(pick(SECONDS))
        : DecimalNode.valueOf(BigDecimal.valueOf(random.nextInt(2_000_000), random.nextInt(7)));
  }

  private JsonNode count() {
    return number(pick("0", "1", "7", "3.0", "21", "1e3", "9223372036854775807"));
  }

  private JsonNode connections() {
    return number(pick("0", "1", "50", "1e7", "10000000.0"));
  }

  private static JsonNode number(String text) {
    BigDecimal number = new BigDecimal(text);
    return text.matches("-?[0-9]+")
        ? NODES.numberNode(new BigInteger(text))
        : DecimalNode.valueOf(number);
  }

  /** A number within a run: the next, one that was left out, one beyond a gap, or one twice. */
  private void number(ObjectNode event, InputTopic topic) {
    if (random.nextInt(5) == 0) {
      return;
    }
    String epoch = "run" + random.nextInt(2);
    String run = event.path("source").asText() + epoch + topic;
    List<Long> left = skipped.computeIfAbsent(run, any -> new ArrayList<>());
    long seq;
    int dice = random.nextInt(40);
    if (dice < 4 && !left.isEmpty()) {
      seq = left.remove(random.nextInt(left.size()));
    } else if (dice == 4 && seqs.containsKey(run)) {
      seq = 1 + random.nextInt(seqs.get(run).intValue());
    } else if (dice == 5 && random.nextInt(20) == 0) {
      epoch += "-far" + random.nextInt(5);
      seq = pick(1L, 999_999_999_999L, 1_000_000_000_000L);
    } else {
      seq = seqs.getOrDefault(run, 0L) + 1;
      for (int skip = dice < 9 ? random.nextInt(4) : 0; skip > 0; skip--) {
        left.add(seq++);
      }
      seqs.put(run, seq);
    }
    event
        .put("epoch", epoch)
        .set("seq", random.nextInt(20) == 0 ? number(seq + ".0") : NODES.numberNode(seq));
  }

  /** Makes one thing wrong, or at least odd. */
  private void spoil(ObjectNode event, Instant at) {
    ObjectNode data = (ObjectNode) event.get("data");
    ObjectNode where = random.nextBoolean() || data.isEmpty() ? event : data;
    List<String> names = new ArrayList<>();
    where.fieldNames().forEachRemaining(names::add);
    String field = pick(names.toArray(new String[0]));
    List<Consumer<ObjectNode>> ways =
        List.of(
            of -> of.remove(field),
            of -> of.putNull(field),
            of -> of.put(field, ""),
            of -> of.put(field, true),
            of -> of.put(field, name()),
            of -> of.put(field, "x".repeat(1_025)),
            of -> of.put(field, "\ud83d\ude00".repeat(1_025)),
            of -> of.put(field, "/" + "\ud83d\ude00".repeat(4_096)),
            of -> of.set(field, number(pick(BAD_NUMBERS))),
            of -> of.putArray(field).add(1),
            of -> of.putObject(field).put("a", 1),
            of -> nest(of, field),
            of -> event.put("time", wrongTime(at)),
            of -> event.put("specversion", pick("1", "1.1", "0.3")),
            of -> event.put("type", pick(EventType.values()).typeName()),
            of -> event.put("type", "ai.aragora.request.completed.v2"),
            of -> event.put("source", "/aragora/telemetry"),
            of -> event.put("seq", pick("1", "x")),
            of -> event.set("seq", number(pick("0", "-1", "1000000000001", "1.5"))),
            of -> event.put("epoch", pick("", name())),
            of -> event.put("data_base64", "e30="),
            of -> event.put("data", "{}"));
    ways.get(random.nextInt(ways.size())).accept(where);
  }

  private String wrongTime(Instant at) {
    return pick(
        at.plusSeconds(3_600).plusNanos(1).toString(),
        "2019-12-31T23:59:59.999999999Z",
        "1969-12-31T23:59:59Z",
        "9999-12-31T23:59:59Z",
        "2026-02-29T12:00:00Z",
        "2026-11-24T24:00:01Z",
        "2026-11-24T12:00:00",
        "2026-11-24",
        "1732449600",
        "yesterday");
  }

  /** Objects and arrays within each other, to a depth near the limit. */
  private void nest(ObjectNode of, String field) {
    int depth = pick(10, 61, 62, 63, 64, 200);
    JsonNode node = NODES.textNode("deep");
    for (int i = 0; i < depth; i++) {
      ArrayNode around = NODES.arrayNode();
      around.add(node);
      node = around;
    }
    of.set(random.nextBoolean() ? field : "unknown", node);
  }

  /** Bytes that are not one JSON object, or only just. */
  private byte[] bytes(ObjectNode event) {
    byte[] json = json(event);
    return switch (random.nextInt(12)) {
      case 0 -> null;
      case 1 -> new byte[0];
      case 2 -> {
        byte[] garbage = new byte[random.nextInt(200)];
        random.nextBytes(garbage);
        yield garbage;
      }
      case 3 -> Arrays.copyOf(json, random.nextInt(json.length));
      case 4 -> {
        json[random.nextInt(json.length)] = (byte) random.nextInt(256);
        yield json;
      }
      case 5 -> ("\ufeff" + new String(json, UTF_8)).getBytes(UTF_8);
      case 6 -> (" \r\n\t" + new String(json, UTF_8) + "\n ").getBytes(UTF_8);
      case 7 -> (new String(json, UTF_8) + pick("x", "{}", "\u0000", ",")).getBytes(UTF_8);
      case 8 -> (new String(json, UTF_8)).getBytes(UTF_16);
      case 9 -> new String(json, UTF_8).replaceFirst("\\{", "{\"id\":\"twice\",").getBytes(UTF_8);
      case 10 ->
          new String(json, UTF_8)
              .replaceFirst(
                  "\\{", "{\"n\":" + pick("NaN", "Infinity", "01", "+1", ".5", "1.") + ",")
              .getBytes(UTF_8);
      default -> ("[" + new String(json, UTF_8) + "]").getBytes(UTF_8);
    };
  }

  /** Half a surrogate pair is there as JSON escapes it, because UTF-8 cannot hold it. */
  private byte[] json(JsonNode node) {
    try {
      String text = PLAIN.writeValueAsString(node);
      boolean escapes = random.nextInt(10) == 0 || !UTF_8.newEncoder().canEncode(text);
      return (escapes ? ASCII.writeValueAsString(node) : text).getBytes(UTF_8);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The event in structured mode, or now and then in binary mode. */
  private TestRecord<byte[], byte[]> record(byte[] key, ObjectNode event, Instant at) {
    JsonNode data = event.path("data");
    if (random.nextInt(6) != 0 || data.isMissingNode()) {
      return new TestRecord<>(key, json(event), headers(), at);
    }
    Headers headers = new RecordHeaders();
    event
        .properties()
        .forEach(
            attribute -> {
              if (!attribute.getKey().equals("data")) {
                headers.add("ce_" + attribute.getKey(), text(attribute.getValue()));
              }
            });
    switch (random.nextInt(20)) {
      case 0 -> headers.add("content-type", "application/cloudevents+json".getBytes(UTF_8));
      case 1 -> headers.add("ce_id", "twice".getBytes(UTF_8));
      case 2 -> headers.add("ce_x", new byte[] {(byte) 0xc3, '('});
      case 3 -> headers.add("ce_data", "{}".getBytes(UTF_8));
      default -> headers.add("Content-Type", "application/json".getBytes(UTF_8));
    }
    return new TestRecord<>(key, json(data), headers, at);
  }

  private byte[] text(JsonNode attribute) {
    String text =
        attribute.isNumber()
            ? attribute.decimalValue().stripTrailingZeros().toPlainString()
                + pick("", "", "", ".0", ".00")
            : attribute.asText();
    return attribute.isNull() ? null : text.getBytes(UTF_8);
  }

  private Headers headers() {
    RecordHeaders headers = new RecordHeaders();
    switch (random.nextInt(20)) {
      case 0 -> headers.add("x", null);
      case 1 -> headers.add("aragora-dlq-reason", "forged".getBytes(UTF_8));
      case 2 -> headers.add("", new byte[300]);
      default -> headers.add("content-type", "application/cloudevents+json".getBytes(UTF_8));
    }
    return headers;
  }

  private String name() {
    return random.nextInt(12) == 0 ? pick(LONG_NAMES) : pick(NAMES);
  }

  private void maybe(Runnable change) {
    if (random.nextBoolean()) {
      change.run();
    }
  }

  @SafeVarargs
  private <T> T pick(T... values) {
    return values[random.nextInt(values.length)];
  }
}
