package org.aragora.telemetry.schemas.text;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Text files of users: UTF-8, with or without the byte order mark that editors put before it. */
public final class TextFile {
  private TextFile() {}

  /**
   * Reads a file.
   *
   * @throws IOException if it cannot be read, or is not UTF-8
   */
  public static String read(Path file) throws IOException {
    return Unicode.withoutByteOrderMark(Files.readString(file));
  }

  /** Reads a file that contains one secret: the line break at its end does not belong to it. */
  public static String readSecret(Path file) throws IOException {
    return read(file).replaceFirst("\\R$", "");
  }
}
