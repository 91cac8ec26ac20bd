package org.aragora.telemetry.processor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import org.aragora.telemetry.testbed.broker.EmbeddedBroker;
import org.aragora.telemetry.testbed.receiver.CountingReceiver;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The page under load, in light, dark and narrow: no violation of accessibility, nothing wider than
 * the view. The pictures are in target/images; {@code -Daragora.telemetry.golden.write=true} takes
 * more time and writes those of the documentation.
 */
class ITPagePictures {
  private static final boolean WRITE = Boolean.getBoolean("aragora.telemetry.golden.write");
  private static final Path IMAGES = Path.of(WRITE ? "../docs/images" : "target/images");
  private static final Duration LOAD = WRITE ? Duration.ofMinutes(4) : Duration.ofSeconds(10);
  private static final String[] ENDPOINTS = {
    "/api/debates",
    "/api/debates",
    "/api/debates",
    "/api/agents",
    "/api/leaderboard",
    "/api/replays"
  };
  private static final String[] AGENTS = {"claude", "gpt-4", "gemini", "mistral"};

  @BeforeAll
  static void chromiumIsHere() {
    Browser.assumeInstalled();
  }

  @Test
  void pageIsAccessibleAndFitsInEveryScheme() throws Exception {
    AtomicBoolean done = new AtomicBoolean();
    HttpServer spans = exporter("spans", 18);
    HttpServer lines = exporter("logs", 3);
    try (EmbeddedBroker broker = EmbeddedBroker.builder().start();
        CountingReceiver receiver = CountingReceiver.startKeeping(0);
        Pipe pipe =
            new Pipe(broker.bootstrapServers(), "aragora.")
                .with("PAGE_RECEIVER_URL", receiver.address())
                .with(
                    "PAGE_EXPORTERS",
                    ITPageExporters.address(spans) + "," + ITPageExporters.address(lines))
                .with("APPLICATION_ID", "aragora-telemetry")
                .with("CREATE_TOPICS", "true")
                .with("PARTITIONS", "4");
        Browser browser = Browser.start()) {
      int port = pipe.start().metricsPort();
      browser.view(1280, 1100, "light");
      browser.open("http://127.0.0.1:" + port + "/");
      Thread load = new Thread(() -> load(pipe, done), "load");
      load.start();
      try {
        await()
            .atMost(Pipe.PATIENCE)
            .until(() -> browser.text("#verdict").startsWith("Complete until "));
        await().during(LOAD).atMost(LOAD.plusSeconds(10)).until(() -> true);
        Instant now = Instant.now();
        for (int i = 20; i > 0; i--) {
          new DebateTrace(receiver, i, now.minusSeconds(9L * i)).post();
        }
        check(browser, 1280, 1000, "light");
        check(browser, 1280, 1000, "dark");
        check(browser, 360, 800, "light");
        check(browser, 3840, 2160, "dark");
        browser.view(1280, 3000, "light");
        browser.click("#traces-list tbody button");
        await()
            .atMost(Pipe.PATIENCE)
            .until(() -> browser.text("#trace-note").contains("22 spans, 13 lines"));
        assertThat(browser.violations()).isEmpty();
        Number all = (Number) browser.run("return document.documentElement.scrollHeight");
        browser.view(1280, all.intValue() + 100, "light"); // the picture ends with the view
        browser.screenshot("#trace", IMAGES.resolve("page-trace.png"));
        browser.view(360, 900, "dark");
        assertFits(browser, 360);
        assertThat(browser.violations()).isEmpty();
      } finally {
        done.set(true);
        load.join();
      }
    } finally {
      spans.stop(0);
      lines.stop(0);
    }
  }

  /** Answers as the page of an exporter that sends so many items a second. */
  private static HttpServer exporter(String name, int perSecond) throws Exception {
    long start = System.currentTimeMillis();
    return ITPageExporters.serve(
        () -> {
          long now = System.currentTimeMillis();
          long items = (now - start) * perSecond / 1000;
          return ITPageExporters.figures(name, true, items, 0.3, 4)
              .replace("\"timeMs\": 1000", "\"timeMs\": " + now)
              .replace("\"rejected\", \"count\": 1", "\"rejected\", \"count\": 0");
        });
  }

