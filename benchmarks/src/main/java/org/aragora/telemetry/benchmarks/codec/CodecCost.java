package org.aragora.telemetry.benchmarks.codec;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.aragora.telemetry.benchmarks.throughput.Backlog;
import org.aragora.telemetry.schemas.codec.Decoded;
import org.aragora.telemetry.schemas.codec.EventCodec;
import org.aragora.telemetry.schemas.codec.JsonEventCodec;
import org.aragora.telemetry.schemas.envelope.Event;

/** Time and memory to read and write events of the backlog, by kind. */
public final class CodecCost {
  private static final int WARM_UP = 2;

  /** The backlog's time moves on while its events are made. */
  private static final long KINDS_MS = 1_000_000;

  private final EventCodec codec = JsonEventCodec.create();
  private final EventCodec reference = JsonEventCodec.reference();
  private final JsonFactory factory = new JsonFactory();
  private final int events;
  private final int rounds;
  private final PrintStream out;

  /** Prepares rounds over so many events of each kind. */
  public CodecCost(int events, int rounds, PrintStream out) {
    this.events = events;
    this.rounds = rounds;
    this.out = out;
  }

  /** Prints medians for each kind, with the least and the most of the ratios. */
  public void run(long seed, Clock clock) {
    Map<String, List<Event>> kinds = kinds(new Backlog(seed, 1, 0, clock));
    long appendTimeMs = clock.millis() + KINDS_MS;
    for (int warmUp = 0; warmUp < WARM_UP; warmUp++) {
      kinds.values().forEach(kind -> measure(kind, appendTimeMs, 1));
    }
    out.printf(
        "%-22s %6s %12s %12s %8s %14s %14s %12s%n",
        "event", "bytes", "decode", "full reader", "tokens", "of full", "of tokens", "encode");
    kinds.forEach((name, kind) -> print(name, measure(kind, appendTimeMs, rounds)));
  }

  /** The same number of events of each type that the backlog has, and of all as they come. */
  private Map<String, List<Event>> kinds(Backlog backlog) {
    Map<String, List<Event>> kinds = new TreeMap<>();
    List<Event> all = kinds.computeIfAbsent("all", name -> new ArrayList<>());
    do {
      Event event = backlog.next();
      String type = event.type().name().toLowerCase(Locale.ROOT);
      for (List<Event> kind : List.of(all, kinds.computeIfAbsent(type, n -> new ArrayList<>()))) {
        if (kind.size() < events) {
          kind.add(event);
        }
      }
    } while (kinds.values().stream().anyMatch(kind -> kind.size() < events));
    return kinds;
  }

  private Costs measure(List<Event> kind, long appendTimeMs, int times) {
    byte[][] values = kind.stream().map(codec::encode).toArray(byte[][]::new);
    long bytes = 0;
    for (byte[] value : values) {
      bytes += value.length;
    }
    Costs costs = new Costs(bytes / values.length);
    for (int round = 0; round < times; round++) {
      costs.decode().add(i -> decode(codec, kind.get(i), values[i], appendTimeMs), values.length);
      costs.full().add(i -> decode(reference, kind.get(i), values[i], appendTimeMs), values.length);
      costs.tokens().add(i -> parse(values[i]), values.length);
      costs.encode().add(i -> codec.encode(kind.get(i)).length, values.length);
    }
    return costs;
  }

  private static int decode(EventCodec codec, Event event, byte[] value, long appendTimeMs) {
    if (codec.decode(event.type().topic(), value, appendTimeMs) instanceof Decoded.Valid valid) {
      return valid.event().id().length();
    }
    throw new IllegalStateException("an event of the backlog is not valid");
  }

  private int parse(byte[] value) {
    int length = 0;
    try (JsonParser parser = factory.createParser(value)) {
      while (parser.nextToken() != null) {
        length += parser.getTextLength();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return length;
  }

  private void print(String name, Costs costs) {
    out.printf(
        "%-22s %6d %12s %12s %8.0f %14s %14s %12s%n",
        name,
        costs.bytes(),
        costs.decode(),
        costs.full(),
        costs.tokens().nanos(),
        costs.decode().ratioTo(costs.full()),
        costs.decode().ratioTo(costs.tokens()),
        costs.encode());
  }

  private record Costs(long bytes, Cost decode, Cost full, Cost tokens, Cost encode) {
    Costs(long bytes) {
      this(bytes, new Cost(), new Cost(), new Cost(), new Cost());
    }
  }
}
