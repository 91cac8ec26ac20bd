package org.aragora.telemetry.replay.read;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.aragora.telemetry.counting.metric.InputPartition;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.jspecify.annotations.Nullable;

/**
 * A directory from which a replay that was killed goes on: the range and the rules in {@code plan},
 * and per partition its whole state with the offset that it stands at. Every file is written beside
 * and moved into place, so a kill leaves the old one or the new one.
 */
public final class Checkpoints {
  private static final String PLAN = "plan";

  /** Writes a state. */
  interface Writer {
    void write(DataOutputStream out) throws IOException;
  }

  private final Path directory;
  private final long intervalNanos;
  private final Map<InputPartition, Long> savedNanos = new ConcurrentHashMap<>();

  private Checkpoints(Path directory, Duration interval) {
    this.directory = directory;
    this.intervalNanos = interval.toNanos();
  }

  /** A range with the checkpoints that belong to it. */
  public record Plan(SortedMap<InputPartition, Bounds> range, Checkpoints checkpoints) {}

  /** The range of the replay that was begun in a directory; null if there is none. */
  public static @Nullable Plan resume(Path directory, String rules, Duration interval) {
    Path file = directory.resolve(PLAN);
    if (!Files.exists(file)) {
      return null;
    }
    try {
      List<String> lines = Files.readAllLines(file, StandardCharsets.UTF_8);
      if (!lines.get(0).equals(rules)) {
        throw new ReplayException(
            "The replay in %s was begun with other options, settings or metrics; begin in a new directory. It was: %s"
                .formatted(directory, lines.get(0)));
      }
      SortedMap<InputPartition, Bounds> range = new TreeMap<>();
      for (String line : lines.subList(1, lines.size())) {
        String[] fields = line.split(" ", -1);
        range.put(
            new InputPartition(InputTopic.valueOf(fields[0]), Integer.parseInt(fields[1])),
            new Bounds(Long.parseLong(fields[2]), Long.parseLong(fields[3])));
      }
      return new Plan(range, new Checkpoints(directory, interval));
    } catch (IOException | IndexOutOfBoundsException | IllegalArgumentException e) {
      throw new ReplayException(
          "%s cannot be read (%s); remove %s to begin again."
              .formatted(file, e.getMessage(), directory),
          e);
    }
  }

  /** Begins a replay in a directory. */
  public static Plan begin(
      Path directory, String rules, SortedMap<InputPartition, Bounds> range, Duration interval) {
    List<String> lines = new ArrayList<>();
    lines.add(rules);
    range.forEach(
        (partition, bounds) ->
            lines.add(
                "%s %d %d %d"
                    .formatted(
                        partition.topic().name(),
                        partition.partition(),
                        bounds.from(),
                        bounds.to())));
    Checkpoints checkpoints = new Checkpoints(directory, interval);
    try {
      Files.createDirectories(directory);
      checkpoints.replace(
          PLAN,
          out -> out.write(String.join("\n", lines).concat("\n").getBytes(StandardCharsets.UTF_8)));
    } catch (IOException e) {
      throw new ReplayException(
          "%s cannot be written to (%s).".formatted(directory, e.getMessage()), e);
    }
    return new Plan(range, checkpoints);
  }

  @Nullable DataInputStream open(InputPartition partition) throws IOException {
    Path file = directory.resolve(name(partition));
    return Files.exists(file)
        ? new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))
        : null;
  }

  /** Returns true if the last checkpoint of a partition is old enough. */
  boolean isDue(InputPartition partition) {
    long nowNanos = System.nanoTime();
    return nowNanos - savedNanos.computeIfAbsent(partition, p -> nowNanos) >= intervalNanos;
  }

  void save(InputPartition partition, Writer writer) {
    try {
      replace(name(partition), writer);
      savedNanos.put(partition, System.nanoTime());
    } catch (IOException e) {
      throw new ReplayException(
          "The checkpoint of %s cannot be written to %s (%s)."
              .formatted(partition, directory, e.getMessage()),
          e);
    }
  }

  private void replace(String name, Writer writer) throws IOException {
    Path next = directory.resolve(name + ".next");
    try (FileOutputStream file = new FileOutputStream(next.toFile());
        DataOutputStream out = new DataOutputStream(new BufferedOutputStream(file, 1 << 16))) {
      writer.write(out);
      out.flush();
      file.getFD().sync();
    }
    Files.move(next, directory.resolve(name), StandardCopyOption.ATOMIC_MOVE);
  }

  private static String name(InputPartition partition) {
    return partition + ".checkpoint";
  }
}
