package org.aragora.telemetry.chassis.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.util.ContextInitializer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.aragora.telemetry.schemas.kafka.InvalidSettingException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

class ServiceLoggingTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path directory;
  private Path file;
  private final Map<String, String> environment = new HashMap<>();

  @BeforeEach
  void logToAFile() {
    file = directory.resolve("service.log");
    environment.put("LOG_OUTPUT", file.toString());
  }

  @AfterEach
  void asItWas() throws Exception {
    MDC.clear();
    LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
    context.reset();
    new ContextInitializer(context).autoConfig();
  }

  @Test
  void aLineIsOneJsonObjectWithTheFieldsOfAragoraLogs() throws IOException {
    ServiceLogging.configure(environment);
    MDC.put("trace_id", "4bf92f3577b34da6a3ce929d0e0e4736");
    MDC.put("unknown", "x");
    LoggerFactory.getLogger("org.aragora.x").warn("He said \"{}\"\nand left", "no");
    JsonNode line = only();
    assertThat(line.get("level").asText()).isEqualTo("WARNING");
    assertThat(line.get("logger").asText()).isEqualTo("org.aragora.x");
    assertThat(line.get("message").asText()).isEqualTo("He said \"no\"\nand left");
    assertThat(line.get("module").asText()).isEqualTo(ServiceLoggingTest.class.getName());
    assertThat(line.get("function").asText())
        .isEqualTo("aLineIsOneJsonObjectWithTheFieldsOfAragoraLogs");
    assertThat(line.get("line").isInt()).isTrue();
    assertThat(line.get("trace_id").asText()).isEqualTo("4bf92f3577b34da6a3ce929d0e0e4736");
    assertThat(line.get("timestamp").asText()).matches("\\d{4}-\\d\\d-\\d\\dT.*Z");
    assertThat(line.has("unknown")).isFalse();
    assertThat(line.has("exception")).isFalse();
  }

  @Test
  void anExceptionIsPartOfTheLine() throws IOException {
    ServiceLogging.configure(environment);
    LoggerFactory.getLogger("org.aragora.x").error("Failed", new IOException("disk full"));
    assertThat(only().get("exception").asText()).contains("IOException: disk full");
  }

  @Test
  void levelsAreThoseOfPython() throws IOException {
    environment.put("LOG_LEVEL", "warning");
    ServiceLogging.configure(environment);
    Logger log = LoggerFactory.getLogger("org.aragora.x");
    log.info("not this");
    log.warn("this");
    assertThat(only().get("message").asText()).isEqualTo("this");
  }

  @Test
  void debugIsOursAlone() {
    environment.put("LOG_LEVEL", "DEBUG");
    ServiceLogging.configure(environment);
    assertThat(LoggerFactory.getLogger("org.aragora.x").isDebugEnabled()).isTrue();
    assertThat(LoggerFactory.getLogger("org.other").isDebugEnabled()).isFalse();
    assertThat(LoggerFactory.getLogger("org.apache.kafka.x").isInfoEnabled()).isFalse();
  }

  @Test
  void textIsForPeople() throws IOException {
    environment.put("LOG_FORMAT", "text");
    ServiceLogging.configure(environment);
    LoggerFactory.getLogger("org.aragora.x").info("Ready");
    assertThat(Files.readString(file))
        .endsWith("INFO  org.aragora.x Ready" + System.lineSeparator());
  }

  @Test
  void badValuesAreRefusedByName() {
    refused(
        "LOG_LEVEL",
        "LOUD",
        "LOG_LEVEL=LOUD is refused: it must be DEBUG, INFO, WARNING, WARN, ERROR or CRITICAL");
    refused("LOG_FORMAT", "xml", "LOG_FORMAT=xml is refused: it must be json or text");
    refused(
        "LOG_OUTPUT",
        directory.resolve("no/such.log").toString(),
        "LOG_OUTPUT=" + directory.resolve("no/such.log") + " is refused: it cannot be written to");
  }

  private static void refused(String name, String value, String sentence) {
    assertThatThrownBy(() -> ServiceLogging.configure(Map.of(name, value)))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageStartingWith(sentence);
  }

  private JsonNode only() throws IOException {
    List<String> lines = Files.readAllLines(file);
    assertThat(lines).hasSize(1);
    return JSON.readTree(lines.get(0));
  }

  @Test
  void kafkasResetToolIsNeverAdvised() throws IOException {
    ServiceLogging.configure(environment);
    Logger kafka = LoggerFactory.getLogger("org.apache.kafka.streams.x");
    String advice = "Use 'org.apache.kafka.tools.StreamsResetter' tool to clean up";
    kafka.error(advice);
    kafka.error("failed", new IllegalStateException("x", new IllegalStateException(advice)));
    kafka.error("kept", new IllegalStateException("x"));
    assertThat(only().get("message").asText()).isEqualTo("kept");
  }

  @Test
  void noPasswordOfAUrlIsLogged() throws IOException {
    for (String format : List.of("json", "text")) {
      Files.deleteIfExists(file);
      environment.put("LOG_FORMAT", format);
      ServiceLogging.configure(environment);
      Logger log = LoggerFactory.getLogger("org.apache.kafka.x");
      log.warn("Connecting to {}", "https://u:hunter2@host:4318/v1/traces?token=hunter2-hunter2");
      log.error("failed", new IOException("no answer of http://u:hunter2@host/x"));
      assertThat(Files.readString(file))
          .contains("u:[REDACTED]@host:4318/v1/traces", "u:[REDACTED]@host/x")
          .doesNotContain("hunter2");
    }
  }
}
