package org.aragora.telemetry.producer.disk;

import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * File operations of the spool. Data goes through no channel: an interrupted thread of the host
 * would close it.
 */
public final class Disk {
  private Disk() {}

  /** Replaces a file, so that a crash leaves the old one or the new one. */
  public static void replace(Path file, byte[] bytes, Fsync fsync) throws IOException {
    Path fresh = file.resolveSibling(file.getFileName() + ".tmp");
    try (FileOutputStream out = new FileOutputStream(fresh.toFile())) {
      out.write(bytes);
      if (fsync == Fsync.ALWAYS) {
        out.getFD().sync();
      }
    }
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    syncDirectory(file.getParent(), fsync);
  }

  /** Makes the names in a directory survive a loss of power; an interrupt does not end it. */
  public static void syncDirectory(@Nullable Path directory, Fsync fsync) throws IOException {
    if (fsync == Fsync.NEVER || directory == null) {
      return;
    }
    boolean interrupted = Thread.interrupted();
    try {
      while (true) {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
          channel.force(true);
          return;
        } catch (ClosedByInterruptException e) {
          interrupted |= Thread.interrupted();
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Makes a directory that only its owner can read: events hold what users wrote. */
  public static void createPrivate(Path directory) throws IOException {
    try {
      Files.createDirectories(
          directory,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    } catch (UnsupportedOperationException e) {
      Files.createDirectories(directory);
    }
  }

  /** Copies the files of a directory, once. */
  public static void copy(Path from, Path to) throws IOException {
    if (Files.exists(to)) {
      return;
    }
    createPrivate(to);
    try (Stream<Path> files = Files.list(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(file.getFileName()));
      }
    }
  }

  /** Deletes a directory and what is in it. */
  public static void delete(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      return;
    }
    List<Path> all;
    try (Stream<Path> walk = Files.walk(directory)) {
      all = walk.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : all) {
      Files.deleteIfExists(path);
    }
  }
}
