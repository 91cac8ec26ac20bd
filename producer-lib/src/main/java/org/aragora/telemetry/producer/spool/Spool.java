package org.aragora.telemetry.producer.spool;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.aragora.telemetry.producer.disk.Disk;
import org.aragora.telemetry.producer.disk.Fsync;
import org.aragora.telemetry.producer.lane.EventQueue;
import org.jspecify.annotations.Nullable;

/**
 * A directory of runs: {@code <directory>/<epoch>/<topic>/}. Each run holds a lock on its own
 * directory as long as its process lives, so several processes may share a spool. A process that
 * finds a run without a process sends its events under the epoch of that run.
 */
public final class Spool implements AutoCloseable {
  private static final String DAMAGED = "damaged";
  private static final long MAX_SEGMENT_BYTES = 32L * 1024 * 1024;
  private static final Pattern EPOCH = Pattern.compile("[0-9a-z]{26}");
  private static final int SEGMENTS = 8;

  private final Path directory;
  private final long maxBytes;
  private final Fsync fsync;
  private final Consumer<String> notes;
  private final RunDirectory own;
  private final Map<String, Budget> budgets = new ConcurrentHashMap<>();

  /**
   * Events that an earlier run has left.
   *
   * @param epoch of that run
   * @param topics its events by full name of the topic
   */
  public record Left(String epoch, Map<String, EventQueue> topics, AutoCloseable directory) {}

  private Spool(
      Path directory, long maxBytes, Fsync fsync, Consumer<String> notes, RunDirectory own) {
    this.directory = directory;
    this.maxBytes = maxBytes;
    this.fsync = fsync;
    this.notes = notes;
    this.own = own;
  }

  /**
   * Opens a spool for a new run.
   *
   * @param maxBytes bound of each topic, with the events of earlier runs
   * @param notes receives a sentence per failure
   */
  public static Spool open(
      Path directory, String epoch, long maxBytes, Fsync fsync, Consumer<String> notes)
      throws IOException {
    Disk.createPrivate(directory);
    RunDirectory own = RunDirectory.create(directory, epoch);
    Disk.syncDirectory(directory, fsync);
    return new Spool(directory, maxBytes, fsync, notes, own);
  }

  /** The queue of this run for a topic. */
  public EventQueue queue(String topic) {
    return SpoolQueue.create(own.topic(topic), limits(topic), notes);
  }

  /** Takes over the runs whose process is gone. A run is handed out once. */
  public List<Left> adopt() throws IOException {
    own.restore();
    List<Left> all = new ArrayList<>();
    try (DirectoryStream<Path> runs = Files.newDirectoryStream(directory)) {
      for (Path run : runs) {
        if (EPOCH.matcher(run.getFileName().toString()).matches()) {
          RunDirectory abandoned = RunDirectory.adopt(run);
          if (abandoned != null) {
            all.add(left(abandoned));
          }
        }
      }
    }
    return all;
  }

  private Left left(RunDirectory run) {
    Map<String, EventQueue> topics = new ConcurrentHashMap<>();
    for (Path topic : run.topics()) {
      String name = topic.getFileName().toString();
      EventQueue queue = adopted(topic, name);
      if (queue != null) {
        topics.put(name, queue);
      }
    }
    return new Left(run.epoch(), topics, run);
  }

  private @Nullable EventQueue adopted(Path topic, String name) {
    try {
      return SpoolQueue.adopt(topic, limits(name), notes);
    } catch (IOException e) {
      notes.accept("What an earlier run has left in " + topic + " stays there: " + e.getMessage());
      return null;
    }
  }

  private SpoolLimits limits(String topic) {
    Budget budget = budgets.computeIfAbsent(topic, t -> new Budget(maxBytes));
    return new SpoolLimits(
        budget,
        Math.min(maxBytes / SEGMENTS, MAX_SEGMENT_BYTES),
        fsync,
        directory.resolve(DAMAGED));
  }

  /** Leaves the run's directory to another run, or deletes it if it is empty. */
  @Override
  public void close() throws IOException {
    own.close();
  }
}
