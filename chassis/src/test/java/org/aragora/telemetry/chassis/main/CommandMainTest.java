package org.aragora.telemetry.chassis.main;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.TimeoutException;
import org.aragora.telemetry.schemas.kafka.InvalidSettingException;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

class CommandMainTest {
  private final StringWriter err = new StringWriter();

  @Test
  void codeOfTheCommandIsTheCodeOfTheProcess() {
    assertThat(execute(() -> ExitCodes.DONE)).isZero();
    assertThat(execute(() -> ExitCodes.DIFFERS)).isEqualTo(3);
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void refusalIsOneSentenceAndCode2() {
    assertThat(execute(failing(new InvalidSettingException("X=1 is refused: it must be 2."))))
        .isEqualTo(2);
    assertThat(err.toString()).isEqualToIgnoringNewLines("X=1 is refused: it must be 2.");
  }

  @Test
  void failureIsOneSentenceAndCode1() {
    assertThat(execute(failing(new IllegalStateException("Nothing is there.")))).isEqualTo(1);
    assertThat(execute(failing(new KafkaException("no", new IllegalStateException("really")))))
        .isEqualTo(1);
    assertThat(execute(failing(new ExecutionException(new IllegalStateException("Inside.")))))
        .isEqualTo(1);
    assertThat(execute(failing(new IllegalStateException()))).isEqualTo(1);
    assertThat(err.toString().lines())
        .containsExactly(
            "Nothing is there.",
            "telemetry test has failed: no: really",
            "Inside.",
            "java.lang.IllegalStateException");
  }

  @Test
  void comparisonThatCannotBeMadeIsCode3AndItsReason() {
    Exception reason = new ExecutionException(new IllegalStateException("Nothing is there."));

    assertThat(execute(failing(new CannotCompareException(reason)))).isEqualTo(3);
    assertThat(err.toString()).isEqualToIgnoringNewLines("Nothing is there.");
  }

  @Test
  void brokerThatDoesNotAnswerNamesTheSetting() {
    assertThat(execute(failing(new TimeoutException("Timeout expired.")))).isEqualTo(1);
    assertThat(err.toString()).contains("Timeout expired.", "check KAFKA_BOOTSTRAP_SERVERS");
  }

  @Test
  void unknownHostOfTheBrokersNamesTheSetting() {
    assertThat(
            execute(
                () ->
                    Admin.create(Map.of("bootstrap.servers", "no.such.host.invalid:9092")) != null
                        ? 0
                        : 1))
        .isEqualTo(1);
    assertThat(err.toString())
        .contains("KAFKA_BOOTSTRAP_SERVERS has no address whose host name resolves");
  }

  @Test
  void settingThatAClientRefusesIsCode2AndNamesTheCause() {
    Map<String, Object> settings =
        Map.of(
            "bootstrap.servers",
            "127.0.0.1:9",
            "security.protocol",
            "SSL",
            "ssl.keystore.location",
            "/nowhere");
    assertThat(execute(() -> Admin.create(settings) == null ? 1 : 0)).isEqualTo(2);
    assertThat(err.toString())
        .startsWith("The KAFKA_ settings are refused: ")
        .containsPattern("key store password is not specified\\.\\R$");
  }

  @Test
  void wrongUsageIsCode2() {
    assertThat(execute(() -> 0, "--nothing")).isEqualTo(2);
  }

  @Test
  void mistypedOptionWithAValueBringsTheNearest() {
    for (String[] arguments : new String[][] {{"--durtion", "5"}, {"--durtion=5"}, {"--durtion"}}) {
      assertThat(execute(() -> 0, arguments)).isEqualTo(2);
      assertThat(err.toString()).contains("--durtion").contains("Possible solutions: --duration");
      err.getBuffer().setLength(0);
    }
  }

  @Test
  void wrongNumberIsReportedWithoutAWordOfJava() {
    assertThat(execute(() -> 0, "--count", "x")).isEqualTo(2);
    assertThat(execute(() -> 0, "--duration", "x")).isEqualTo(2);
    assertThat(err.toString())
        .contains("'x' is not a whole number")
        .contains("'x' is not a number of seconds, such as 90, 90s, 5m or 2h")
        .doesNotContain("not an int", "not a long");
  }

  @Test
  void secondsMayHaveAUnit() {
    for (String text : List.of("300", "300s", "5m")) {
      Work work = new Work(() -> 0);
      CommandLine line = CommandMain.prepare(new CommandLine(work));
      line.parseArgs("--duration", text);
      assertThat(work.duration).isEqualTo(300);
    }
    assertThat(execute(() -> 0, "--duration", "999999999h")).isEqualTo(0);
    assertThat(execute(() -> 0, "--timeout", "999999999h")).isEqualTo(2);
  }

  private static Callable<Integer> failing(Exception failure) {
    return () -> {
      throw failure;
    };
  }

  private int execute(Callable<Integer> work, String... arguments) {
    CommandLine line = CommandMain.prepare(new CommandLine(new Work(work)));
    line.setErr(new PrintWriter(err, true));
    return line.execute(arguments);
  }

  @Command(name = "telemetry test")
  private static final class Work implements Callable<Integer> {
    @Option(names = "--duration", converter = Seconds.AsLong.class)
    private long duration;

    @Option(names = "--timeout", converter = Seconds.AsInt.class)
    private int timeout;

    @Option(names = "--count")
    private int count;

    private final Callable<Integer> work;

    Work(Callable<Integer> work) {
      this.work = work;
    }

    @Override
    public Integer call() throws Exception {
      return work.call();
    }
  }

  @Test
  void noPasswordOfAUrlIsInASentence() {
    Exception failure =
        new IllegalStateException("x", new IOException("no answer of http://u:hunter2@host"));
    assertThat(Failures.withCauses(failure)).isEqualTo("x: no answer of http://u:[REDACTED]@host");
    assertThat(Failures.sentence(new UncheckedIOException((IOException) failure.getCause())))
        .doesNotContain("hunter2");
  }
}
