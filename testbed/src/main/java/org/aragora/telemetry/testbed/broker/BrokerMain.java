package org.aragora.telemetry.testbed.broker;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The broker's program: formats the data directory the first time and starts {@code kafka.Kafka},
 * in one JVM; Kafka's own scripts take two.
 *
 * <p>Arguments: server.properties, data directory, cluster id.
 */
public final class BrokerMain {

  private BrokerMain() {}

  public static void main(String[] arguments) {
    String properties = arguments[0];
    if (!Files.exists(Path.of(arguments[1], "meta.properties"))) {
      int formatted =
          kafka.tools.StorageTool.execute(
              new String[] {"format", "-t", arguments[2], "-c", properties}, System.out);
      if (formatted != 0) {
        System.exit(formatted);
      }
    }
    kafka.Kafka.main(new String[] {properties});
  }
}
