package org.aragora.telemetry.quickstart.aragora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Scripts take the place of Python and pip, so that each failure of theirs can be had. */
class PythonEnvironmentTest {
  @TempDir private Path directory;

  private final List<String> progress = new ArrayList<>();
  private Path bin;
  private Path project;

  @BeforeEach
  void makeProject() throws Exception {
    bin = Files.createDirectories(directory.resolve("bin"));
    project = Files.createDirectories(directory.resolve("project"));
    Files.writeString(project.resolve("requirements-aragora.txt"), "aragora==1\n");
    Files.createDirectories(project.resolve("src/aragora_telemetry"));
    Files.writeString(project.resolve("src/aragora_telemetry/cli.py"), "# 1\n");
  }

  /** Writes a python3 that passes the check, and makes an environment whose pip is the script. */
  private void python(String pip) throws Exception {
    script(
        bin.resolve("python3"),
        """
        case $1 in
          -c) echo 3.11.7; echo 0123456789ab ;;
          -m)
            mkdir -p "$3/bin" "$3/lib/python3.11/site-packages"
            cp %s "$3/bin/python"
            ;;
        esac
        """
            .formatted(bin.resolve("pip")));
    script(bin.resolve("pip"), pip);
  }

  private static void script(Path file, String body) throws Exception {
    Files.writeString(file, "#!/bin/sh\n" + body);
    assertThat(file.toFile().setExecutable(true)).isTrue();
  }

  private @Nullable Path prepare(String path) throws InterruptedException {
    return new PythonEnvironment(project, Map.of("PATH", path), progress::add).prepare(() -> false);
  }

  private @Nullable Path prepare() throws InterruptedException {
    return prepare(bin + ":" + System.getenv("PATH"));
  }

  @Test
  void missingPythonIsNamed() {
    assertThatThrownBy(() -> prepare(bin.toString()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "--aragora needs python3, which is not on the path; install Python 3.10 or newer.");
  }

  @Test
  void oldPythonIsNamedWithItsVersion() throws Exception {
    script(bin.resolve("python3"), "echo 3.9.2; exit 10");

    assertThatThrownBy(this::prepare)
        .hasMessage(
            "--aragora needs Python 3.10 or newer, and python3 is 3.9.2;"
                + " put a newer one first on the path.");
  }

  @Test
  void missingModuleVenvIsNamedWithTheRemedy() throws Exception {
    script(bin.resolve("python3"), "echo 3.11.2; exit 11");

    assertThatThrownBy(this::prepare)
        .hasMessageContaining("module venv")
        .hasMessageContaining("apt-get install python3-venv");
  }

  @Test
  void unreachablePypiIsNamed() throws Exception {
    python("echo 'WARNING: Retrying after NewConnectionError'; echo 'ERROR: no'; exit 1");

    assertThatThrownBy(this::prepare)
        .hasMessageStartingWith("--aragora needs PyPI once, which cannot be reached from here")
        .hasMessageContaining("quickstart-pip.log");
  }

  @Test
  void fileWithAnotherHashIsRefused() throws Exception {
    python("echo 'ERROR: THESE PACKAGES DO NOT MATCH THE HASHES'; exit 1");

    assertThatThrownBy(this::prepare)
        .hasMessageContaining("pinned hashes")
        .hasMessageContaining("PyPI served another file");
  }

  @Test
  void otherFailureOfPipIsQuoted() throws Exception {
    python("echo 'ERROR: no space'; exit 1");

    assertThatThrownBy(this::prepare).hasMessageContaining("pip failed (ERROR: no space)");
  }

  @Test
  void nextRunInstallsOnlyWhatHasChanged() throws Exception {
    Path installs = directory.resolve("installs");
    python(
        """
        for last; do :; done
        echo "$last" >>%s
        if [ "$last" = %s ]; then
          cp -r "$last/src/aragora_telemetry" "${0%%/bin/python}/lib/python3.11/site-packages/"
        fi
        """
            .formatted(installs, project));

    Path first = prepare();
    Path second = prepare();
    Files.writeString(project.resolve("src/aragora_telemetry/cli.py"), "# 2\n");
    prepare();

    assertThat(first).isEqualTo(second).isExecutable();
    assertThat(Files.readAllLines(installs))
        .containsExactly(
            project.resolve("requirements-aragora.txt").toString(),
            project.toString(),
            project.toString());
    assertThat(progress.get(0)).startsWith("Installing Aragora from PyPI in ");
  }

  @Test
  void interruptedInstallationIsDoneAgain() throws Exception {
    python("exit 1");
    assertThatThrownBy(this::prepare).isInstanceOf(IllegalStateException.class);
    python("exit 0");

    assertThat(prepare()).isExecutable();
    assertThat(progress).filteredOn(line -> line.startsWith("Installing Aragora")).hasSize(2);
  }

  @Test
  void stopEndsPipAtOnce() throws Exception {
    python("exec sleep 600");

    assertThat(
            new PythonEnvironment(
                    project, Map.of("PATH", bin + ":" + System.getenv("PATH")), progress::add)
                .prepare(() -> !progress.isEmpty()))
        .isNull();
  }
}
