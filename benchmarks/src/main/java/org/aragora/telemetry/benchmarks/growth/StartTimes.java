package org.aragora.telemetry.benchmarks.growth;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** CPU seconds of a processor since its start by kind of thread, from {@code jcmd Thread.print}. */
final class StartTimes {
  private static final Pattern THREAD = Pattern.compile("^\"([^\"]*)\".* cpu=([0-9.]+)ms ");

  /** The work of a thread whose name contains a text. */
  private record Role(String part, String name) {}

  private static final List<Role> ROLES =
      List.of(
          new Role("StateUpdater", "restore of the stores"),
          new Role("StreamThread", "stream thread"),
          new Role("CompilerThread", "the JVM's compilers"),
          new Role("GC Thread", "garbage collector"),
          new Role("G1 ", "garbage collector"),
          new Role("", "all else"));

  private StartTimes() {}

  /** One line: each kind with its seconds. */
  static String of(long pid) throws IOException {
    Process jcmd =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                Long.toString(pid),
                "Thread.print")
            .redirectErrorStream(true)
            .start();
    String answer = new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    Map<String, Double> seconds = new LinkedHashMap<>();
    ROLES.forEach(role -> seconds.putIfAbsent(role.name(), 0.0));
    answer
        .lines()
        .map(THREAD::matcher)
        .filter(Matcher::find)
        .forEach(
            thread ->
                seconds.merge(
                    role(thread.group(1)), Double.parseDouble(thread.group(2)) / 1e3, Double::sum));
    StringBuilder line = new StringBuilder();
    seconds.forEach(
        (role, of) -> line.append("%s%s %.1f".formatted(line.length() == 0 ? "" : ", ", role, of)));
    return line.toString();
  }

  private static String role(String thread) {
    return ROLES.stream()
        .filter(role -> thread.contains(role.part()))
        .map(Role::name)
        .findFirst()
        .orElseThrow();
  }
}
