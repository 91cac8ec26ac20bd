package org.aragora.telemetry.chaos.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProcessorBuildTest {
  @TempDir Path checkout;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "aragora-telemetry-stream-processor-0.1.0-SNAPSHOT.jar",
        "stream-processor-0.1.0-SNAPSHOT.jar"
      })
  void oldAndNewNamesOfTheArtifactAreFound(String name) throws IOException {
    Path target = Files.createDirectories(checkout.resolve("stream-processor/target"));
    Files.createDirectory(target.resolve("lib"));
    Path jar = Files.createFile(target.resolve(name));
    Files.createFile(target.resolve(name.replace(".jar", "-sources.jar")));

    assertThat(ProcessorBuild.in(checkout).classPath())
        .startsWith(jar + File.pathSeparator + target.resolve("lib"));
  }

  @Test
  void aCheckoutWithoutABuildIsRefused() {
    assertThatThrownBy(() -> ProcessorBuild.in(checkout))
        .hasMessageContaining("bin/telemetry build");
  }
}
