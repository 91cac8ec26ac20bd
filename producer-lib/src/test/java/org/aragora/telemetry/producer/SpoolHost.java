package org.aragora.telemetry.producer;

import java.nio.file.Path;
import java.time.Duration;
import org.aragora.telemetry.producer.disk.Fsync;
import org.aragora.telemetry.schemas.event.RequestCompleted;

/**
 * A host to be killed: {@code <servers> <spool> <fsync> <name>}. Prints the id of each request on
 * standard output after it was accepted, and never ends.
 */
final class SpoolHost {
  private SpoolHost() {}

  public static void main(String[] arguments) throws InterruptedException {
    TelemetryProducer telemetry =
        TelemetryProducer.builder("host-" + arguments[3])
            .bootstrapServers(arguments[0])
            .spool(Path.of(arguments[1]))
            .fsync(Fsync.valueOf(arguments[2]))
            .build();
    for (int i = 0; ; i++) {
      String id = arguments[3] + "-" + i;
      if (telemetry.emit(
          RequestCompleted.of(id, "GET", "/api/debates", 200, Duration.ofMillis(1)))) {
        System.out.println(id);
        System.out.flush();
      }
      if (i % 100 == 99) {
        Thread.sleep(1); // so that some are acknowledged and some are not
      }
    }
  }
}
