package org.aragora.telemetry.producer.host;

import com.fasterxml.jackson.core.JsonFactory;
import java.security.CodeSource;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.utils.AppInfoParser;

/** The libraries that the host's class path has for us: older ones than ours may come first. */
public final class Libraries {
  private static final Pattern VERSION = Pattern.compile("(\\d+)\\.(\\d+).*");

  private Libraries() {}

  /**
   * Checks the versions.
   *
   * @throws IllegalArgumentException in one sentence, if one is too old
   */
  public static void check() {
    check("kafka-clients", AppInfoParser.getVersion(), 3, 9, KafkaProducer.class);
    check("jackson-core", new JsonFactory().version().toString(), 2, 18, JsonFactory.class);
  }

  static void check(String library, String found, int major, int minor, Class<?> type) {
    Matcher version = VERSION.matcher(found);
    if (version.matches()) { // else it was built by hand, and may fit
      int foundMajor = Integer.parseInt(version.group(1));
      int foundMinor = Integer.parseInt(version.group(2));
      if (foundMajor < major || (foundMajor == major && foundMinor < minor)) {
        throw new IllegalArgumentException(
            "The producer needs %s %d.%d or newer, but the class path has %s (%s) first."
                .formatted(library, major, minor, found, place(type)));
      }
    }
  }

  /** Sentence for a class that does not fit, with the libraries that were found. */
  public static String describe(LinkageError failure) {
    return "The producer's libraries do not fit together (%s): kafka-clients is in %s, jackson-core in %s."
        .formatted(
            failure,
            place("org.apache.kafka.clients.producer.KafkaProducer"),
            place("com.fasterxml.jackson.core.JsonFactory"));
  }

  private static String place(String type) {
    try {
      return place(Class.forName(type, false, Libraries.class.getClassLoader()));
    } catch (ClassNotFoundException | LinkageError e) {
      return "no jar";
    }
  }

  private static String place(Class<?> type) {
    CodeSource source = type.getProtectionDomain().getCodeSource();
    return source == null ? "an unknown place" : source.getLocation().getPath();
  }
}
