package org.aragora.telemetry.producer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import ch.qos.logback.classic.AsyncAppender;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import com.fasterxml.jackson.databind.JsonNode;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.MockProducer;
import org.aragora.telemetry.producer.logback.TelemetryAppender;
import org.aragora.telemetry.producer.report.TelemetryListener;
import org.aragora.telemetry.schemas.event.LogEmitted;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Isolated;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/** The appender in a Logback context of its own, as a host's configuration makes it. */
@Isolated("One producer is installed for all appenders.")
@Timeout(60)
@SuppressWarnings("try") // a scope is there to be closed
class LogbackAppenderTest {
  private static final String CONFIGURATION =
      """
      <configuration>
        <appender name="TELEMETRY" class="org.aragora.telemetry.producer.logback.TelemetryAppender">
          <includeCallerData>%s</includeCallerData>
        </appender>
        <root level="DEBUG"><appender-ref ref="TELEMETRY"/></root>
      </configuration>
      """;

  private final LoggerContext context = new LoggerContext();
  private final MockProducer<byte[], byte[]> client = Broker.acknowledging(4);
  private final TelemetryProducer telemetry = producer();

  private TelemetryProducer producer() {
    return TelemetryProducer.builder("logback-1")
        .client(() -> client)
        .heartbeatInterval(Duration.ZERO)
        .build();
  }

  @BeforeEach
  void takeTheLibrarysContext() {
    context.setMDCAdapter(((LoggerContext) LoggerFactory.getILoggerFactory()).getMDCAdapter());
  }

  @AfterEach
  void stop() {
    telemetry.close();
    context.stop();
    MDC.clear();
  }

  private void configure(boolean callerData) throws Exception {
    JoranConfigurator configurator = new JoranConfigurator();
    configurator.setContext(context);
    configurator.doConfigure(
        new ByteArrayInputStream(
            CONFIGURATION.formatted(callerData).getBytes(StandardCharsets.UTF_8)));
  }

  private List<LogEmitted> lines() {
    assertThat(telemetry.flush(Duration.ofSeconds(20))).isTrue();
    return Broker.events(client, InputTopic.LOGS).stream()
        .map(event -> (LogEmitted) event.data())
        .toList();
  }

  @Test
  void lineCarriesItsLevelTextIdsAndFields() throws Exception {
    configure(false);
    TelemetryAppender.install(telemetry);
    MDC.put("request_id", "r-1");
    MDC.put("debateId", "d-1");
    MDC.put("userId", "u-1");
    MDC.put("tenant", "blue");
    context
        .getLogger("app.Orders")
        .atWarn()
        .addKeyValue("attempt", 3)
        .addKeyValue("ratio", 0.5)
        .addKeyValue("again", true)
        .addKeyValue("bad", Double.NaN)
        .addKeyValue("list", List.of(1, 2))
        .setCause(new IllegalStateException("no room"))
        .log("{} orders wait", 7);

    assertThat(lines())
        .singleElement()
        .satisfies(
            line -> {
              assertThat(line.level().name()).isEqualTo("WARNING");
              assertThat(line.logger()).isEqualTo("app.Orders");
              assertThat(line.message()).isEqualTo("7 orders wait");
              assertThat(line.requestId()).isEqualTo("r-1");
              assertThat(line.debateId()).isEqualTo("d-1");
              assertThat(line.userId()).isEqualTo("u-1");
              assertThat(line.function()).isNull();
              assertThat(line.fields())
                  .isEqualTo(
                      Map.of(
                          "attempt", 3L,
                          "ratio", 0.5,
                          "again", true,
                          "bad", "NaN",
                          "list", "[1, 2]",
                          "tenant", "blue",
                          "exception_type", "java.lang.IllegalStateException",
                          "exception", "no room"));
            });
  }

