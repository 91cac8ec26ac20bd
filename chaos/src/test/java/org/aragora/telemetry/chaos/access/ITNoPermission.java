package org.aragora.telemetry.chaos.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.aragora.telemetry.chassis.topics.TopicAdmin;
import org.aragora.telemetry.producer.EmitMain;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A producer library whose user has no permission at all, as if the ACLs had been forgotten. */
class ITNoPermission {
  private static final String EVENT =
      "{\"type\":\"ai.aragora.log.emitted.v1\",\"data\":{\"level\":\"INFO\",\"logger\":\"x\",\"message\":\"m\"}}\n";
  private static final int START_SECONDS = 5;

  /** A trial and a rest of the client, so that it does not matter where in them it begins. */
  private static final int CYCLE_SECONDS = 35;

  @TempDir private Path directory;

  @Test
  void producerCostsItsHostLittleAndSendsWhenItMay() throws Exception {
    Path log = directory.resolve("emit.log");
    try (SecureBroker broker = new SecureBroker(directory, List.of("instances"))) {
      try (Admin admin = Admin.create(broker.administrator())) {
        new TopicAdmin(admin).create(new TopicAdmin.Plan("aragora.", 2, OptionalInt.empty()));
      }
      Process emit = emit(broker.environment("instances"), log);
      try {
        emit.getOutputStream().write(EVENT.getBytes(StandardCharsets.UTF_8));
        emit.getOutputStream().flush();
        assertThat(emit.waitFor(START_SECONDS, TimeUnit.SECONDS)).isFalse();
        Duration before = cpu(emit);
        assertThat(emit.waitFor(CYCLE_SECONDS, TimeUnit.SECONDS)).isFalse();
        Duration used = cpu(emit).minus(before);
        assertThat(used.toMillis() / (CYCLE_SECONDS * 1000.0))
            .as("share of a core")
            .isLessThan(0.08);

        broker.permit(AclTable.of("instances"));
        emit.getOutputStream().close();

        assertThat(emit.waitFor(60, TimeUnit.SECONDS)).as(Files.readString(log)).isTrue();
        assertThat(Files.readString(log)).contains("Not authorized", "1 events acknowledged.");
        assertThat(emit.exitValue()).isZero();
      } finally {
        emit.destroyForcibly().waitFor();
      }
    }
  }

  private static Duration cpu(Process process) {
    return process.info().totalCpuDuration().orElseThrow();
  }

  private static Process emit(Map<String, String> environment, Path log) throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx160m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            EmitMain.class.getName(),
            "--timeout",
            "150");
    builder.environment().putAll(environment);
    return builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
  }
}
