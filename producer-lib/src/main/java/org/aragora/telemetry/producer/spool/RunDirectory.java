package org.aragora.telemetry.producer.spool;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.aragora.telemetry.producer.disk.Disk;
import org.aragora.telemetry.producer.spool.segment.Conversion;
import org.jspecify.annotations.Nullable;

/** The directory of one run, locked by the process that writes or sends it. */
final class RunDirectory implements AutoCloseable {
  private static final String LOCK = "lock";

  /**
   * Runs that this JVM holds. It must not even open their lock files: closing one would give up the
   * lock that it has on it.
   */
  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

  private final Path path;
  private FileChannel channel;

  private RunDirectory(Path path, FileChannel channel) {
    this.path = path;
    this.channel = channel;
  }

  /** A new run. It appears under its name only when it is locked. */
  static RunDirectory create(Path spool, String epoch) throws IOException {
    Path path = spool.toRealPath().resolve(epoch);
    Path unborn = path.resolveSibling(epoch + ".new");
    HELD.add(path);
    try {
      Disk.createPrivate(unborn);
      FileChannel channel = lock(unborn);
      if (channel == null) {
        throw new IOException("The spool " + spool + " does not support file locks.");
      }
      Files.move(unborn, path, StandardCopyOption.ATOMIC_MOVE);
      return new RunDirectory(path, channel);
    } catch (IOException e) {
      HELD.remove(path);
      throw e;
    }
  }

  /**
   * Takes over an existing run.
   *
   * @return null if a process holds it
   */
  static @Nullable RunDirectory adopt(Path run) throws IOException {
    Path path = run.toRealPath();
    if (!HELD.add(path)) {
      return null;
    }
    FileChannel channel = null;
    try {
      channel = lock(path);
    } finally {
      if (channel == null) {
        HELD.remove(path);
      }
    }
    return channel == null ? null : new RunDirectory(path, channel);
  }

  private static @Nullable FileChannel lock(Path directory) throws IOException {
    FileChannel channel =
        FileChannel.open(
            directory.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      FileLock lock = channel.tryLock();
      if (lock != null) {
        return channel;
      }
    } catch (OverlappingFileLockException e) {
      // held by this JVM after all
    }
    channel.close();
    return null;
  }

  /** Makes and locks the directory again if it was deleted under the run. */
  void restore() throws IOException {
    if (Files.exists(path.resolve(LOCK))) {
      return;
    }
    Disk.createPrivate(path);
    FileChannel fresh = lock(path);
    if (fresh != null) {
      channel.close();
      channel = fresh;
    }
  }

  String epoch() {
    return path.getFileName().toString();
  }

  Path topic(String name) {
    return path.resolve(name);
  }

  /** Directories of topics that can be read. */
  List<Path> topics() {
    try {
      Conversion.finish(path);
    } catch (IOException e) {
      return List.of();
    }
    try (Stream<Path> children = Files.list(path)) {
      return children
          .filter(Files::isDirectory)
          .filter(child -> !child.getFileName().toString().startsWith("."))
          .toList();
    } catch (IOException e) {
      return List.of();
    }
  }

  /** Unlocks it, and deletes it if it has no topics. */
  @Override
  public void close() throws IOException {
    try {
      boolean empty = false;
      if (Files.notExists(path)) {
        return;
      }
      try (Stream<Path> children = Files.list(path)) {
        empty = children.noneMatch(Files::isDirectory);
      }
      if (empty) {
        Disk.delete(path);
      }
    } finally {
      channel.close();
      HELD.remove(path);
    }
  }
}