  @Test
  void levelsTravelByTheNamesOfTheContract() throws Exception {
    configure(false);
    TelemetryAppender.install(telemetry);
    Logger logger = context.getLogger("app");
    logger.setLevel(Level.TRACE);
    logger.trace("1");
    logger.debug("2");
    logger.info("3");
    logger.warn("4");
    logger.error("5");

    assertThat(lines())
        .extracting(line -> line.message() + " " + line.level())
        .containsExactlyInAnyOrder("1 DEBUG", "2 DEBUG", "3 INFO", "4 WARNING", "5 ERROR");
  }

  @Test
  void placeInTheSourceIsAddedIfAskedFor() throws Exception {
    configure(true);
    TelemetryAppender.install(telemetry);
    context.getLogger("app").info("here");

    assertThat(lines())
        .singleElement()
        .satisfies(
            line -> {
              assertThat(line.module()).isEqualTo(LogbackAppenderTest.class.getName());
              assertThat(line.function()).isEqualTo("placeInTheSourceIsAddedIfAskedFor");
              assertThat(line.line()).isPositive();
            });
  }

  @Test
  void linesFromBeforeTheProducerAreSentWithTheirTime() throws Exception {
    configure(false);
    context.getLogger("app").info("early");
    long after = System.currentTimeMillis();
    TelemetryAppender.install(telemetry);
    context.getLogger("app").info("late");

    lines();
    assertThat(Broker.events(client, InputTopic.LOGS))
        .hasSize(2)
        .anySatisfy(
            event -> {
              assertThat(((LogEmitted) event.data()).message()).isEqualTo("early");
              assertThat(event.time().toEpochMilli()).isLessThanOrEqualTo(after);
            });
  }

  @Test
  void earlyLinesAreBounded() throws Exception {
    configure(false);
    for (int i = 0; i < 5_000; i++) {
      context.getLogger("app").info("early {}", i);
    }
    TelemetryAppender.install(telemetry);

    assertThat(lines()).hasSizeLessThanOrEqualTo(1_000).hasSizeGreaterThan(900);
  }

  @Test
  void traceIsThatOfTheLineElseTheCurrentSpan() throws Exception {
    configure(false);
    TelemetryAppender.install(telemetry);
    String trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    MDC.put("traceId", trace);
    MDC.put("spanId", "00f067aa0ba902b7");
    context.getLogger("app").info("handed on");
    MDC.put("traceId", "not hex");
    SpanProcessor records = SimpleSpanProcessor.create(SpanExporter.composite());
    try (SdkTracerProvider tracers =
        SdkTracerProvider.builder().addSpanProcessor(records).build()) {
      var span = tracers.get("test").spanBuilder("op").startSpan();
      try (Scope open = span.makeCurrent()) {
        context.getLogger("app").info("in a span");
      }
      lines();
      List<JsonNode> sent =
          Broker.sent(client, InputTopic.LOGS).stream().map(Broker::json).toList();
      assertThat(sent)
          .extracting(json -> json.path("traceparent").asText())
          .containsExactlyInAnyOrder(
              "00-" + trace + "-00f067aa0ba902b7-01",
              String.join(
                  "-",
                  "00",
                  span.getSpanContext().getTraceId(),
                  span.getSpanContext().getSpanId(),
                  span.getSpanContext().getTraceFlags().asHex()));
      assertThat(sent).allMatch(json -> !json.path("data").has("fields"));
    }
  }

  @Test
  void asyncAppenderMayStandBefore() throws Exception {
    configure(false);
    Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
    AsyncAppender async = new AsyncAppender();
    async.setContext(context);
    async.addAppender(root.getAppender("TELEMETRY"));
    root.detachAppender("TELEMETRY");
    root.addAppender(async);
    async.start();
    TelemetryAppender.install(telemetry);
    MDC.put("request_id", "r-9");
    root.info("by another thread");
    MDC.clear();
    async.stop();

    assertThat(lines()).extracting(LogEmitted::requestId).containsExactly("r-9");
  }

