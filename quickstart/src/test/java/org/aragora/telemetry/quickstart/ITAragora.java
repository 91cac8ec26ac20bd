package org.aragora.telemetry.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Pattern;
import org.aragora.telemetry.testbed.service.LocalHttp;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** {@code quickstart --aragora}: a real server where PyPI can be reached, else the sentence. */
class ITAragora {
  private static final String PATH = "/api/v1/agents";
  private static final int REQUESTS = 5;

  /** Own count of the driver, our requests, and their sum. */
  private static final Pattern AGENTS =
      Pattern.compile("(?m)^GET " + PATH + " 200 +([1-9][0-9,]*) +" + REQUESTS + " +([0-9,]+)$");

  private static final Pattern DEBATES =
      Pattern.compile("(?m)^debates started +([1-9][0-9]*) +0 +\\1$");

  @TempDir private Path directory;

  @RegisterExtension private final Quickstarts quickstarts = new Quickstarts();

  @Test
  void whatARealServerDidIsCountedAndItEndsCleanly() throws Exception {
    QuickstartProcess quickstart = quickstarts.start(directory, Map.of(), "--aragora");
    String started =
        quickstart.awaitOutput("(Aragora +http://localhost:[0-9]+|--aragora needs .*)");
    skipIfMissing(started);
    int port = Integer.parseInt(started.substring(started.lastIndexOf(':') + 1));
    for (int i = 0; i < REQUESTS; i++) {
      assertThat(LocalHttp.get(port, PATH, Duration.ofSeconds(20)).statusCode()).isEqualTo(200);
    }
    quickstart.awaitOutput("counted [1-9]");

    quickstart.terminate();

    int code = quickstart.awaitEnd(Duration.ofSeconds(120));
    assertThat(quickstart.output())
        .containsPattern(AGENTS)
        .containsPattern(DEBATES)
        .contains("Every request and every debate that the driver counted is counted on /metrics")
        .contains("Every event is accounted for")
        .contains("Every span and every line that the events give was acknowledged and received.");
    assertThat(code).as(quickstart.output()).isZero();
  }

  private static void skipIfMissing(String started) {
    if (started.startsWith("--aragora needs ")) {
      System.err.println("The test of a real Aragora server is skipped: " + started);
      Assumptions.abort(started);
    }
  }

  @Test
  void withoutPythonOneSentenceNamesItBeforeAnythingStarts() throws Exception {
    Path empty = Files.createDirectory(directory.resolve("empty"));
    QuickstartProcess quickstart =
        quickstarts.start(directory, Map.of("PATH", empty.toString()), "--aragora");

    assertThat(quickstart.awaitEnd(Duration.ofSeconds(30))).isEqualTo(1);
    assertThat(quickstart.output().strip())
        .endsWith(
            "--aragora needs python3, which is not on the path; install Python 3.10 or newer.")
        .doesNotContain("Starting");
  }
}
