package org.aragora.telemetry.quickstart.aragora;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.aragora.telemetry.testbed.service.TempResources;
import org.jspecify.annotations.Nullable;

/**
 * Virtual environment with the pinned Aragora and the wheel of this checkout. It is kept in {@code
 * producer-python/target}, under a hash of requirements and Python version; the wheel's tests use
 * the same one.
 */
final class PythonEnvironment {
  private static final int TOO_OLD = 10;
  private static final int NO_VENV = 11;
  private static final int NOT_FOUND = 127;
  private static final int POLL_MS = 100;

  /** Finds a program on the path that it gets, and not on ours. */
  private static final String ENV = "/usr/bin/env";

  /** Prints the version, then the hash; the exit code names what is missing. */
  private static final String CHECK =
      """
      import hashlib, pathlib, sys
      print(sys.version.split()[0])
      if sys.version_info < (3, 10): sys.exit(10)
      try: import ensurepip, venv
      except ImportError: sys.exit(11)
      content = pathlib.Path(sys.argv[1]).read_bytes() + sys.version.encode()
      print(hashlib.sha256(content).hexdigest()[:12])
      """;

  private static final List<String> UNREACHABLE =
      List.of(
          "NewConnectionError",
          "Max retries",
          "No matching distribution",
          "timed out",
          "ProxyError",
          "ReadTimeout",
          "Temporary failure in name resolution");

  private final Path project;
  private final Map<String, String> variables;
  private final Consumer<String> progress;
  private final Path log;

  /**
   * Prepares nothing yet.
   *
   * @param project directory {@code producer-python} of the checkout
   * @param variables beside or instead of those of this process
   * @param progress gets a line before something that takes long
   */
  PythonEnvironment(Path project, Map<String, String> variables, Consumer<String> progress) {
    this.project = project;
    this.variables = Map.copyOf(variables);
    this.progress = progress;
    this.log = project.resolve("target").resolve("quickstart-pip.log");
  }

  /**
   * Makes the environment unless it is there, and installs the wheel unless it is up to date.
   *
   * @return its Python; null if the run was stopped
   * @throws IllegalStateException with one sentence on what is missing and the remedy
   */
  @Nullable Path prepare(BooleanSupplier isStopped) throws InterruptedException {
    try {
      Files.createDirectories(log.getParent());
      try (FileChannel file =
              FileChannel.open(
                  log.resolveSibling("quickstart-python.lock"),
                  StandardOpenOption.CREATE,
                  StandardOpenOption.WRITE);
          FileLock lock = file.lock()) {
        return lock.isValid() ? prepareAlone(isStopped) : null;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(
          "--aragora needs to write to %s: %s".formatted(log.getParent(), e.getMessage()), e);
    }
  }

  private @Nullable Path prepareAlone(BooleanSupplier isStopped)
      throws IOException, InterruptedException {
    Path requirements = project.resolve("requirements-aragora.txt");
    Path directory =
        log.resolveSibling("aragora-" + checkPython(requirements.toString(), isStopped));
    Path python = directory.resolve("bin").resolve("python");
    Path complete = directory.resolve("complete");
    if (!Files.exists(complete)) {
      TempResources.delete(directory);
      progress.accept(
          "Installing Aragora from PyPI in %s; the first time this takes a minute or two ..."
              .formatted(directory));
      boolean isMade =
          run(isStopped, List.of(ENV, "python3", "-m", "venv", directory.toString())) == 0;
      if (isStopped.getAsBoolean()) {
        return null;
      }
      if (!isMade) {
        throw failed("a virtual environment, and python3 -m venv failed");
      }
      pip(python, isStopped, "--require-hashes", "-r", requirements.toString());
      if (isStopped.getAsBoolean()) {
        return null;
      }
      Files.createFile(complete);
    }
    if (!isUpToDate(directory)) {
      progress.accept("Installing the wheel aragora-telemetry of this checkout ...");
      pip(
          python,
          isStopped,
          "--no-deps",
          "--no-build-isolation",
          "--force-reinstall",
          project.toString());
    }
    return isStopped.getAsBoolean() ? null : python;
  }

  private String checkPython(String requirements, BooleanSupplier isStopped)
      throws IOException, InterruptedException {
    Files.deleteIfExists(log);
    int code = run(isStopped, List.of(ENV, "python3", "-c", CHECK, requirements));
    List<String> lines = Files.readAllLines(log);
    String last = lines.isEmpty() ? "" : lines.get(lines.size() - 1);
    if (code == NOT_FOUND) {
      throw new IllegalStateException(
          "--aragora needs python3, which is not on the path; install Python 3.10 or newer.");
    }
    if (code == TOO_OLD) {
      throw new IllegalStateException(
          "--aragora needs Python 3.10 or newer, and python3 is %s; put a newer one first on the path."
              .formatted(last));
    }
    if (code == NO_VENV) {
      throw new IllegalStateException(
          "--aragora needs Python's module venv, which is missing; install it"
              + " (Debian and Ubuntu: apt-get install python3-venv).");
    }
    if (code != 0 && !isStopped.getAsBoolean()) {
      throw failed("a working python3, and this one failed (" + last + ")");
    }
    return last;
  }

  private void pip(Path python, BooleanSupplier isStopped, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.addAll(List.of(python.toString(), "-m", "pip", "install", "--quiet"));
    command.add("--disable-pip-version-check");
    command.addAll(List.of(arguments));
    if (run(isStopped, command) == 0 || isStopped.getAsBoolean()) {
      return;
    }
    String output = Files.readString(log);
    String last = output.lines().filter(line -> line.contains("ERROR")).findFirst().orElse("");
    if (output.contains("DO NOT MATCH")) {
      throw failed("packages with the pinned hashes, and PyPI served another file");
    }
    if (UNREACHABLE.stream().anyMatch(output::contains)) {
      throw failed(
          "PyPI once, which cannot be reached from here; check the network, or pip's proxy and"
              + " index");
    }
    throw failed("Aragora from PyPI, and pip failed (" + last.strip() + ")");
  }

  private IllegalStateException failed(String needed) {
    return new IllegalStateException(
        "--aragora needs %s. The output is in %s.".formatted(needed, log));
  }

  /** Runs a command with its output in the log. */
  private int run(BooleanSupplier isStopped, List<String> command)
      throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.to(log.toFile()));
    builder.environment().putAll(variables);
    // Python would write its caches beside the sources of the checkout.
    builder.environment().put("PYTHONDONTWRITEBYTECODE", "1");
    Process process = builder.start();
    try {
      while (!process.waitFor(POLL_MS, TimeUnit.MILLISECONDS)) {
        if (isStopped.getAsBoolean()) {
          return -1;
        }
      }
      return process.exitValue();
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  /** Returns true if each source file of the wheel is installed as it is now. */
  private boolean isUpToDate(Path directory) throws IOException {
    Path sources = project.resolve("src");
    try (Stream<Path> libraries = Files.list(directory.resolve("lib"));
        Stream<Path> files = Files.walk(sources)) {
      Path packages =
          libraries
              .filter(each -> each.getFileName().toString().startsWith("python"))
              .findFirst()
              .orElse(directory)
              .resolve("site-packages");
      for (Path file : files.filter(PythonEnvironment::isPartOfTheWheel).toList()) {
        Path installed = packages.resolve(sources.relativize(file));
        if (!Files.exists(installed) || Files.mismatch(file, installed) >= 0) {
          return false;
        }
      }
      return true;
    }
  }

  private static boolean isPartOfTheWheel(Path file) {
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    return name.endsWith(".py") || name.endsWith(".pth") || name.endsWith("py.typed");
  }
}
