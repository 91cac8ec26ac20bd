package org.aragora.telemetry.processor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Committed files that output is compared with. */
public final class Golden {
  private Golden() {}

  public static String resource(String name) {
    try (InputStream in = Golden.class.getResourceAsStream(name)) {
      return in == null ? "" : new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new IllegalStateException(name + " cannot be read", e);
    }
  }

  /** {@code -Daragora.telemetry.golden.write=true} writes the file instead: look at the change. */
  public static void assertEqual(String name, String actual) throws IOException {
    if (Boolean.getBoolean("aragora.telemetry.golden.write")) {
      Files.writeString(
          Path.of("src/test/resources/org/aragora/telemetry/processor", name), actual);
      return;
    }
    assertThat(actual).isEqualTo(resource(name));
  }
}
