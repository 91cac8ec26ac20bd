package org.aragora.telemetry.quickstart.aragora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.aragora.telemetry.testbed.service.ServiceEnvironment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A script takes the place of Python, so that the start and the end can be had as wanted. */
class AragoraServerTest {
  @TempDir private Path directory;

  private AragoraServer start(String body) throws Exception {
    Path python = directory.resolve("python");
    Files.writeString(python, "#!/bin/sh\n" + body);
    assertThat(python.toFile().setExecutable(true)).isTrue();
    return AragoraServer.start(
        python, new ServiceEnvironment("localhost:9", "aragora.", directory));
  }

  @Test
  void endIsAskedForBySigtermAndGivesTheExitCode() throws Exception {
    Path ready = directory.resolve("ready");
    try (AragoraServer server =
        start("trap 'exit 7' TERM; touch %s; while :; do sleep 0.1; done".formatted(ready))) {
      while (!Files.exists(ready)) {
        server.checkAlive();
      }

      assertThat(server.stop(Duration.ofSeconds(20))).isEqualTo(7);
    }
  }

  @Test
  void serverThatDoesNotEndIsKilled() throws Exception {
    Path ready = directory.resolve("ready");
    try (AragoraServer server = start("trap '' TERM; touch %s; exec sleep 600".formatted(ready))) {
      while (!Files.exists(ready)) {
        server.checkAlive();
      }

      assertThat(server.stop(Duration.ofMillis(200))).isNegative();
      assertThatThrownBy(server::checkAlive).isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void serverThatEndsIsReportedWithItsLog() throws Exception {
    try (AragoraServer server = start("echo no module; exit 3")) {
      assertThatThrownBy(() -> server.awaitReady(Duration.ofSeconds(20), () -> false))
          .hasMessageContaining("The Aragora server ended")
          .hasMessageContaining("no module");
    }
  }

  @Test
  void nothingOfTheUsersEnvironmentReachesIt() throws Exception {
    try (AragoraServer server = start("env; exit 3")) {
      assertThatThrownBy(() -> server.awaitReady(Duration.ofSeconds(20), () -> false))
          .isInstanceOf(IllegalStateException.class);
    }

    assertThat(Files.readAllLines(directory.resolve("aragora/server.log")))
        .contains("ARAGORA_TELEMETRY=on", "KAFKA_BOOTSTRAP_SERVERS=localhost:9")
        .allMatch(
            line ->
                line.matches(
                    "(PATH|LANG|LC_ALL|TMPDIR|TZ|HOME|PWD|OLDPWD|SHLVL|_|KAFKA_BOOTSTRAP_SERVERS"
                        + "|ARAGORA_[A-Z_]+|(HTTPS?|ALL|NO)_PROXY)=.*"));
  }
}