  @Test
  void linesAfterTheEndOfTheProducerAreNotDropsOfIt() throws Exception {
    configure(false);
    TelemetryAppender.install(telemetry);
    context.getLogger("app").info("before");
    telemetry.close();
    context.getLogger("app").info("after");
    assertThat(telemetry.stats().topics().get("aragora.logs").dropped()).isZero();

    MockProducer<byte[], byte[]> next = Broker.acknowledging(4);
    try (TelemetryProducer second =
        TelemetryProducer.builder("logback-3").client(() -> next).build()) {
      TelemetryAppender.install(second);
      assertThat(second.flush(Duration.ofSeconds(20))).isTrue();
    }
    assertThat(Broker.events(next, InputTopic.LOGS))
        .extracting(event -> ((LogEmitted) event.data()).message())
        .containsExactly("after");
  }

  /** A host whose values, listener and log do what they can. */
  @Test
  void hostileValuesHurtNobody() throws Exception {
    configure(true);
    TelemetryAppender.install(telemetry);
    Logger logger = context.getLogger("app");
    Object raises =
        new Object() {
          @Override
          public String toString() {
            throw new IllegalStateException("no text");
          }
        };
    Object endless =
        new Object() {
          @Override
          public String toString() {
            return toString() + this;
          }
        };
    Object logs =
        new Object() {
          @Override
          public String toString() {
            logger.info("from within");
            return "logged";
          }
        };
    assertThatCode(
            () -> {
              logger.atInfo().addKeyValue("x", raises).log("a {}", raises);
              logger.atInfo().addKeyValue("x", endless).log("b");
              logger.atInfo().addKeyValue("x", logs).log("c");
              logger.info(null, new RuntimeException((String) null));
              logger.info("x".repeat(300_000));
              context.getLogger("l".repeat(5_000)).info("long name");
              var builder = logger.atInfo();
              for (int i = 0; i < 5_000; i++) {
                builder = builder.addKeyValue("k" + i, "v".repeat(5_000));
              }
              builder.log("many");
            })
        .doesNotThrowAnyException();

    lines();
    assertThat(telemetry.stats().topics().get("aragora.logs").dropped()).isZero();
    assertThat(lines()).hasSizeGreaterThanOrEqualTo(7);
  }

  @Test
  void libraryDoesNotFeedOnItsOwnLines() throws Exception {
    configure(false);
    TelemetryProducer full =
        TelemetryProducer.builder("logback-2")
            .client(() -> Broker.silent(4))
            .heartbeatInterval(Duration.ZERO)
            .queue(2, 4 * 1024 * 1024)
            .listener(
                new TelemetryListener() {
                  @Override
                  public void dropped(
                      String topic,
                      org.aragora.telemetry.producer.report.DropReason reason,
                      long count,
                      String message) {
                    context.getLogger("host.Listener").warn(message);
                  }
                })
            .build();
    TelemetryAppender.install(full);
    context.getLogger(TelemetryProducer.class.getName()).warn("a line of the library");
    for (int i = 0; i < 10; i++) {
      context.getLogger("app").info("line {}", i);
    }
    assertThat(full.stats().topics().get("aragora.logs").offered()).isEqualTo(10);
    assertThat(full.stats().topics().get("aragora.logs").dropped()).isEqualTo(8);
    full.close(Duration.ZERO);
  }

  @Test
  void hostWithoutAConfigurationGetsOneAppender() {
    Logger root =
        ((LoggerContext) LoggerFactory.getILoggerFactory()).getLogger(Logger.ROOT_LOGGER_NAME);
    try {
      TelemetryAppender.install(telemetry);
      TelemetryAppender.install(telemetry);
      LoggerFactory.getLogger("app").error("one");
      assertThat(lines()).extracting(LogEmitted::message).containsExactly("one");
    } finally {
      root.getAppender("TELEMETRY").stop();
      root.detachAppender("TELEMETRY");
    }
  }
}
