package org.aragora.telemetry.doctor.top;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.aragora.telemetry.doctor.Stand;
import org.aragora.telemetry.testbed.service.Ports;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class TopMainTest {
  private static final String RECENT =
      """
      {"failure":"","events":[],"deadLetters":[{"timeMs":1764244801000,"topic":"aragora.requests",
       "place":"3@1234","kind":"invalid_field","source":"","text":"Field status must be a number"}]}
      """;

  private final Stand stand = Stand.start();
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final StringWriter err = new StringWriter();

  @AfterEach
  void close() {
    stand.close();
  }

  @Test
  void onceItPrintsTheFiguresAndEnds() {
    stand.json("/api/v1/snapshot", Samples.answer().toString()).json("/api/v1/recent", RECENT);

    assertThat(run("--once", "--url", stand.url())).isZero();
    assertThat(out.toString(UTF_8))
        .startsWith("Complete until ")
        .contains("1,234,567 in total", "invalid_field aragora.requests 3@1234")
        .doesNotContain("\u001b");
  }

  @Test
  void theAddressMayBeASettingAndHaveAPath() {
    stand.json("/tele/api/v1/snapshot", Samples.answer().toString());
    stand.json("/tele/api/v1/recent", RECENT);

    assertThat(run("--once", "--url", stand.url() + "/tele/")).isZero();
    stand.json("/api/v1/snapshot", Samples.answer().toString()).json("/api/v1/recent", RECENT);
    assertThat(command(Map.of("METRICS_URL", stand.url()), out, false).execute("--once")).isZero();
  }

  @Test
  void onceItAwaitsTheFirstReadingOfDeadLetters() {
    AtomicInteger asked = new AtomicInteger();
    stand.json("/api/v1/snapshot", Samples.answer().toString());
    stand.answer(
        "/api/v1/recent",
        () ->
            new Stand.Answer(
                200,
                "application/json",
                asked.incrementAndGet() < 3
                    ? "{\"failure\":\"the topics are being read\",\"deadLetters\":[]}"
                    : RECENT));

    assertThat(run("--once", "--url", stand.url())).isZero();
    assertThat(out.toString(UTF_8)).contains("invalid_field");
  }

  @Test
  void withoutAnAnswerItIsOneSentenceAndFails() throws IOException {
    assertThat(run("--once", "--url", "localhost:" + Ports.free())).isEqualTo(1);
    assertThat(err.toString()).contains("does not answer").hasLineCount(1);
  }

  @Test
  void aServerThatIsNotAProcessorIsNamed() {
    assertThat(run("--once", "--url", stand.url())).isEqualTo(1);
    stand.json("/api/v1/snapshot", "{\"version\":1}");
    assertThat(run("--once", "--url", stand.url())).isEqualTo(1);
    stand.answer("/api/v1/snapshot", 500, "text/plain", "\u001b[2J\nsecond line");
    assertThat(run("--once", "--url", stand.url())).isEqualTo(1);
    stand.answer("/api/v1/snapshot", 401, "text/plain", "");
    assertThat(run("--once", "--url", stand.url())).isEqualTo(1);

    assertThat(err.toString().lines())
        .satisfiesExactly(
            line -> assertThat(line).contains("has no page"),
            line -> assertThat(line).contains("other figures than a processor"),
            line -> assertThat(line).contains("status 500: \uFFFD[2J\uFFFDsecond line"),
            line -> assertThat(line).contains("--password-file"));
  }

  @Test
  void wrongUsageIsRefused(@TempDir Path directory) throws IOException {
    Path empty = Files.createFile(directory.resolve("empty"));
    String file = empty.toString();
    assertThat(run("--interval", "0")).isEqualTo(2);
    assertThat(run("--url", "ftp://there")).isEqualTo(2);
    assertThat(run("--url", "http://user:hunter2@there")).isEqualTo(2);
    assertThat(run("--user", "me")).isEqualTo(2);
    assertThat(run("--user", "me", "--password-file", file + "-none")).isEqualTo(2);
    assertThat(run("--cert-file", file)).isEqualTo(2);
    assertThat(run("--cert-file", file, "--key-file", file)).isEqualTo(2);
    assertThat(run("--ca-file", file + "-none")).isEqualTo(2);
    assertThat(err.toString()).doesNotContain("hunter2").hasLineCount(8);
  }

  @Test
  void silenceAndReturnAreShown() {
    AtomicInteger asked = new AtomicInteger();
    stand.json("/api/v1/recent", RECENT);
    stand.answer(
        "/api/v1/snapshot",
        () ->
            asked.incrementAndGet() == 2
                ? new Stand.Answer(503, "text/plain", "away")
                : new Stand.Answer(200, "application/json", Samples.answer().toString()));
    Frames frames = new Frames(3);

    assertThat(command(Map.of(), frames, false).execute("--url", stand.url())).isZero();
    assertThat(frames.text())
        .contains("No answer for ")
        .contains("status 503: away")
        .contains("The figures are those of 2025-11-27T12:00:03Z")
        .contains("It answers again after ");
  }

  @Test
  void aReaderThatGoesEndsItWithoutAnError() {
    stand.json("/api/v1/snapshot", Samples.answer().toString()).json("/api/v1/recent", RECENT);

    assertThat(command(Map.of(), new Frames(0), false).execute("--url", stand.url())).isZero();
    assertThat(command(Map.of(), new Frames(0), true).execute("--url", stand.url())).isZero();
    assertThat(err.toString()).isEmpty();
  }

  private int run(String... arguments) {
    return command(Map.of(), out, false).execute(arguments);
  }

  private CommandLine command(Map<String, String> environment, OutputStream to, boolean terminal) {
    return TopMain.commandLine(environment, to, terminal).setErr(new PrintWriter(err, true));
  }

  /** A pipe whose reader goes after some frames. */
  private static final class Frames extends OutputStream {
    private final ByteArrayOutputStream frames = new ByteArrayOutputStream();
    private int left;

    Frames(int count) {
      left = 2 * count; // the lines of a frame, and a blank one
    }

    String text() {
      return frames.toString(UTF_8);
    }

    @Override
    public void write(int b) {
      frames.write(b);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
      if (left-- <= 0) {
        throw new IOException("Broken pipe");
      }
      frames.write(bytes, from, length);
    }
  }
}
