package org.aragora.telemetry.chassis.main;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.apache.kafka.common.KafkaException;
import org.aragora.telemetry.chassis.settings.Setting;
import org.junit.jupiter.api.Test;

/** A service as a process: signals, sentences and exit codes. */
class ServiceMainTest {

  @Test
  void signalStopsItInGoodOrder() throws Exception {
    Process process = start("run");
    BufferedReader out = process.inputReader();
    assertThat(out.readLine()).isEqualTo("started");
    process.toHandle().destroy();
    assertThat(out.readLine()).isEqualTo("closed");
    assertThat(code(process)).isZero();
    assertThat(error(process)).isEmpty();
  }

  @Test
  void signalStopsItsStartInGoodOrder() throws Exception {
    for (String mode : List.of("wait", "wait-and-run")) {
      Process process = start(mode);
      BufferedReader out = process.inputReader();
      assertThat(out.readLine()).isEqualTo("waiting");
      process.toHandle().destroy();
      assertThat(code(process)).as(mode).isZero();
      assertThat(error(process)).isEmpty();
    }
  }

  @Test
  void failureIsOneSentenceAndCode1() throws Exception {
    Process process = start("fail");
    assertThat(error(process)).isEqualTo("The service has stopped: it was the store");
    assertThat(code(process)).isEqualTo(1);
    assertThat(process.inputReader().lines()).containsExactly("started", "closed");
  }

  @Test
  void refusalIsOneSentenceAndCode2() throws Exception {
    Process process = start("refuse");
    assertThat(error(process)).isEqualTo("MODE=refuse is refused: it was asked for.");
    assertThat(code(process)).isEqualTo(2);
    Process unknown = start("unknown", "ARAGORA_TELEMETRY_X", "1");
    assertThat(error(unknown)).startsWith("ARAGORA_TELEMETRY_X is not a setting");
    assertThat(code(unknown)).isEqualTo(2);
    Process bad = start("run", "LOG_LEVEL", "LOUD");
    assertThat(error(bad)).startsWith("LOG_LEVEL=LOUD is refused: ");
    assertThat(code(bad)).isEqualTo(2);
  }

  @Test
  void helpListsTheSettings() throws Exception {
    Process process = builder("--help").start();
    assertThat(process.inputReader().lines().collect(Collectors.joining("\n")))
        .contains("telemetry test", "Tests it.", "MODE (text)", "LOG_LEVEL");
    assertThat(code(process)).isZero();
    Process wrong = builder("now").start();
    assertThat(error(wrong)).contains("--help");
    assertThat(code(wrong)).isEqualTo(2);
  }

  private static Process start(String mode, String... variable) throws IOException {
    ProcessBuilder builder = builder();
    builder.environment().put("MODE", mode);
    if (variable.length > 0) {
      builder.environment().put(variable[0], variable[1]);
    }
    return builder.start();
  }

  private static ProcessBuilder builder(String... arguments) {
    List<String> command = new java.util.ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of("-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path")));
    command.add(TestMain.class.getName());
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().keySet().removeIf(name -> name.startsWith("LOG_"));
    return builder;
  }

  private static int code(Process process) throws InterruptedException {
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    return process.exitValue();
  }

  private static String error(Process process) {
    return process.errorReader().lines().collect(Collectors.joining("\n"));
  }

  static final class TestMain {
    private static final Setting<String> MODE = Setting.text("MODE").doc("What happens.");

    public static void main(String[] arguments) {
      System.exit(
          ServiceMain.run(
              new ServiceMain.Definition(
                  "test",
                  "The service",
                  "Tests it.",
                  List.of(MODE),
                  settings -> {
                    if (settings.get(MODE).equals("refuse")) {
                      throw settings.refusal(MODE, "it was asked for");
                    }
                    if (settings.get(MODE).startsWith("wait")) {
                      await();
                      if (settings.get(MODE).equals("wait")) {
                        throw new KafkaException("no broker");
                      }
                    }
                    return new TestService(settings.get(MODE).equals("fail"));
                  }),
              System.getenv(),
              arguments));
    }
  }

  /** Waits for a broker, as it were, until the thread is interrupted. */
  private static void await() {
    System.out.println("waiting");
    while (!Thread.currentThread().isInterrupted()) {
      LockSupport.park();
    }
  }

  private static final class TestService implements RunningService {
    private final CompletableFuture<Void> stopped = new CompletableFuture<>();

    TestService(boolean fails) {
      System.out.println("started");
      if (fails) {
        stopped.completeExceptionally(new IllegalStateException("it was the store"));
      }
    }

    @Override
    public CompletableFuture<Void> stopped() {
      return stopped;
    }

    @Override
    public void close() {
      if (Thread.currentThread().isInterrupted()) {
        System.err.println("A close that waits would fail.");
      }
      System.out.println("closed");
      stopped.complete(null);
    }
  }
}
