package org.aragora.telemetry.chassis.redact;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.charset.Charset;
import java.util.Arrays;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.aragora.telemetry.schemas.text.Utf8;
import org.jspecify.annotations.Nullable;

/** Redaction of the parts of a record, whatever their bytes are. Thread-safe. */
public final class RecordRedaction {

  private final Redactor redactor;

  RecordRedaction(Redactor redactor) {
    this.redactor = redactor;
  }

  /** Redacts a text. */
  public String text(String text) {
    return redactor.text(text);
  }

  /**
   * Redacts a key or a value. Bytes that are not UTF-8 are read one by one, so that each that stays
   * is as it was.
   *
   * @return the same array if there is nothing to remove
   */
  public byte[] bytes(byte[] bytes) {
    Charset charset = Utf8.firstError(bytes) < 0 ? UTF_8 : ISO_8859_1;
    String text = new String(bytes, charset);
    String clean = redactor.text(text);
    return clean.equals(text) ? bytes : clean.getBytes(charset);
  }

  /** As {@link #bytes}, null for null. */
  public byte @Nullable [] bytesOrNull(byte @Nullable [] bytes) {
    return bytes == null ? null : bytes(bytes);
  }

  /** Redacts a header by its name and its value; the same object if there is nothing to remove. */
  public Header header(Header header) {
    byte[] value = header.value();
    if (value == null) {
      return header;
    }
    String text = new String(value, ISO_8859_1);
    boolean secret = !String.valueOf(redactor.field(header.key(), text)).equals(text);
    byte[] clean = secret ? Redactor.MARK.getBytes(UTF_8) : bytes(value);
    return Arrays.equals(clean, value) ? header : new RecordHeader(header.key(), clean);
  }
}
