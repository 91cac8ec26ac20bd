package org.aragora.telemetry.chassis.topics;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class TopicsMainTest {

  private final StringWriter err = new StringWriter();

  private static final Map<String, String> NO_BROKER =
      Map.of(
          "KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:1",
          "KAFKA_DEFAULT_API_TIMEOUT_MS", "300",
          "KAFKA_REQUEST_TIMEOUT_MS", "200");

  @ParameterizedTest
  @CsvSource({"127.0.0.1:1, answered in time", "no-such-host.invalid:1, host name resolves"})
  void checkWithoutAnAnswerIsAComparisonThatCouldNotBeMade(String servers, String reason) {
    Map<String, String> environment = new HashMap<>(NO_BROKER);
    environment.put("KAFKA_BOOTSTRAP_SERVERS", servers);

    assertThat(run(environment, "create", "--check")).isEqualTo(3);
    assertThat(err.toString()).contains(reason).hasLineCount(1);
  }

  @Test
  void checkWithARefusedSettingIsWrongUsage() {
    assertThat(run(Map.of("KAFKA_SECURITY_PROTOCOL", "SSSL"), "create", "--check")).isEqualTo(2);
    assertThat(err.toString())
        .startsWith("KAFKA_SECURITY_PROTOCOL=SSSL is refused")
        .hasLineCount(1);
  }

  @Test
  void brokerThatDoesNotAnswerIsNamedInOneSentence() {
    assertThat(run(NO_BROKER, "create")).isEqualTo(1);
    assertThat(err.toString()).contains("no broker at 127.0.0.1:1 answered").hasLineCount(1);
  }

  @Test
  void refusedSettingIsNamedInOneSentence() {
    assertThat(run(Map.of("KAFKA_ACKS", "1"), "create")).isEqualTo(2);
    assertThat(err.toString()).startsWith("KAFKA_ACKS=1 is refused").hasLineCount(1);
  }

  @Test
  void numbersThatMakeNoTopicAreRefused() {
    assertThat(run(Map.of(), "create", "--partitions", "0")).isEqualTo(2);
    assertThat(run(Map.of(), "create", "--replication-factor", "0")).isEqualTo(2);
    assertThat(run(Map.of(), "create", "--prefix", "a b")).isEqualTo(2);
    assertThat(err.toString()).contains("--partitions", "--replication-factor", "--prefix");
  }

  @Test
  void commandWithoutAVerbSaysWhatToDo() {
    assertThat(run(Map.of())).isEqualTo(2);
    assertThat(err.toString()).contains("topics create");
  }

  private int run(Map<String, String> environment, String... arguments) {
    CommandLine commandLine = TopicsMain.commandLine(environment);
    commandLine.setErr(new PrintWriter(err, true));
    return commandLine.execute(arguments);
  }
}
