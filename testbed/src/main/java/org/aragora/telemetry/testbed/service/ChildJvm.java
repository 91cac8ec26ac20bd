package org.aragora.telemetry.testbed.service;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A program in a JVM of its own. It ends with this JVM, however this one ends. Ctrl-C on a terminal
 * does not reach it: its owner stops it. Failure tests kill and pause it.
 *
 * <pre>{@code
 * ChildJvm processor =
 *     ChildJvm.of("org.aragora.telemetry.processor.ProcessorMain", directory.resolve("processor.log"))
 *         .options("-Xmx512m")
 *         .environment("METRICS_PORT", "9090");
 * processor.start();
 * }</pre>
 *
 * <p>Not safe for use by several threads.
 */
public final class ChildJvm {

  private static final Duration SIGNALLED_WITHIN = Duration.ofSeconds(15);
  private static final int LOG_LINES_SHOWN = 15;

  private final String mainClass;
  private final Path log;
  private final List<String> options = new ArrayList<>();
  private final List<String> arguments = new ArrayList<>();
  private final Map<String, @Nullable String> environment = new TreeMap<>();
  private String classPath = System.getProperty("java.class.path", "");

  private @Nullable Process process;

  private ChildJvm(String mainClass, Path log) {
    this.mainClass = mainClass;
    this.log = log.toAbsolutePath();
  }

  /**
   * Prepares a program that is on our own class path unless another is given.
   *
   * @param log file that its standard output and error are appended to
   */
  public static ChildJvm of(String mainClass, Path log) {
    return new ChildJvm(mainClass, log);
  }

  /** Adds options of its JVM. */
  public ChildJvm options(String... more) {
    options.addAll(List.of(more));
    return this;
  }

  /** Adds arguments of the program. */
  public ChildJvm arguments(String... more) {
    arguments.addAll(List.of(more));
    return this;
  }

  /** Sets the class path; a later {@link #start} uses it. */
  public ChildJvm classPath(String path) {
    classPath = path;
    return this;
  }

  /** Sets a variable beside or instead of ours; null removes it. */
  public ChildJvm environment(String name, @Nullable String value) {
    environment.put(name, value);
    return this;
  }

  /** Starts it and returns at once. It can be started again once it has ended. */
  public void start() {
    if (isAlive()) {
      throw new IllegalStateException(mainClass + " is running.");
    }
    ProcessBuilder builder =
        new ProcessBuilder(command())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    environment.forEach(
        (name, value) -> {
          if (value == null) {
            builder.environment().remove(name);
          } else {
            builder.environment().put(name, value);
          }
        });
    try {
      process = builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException("The JVM of " + mainClass + " could not be started.", e);
    }
  }

  /**
   * Ends it cleanly (SIGTERM), or at once if it does not end in time. Does nothing if it is down.
   *
   * @return true if SIGTERM was enough
   */
  public boolean stop(Duration within) {
    Process running = process;
    if (running == null) {
      return true;
    }
    if (running.isAlive()) {
      signal(running, "CONT");
      running.destroy();
    }
    boolean clean = ended(running, within);
    kill();
    return clean;
  }

  /** Ends it at once, as a crash does (SIGKILL). Does nothing if it is down. */
  public void kill() {
    Process running = process;
    if (running != null) {
      running.destroyForcibly();
      ended(running, SIGNALLED_WITHIN);
      process = null;
    }
  }

  /** Pauses it (SIGSTOP): connections stay open, nothing answers. */
  public void pause() {
    signal(running(), "STOP");
  }

  /** Ends a pause (SIGCONT). */
  public void resume() {
    signal(running(), "CONT");
  }

  /** Returns true while the process exists; a paused one does. */
  public boolean isAlive() {
    return process != null && process.isAlive();
  }

  /** Process id; it must run. */
  public long pid() {
    return running().pid();
  }

  /** File that gets its output. */
  public Path log() {
    return log;
  }

  /** Last lines of its output, for an error message. */
  public String endOfLog() {
    try {
      List<String> lines = Files.readAllLines(log);
      return lines.stream()
          .skip(Math.max(0, lines.size() - LOG_LINES_SHOWN))
          .collect(Collectors.joining("\n"));
    } catch (IOException e) {
      return "(no log)";
    }
  }

  /** Directory or jar that holds the classes of {@code type}. */
  public static Path originOf(Class<?> type) {
    try {
      return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException("The class path of this program cannot be given on.", e);
    }
  }

  private List<String> command() {
    List<String> command = new ArrayList<>();
    // A JVM leaves signals alone that are ignored when it starts, and exec keeps them ignored.
    command.addAll(List.of("/bin/sh", "-c", "trap '' INT; exec \"$@\"", "sh"));
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    command.add("-cp");
    command.add(classPath + File.pathSeparator + originOf(ChildMain.class));
    command.add(ChildMain.class.getName());
    command.add(mainClass);
    command.addAll(arguments);
    return command;
  }

  private Process running() {
    Process running = process;
    if (running == null) {
      throw new IllegalStateException(mainClass + " is not running.");
    }
    return running;
  }

  private static boolean ended(Process process, Duration within) {
    try {
      return process.waitFor(within.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static void signal(Process process, String name) {
    try {
      // The shell's own kill: a small system has no other.
      Process kill =
          new ProcessBuilder("/bin/sh", "-c", "kill -" + name + " " + process.pid())
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      ended(kill, SIGNALLED_WITHIN);
    } catch (IOException e) {
      throw new UncheckedIOException("SIG" + name + " could not be sent.", e);
    }
  }
}
