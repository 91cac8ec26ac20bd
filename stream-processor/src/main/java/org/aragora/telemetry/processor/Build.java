package org.aragora.telemetry.processor;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;

/** Version and revision that this program was built from. */
final class Build {
  private static final Properties PROPERTIES = load();

  private Build() {}

  static String version() {
    return PROPERTIES.getProperty("version", "unknown");
  }

  static String revision() {
    return PROPERTIES.getProperty("revision", "unknown");
  }

  private static Properties load() {
    Properties properties = new Properties();
    try (InputStream in = Build.class.getResourceAsStream("build.properties")) {
      if (in != null) {
        properties.load(in);
      }
    } catch (IOException e) {
      throw new IllegalStateException("build.properties on the class path cannot be read", e);
    }
    return properties;
  }
}