  private static void assertFits(Browser browser, int width) {
    await()
        .atMost(Duration.ofSeconds(10))
        .untilAsserted(
            () ->
                assertThat(
                        browser.run(
                            "return document.documentElement.scrollWidth <= arguments[0]", width))
                    .as("%d px wide", width)
                    .isEqualTo(true));
  }

  private static void check(Browser browser, int width, int height, String scheme)
      throws Exception {
    browser.view(width, height, scheme);
    assertFits(browser, width);
    // A second for the graphs, which follow the size.
    await().during(Duration.ofMillis(1500)).atMost(Duration.ofSeconds(4)).until(() -> true);
    assertThat(browser.violations()).as("%s, %d px", scheme, width).isEmpty();
    assertThat(browser.console()).isEmpty();
    if (width < 2000) {
      Number all = (Number) browser.run("return document.documentElement.scrollHeight");
      browser.view(width, all.intValue(), scheme);
      await().during(Duration.ofMillis(1200)).atMost(Duration.ofSeconds(4)).until(() -> true);
    }
    String name = width < 700 ? "narrow" : width > 2000 ? "wall" : scheme;
    Path picture = IMAGES.resolve("page-" + name + ".png");
    if (!WRITE || width < 2000) {
      browser.screenshot(picture);
      assertThat(Files.size(picture)).isGreaterThan(10_000);
    }
  }

  /** Writes a day in small: waves of requests, some errors, debates and calls of agents. */
  private static void load(Pipe pipe, AtomicBoolean done) {
    Random random = new Random(7);
    long start = System.nanoTime();
    for (int i = 0; !done.get(); i++) {
      double seconds = (System.nanoTime() - start) / 1e9;
      Instant now = Instant.now();
      double wave = 1 + 0.35 * Math.sin(seconds / 25);
      String endpoint = ENDPOINTS[random.nextInt(ENDPOINTS.length)];
      boolean burst = seconds % 90 > 50 && seconds % 90 < 62 && endpoint.equals("/api/replays");
      boolean failed =
          random.nextDouble() < (burst ? 0.1 : endpoint.equals("/api/agents") ? 0.02 : 0.002);
      double latency = 0.04 * wave * Math.exp(random.nextGaussian() * 0.9);
      pipe.send(
          "requests",
          null,
          null,
          TestEvents.event(
              "r" + i,
              "request.completed.v1",
              now,
              """
              {"request_id":"r%d","method":"GET","endpoint":"%s","status":%d,"duration_seconds":%.4f}\
              """
                  .formatted(i, endpoint, failed ? 503 : 200, latency)));
      if (i % 5 == 0) {
        pipe.send(
            "agent-calls",
            null,
            null,
            TestEvents.event(
                "c" + i,
                "agent.call_completed.v1",
                now,
                """
                {"call_id":"c%d","agent":"%s","status":"success","duration_seconds":2}\
                """
                    .formatted(i, AGENTS[random.nextInt(AGENTS.length)])));
      }
      if (i % 25 == 0) {
        pipe.send("debates", null, null, TestEvents.debateStarted("d" + i, now, 3600));
        if (i > 400) {
          String ended = "d" + (i - 400);
          pipe.send("debates", null, null, TestEvents.debateCompleted(ended, now, "consensus"));
        }
      }
      if (i % 40 == 0) {
        String instance = "api-" + (1 + i / 40 % 3);
        int connections = 300 + (int) (130 * wave) + random.nextInt(20);
        pipe.send(
            "instances",
            null,
            null,
            TestEvents.event(
                "h" + i,
                "instance.heartbeat.v1",
                now,
                """
                {"instance_id":"%s","websocket_connections":%d,"interval_seconds":60,"emitted":{},"dropped":{}}\
                """
                    .formatted(instance, connections)));
      }
    }
  }
}
