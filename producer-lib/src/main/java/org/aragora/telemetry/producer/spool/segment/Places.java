package org.aragora.telemetry.producer.spool.segment;

import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.zip.CRC32C;
import org.aragora.telemetry.producer.disk.Disk;
import org.aragora.telemetry.producer.disk.Fsync;
import org.aragora.telemetry.producer.lane.Place;
import org.jspecify.annotations.Nullable;

/**
 * Places of the events that were accepted before the partition count was known, in the order of
 * their ordinals: partition (4), number (8) and checksum (4). The file appears when it is complete,
 * and from then on the run has a partition count.
 */
public final class Places implements AutoCloseable {
  private static final String FILE = "places";
  private static final int RECORD_BYTES = 16;

  private final RandomAccessFile file;

  private Places(RandomAccessFile file) {
    this.file = file;
  }

  /** True if the partition count of a log is fixed. */
  public static boolean exist(Path directory) {
    return Files.exists(directory.resolve(FILE));
  }

  /** Opens the places of a log. */
  public static Places open(Path directory) throws IOException {
    return new Places(new RandomAccessFile(directory.resolve(FILE).toFile(), "r"));
  }

  /**
   * Place of an event.
   *
   * @return null if it cannot be read
   */
  public @Nullable Place of(long ordinal) throws IOException {
    byte[] bytes = new byte[RECORD_BYTES];
    file.seek((ordinal - 1) * RECORD_BYTES);
    if (file.read(bytes) < RECORD_BYTES) {
      return null;
    }
    ByteBuffer in = ByteBuffer.wrap(bytes);
    Place place = new Place(in.getInt(), in.getLong());
    return in.getInt() == checksum(ordinal, place) ? place : null;
  }

  private static int checksum(long ordinal, Place place) {
    CRC32C crc = new CRC32C();
    crc.update(
        ByteBuffer.allocate(20)
            .putLong(ordinal)
            .putInt(place.partition())
            .putLong(place.seq())
            .flip());
    return (int) crc.getValue();
  }

  @Override
  public void close() throws IOException {
    file.close();
  }

  /** Writes the places of a log. */
  public static final class Writer implements AutoCloseable {
    private final Path file;
    private final Path unborn;
    private final FileOutputStream bytes;
    private final DataOutputStream out;
    private final Fsync fsync;
    private long next = 1;

    public Writer(Path directory, Fsync fsync) throws IOException {
      this.file = directory.resolve(FILE);
      this.unborn = directory.resolve(FILE + ".tmp");
      this.bytes = new FileOutputStream(unborn.toFile());
      this.out = new DataOutputStream(new BufferedOutputStream(bytes));
      this.fsync = fsync;
    }

    /** Adds the place of an event; ordinals ascend, and those left out have none. */
    public void add(long ordinal, Place place) throws IOException {
      for (; next < ordinal; next++) {
        out.write(new byte[RECORD_BYTES]);
      }
      out.writeInt(place.partition());
      out.writeLong(place.seq());
      out.writeInt(checksum(ordinal, place));
      next++;
    }

    /** Gives the file its name; when this returns a crash can no longer undo it. */
    public void publish() throws IOException {
      out.flush();
      if (fsync == Fsync.ALWAYS) {
        bytes.getFD().sync();
      }
      Files.move(unborn, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      Disk.syncDirectory(file.getParent(), fsync);
    }

    @Override
    public void close() throws IOException {
      out.close();
    }
  }
}
