package org.aragora.telemetry.processor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.aragora.telemetry.testbed.junit.KafkaExtension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Heap of the browser while the page of a processor with more than 1,000 series is open and five
 * events come a second. A minute; {@code -Daragora.telemetry.page.minutes=60} makes it an hour.
 */
class ITPageMemory {
  private static final Duration TIME =
      Duration.ofMinutes(Integer.getInteger("aragora.telemetry.page.minutes", 1));
  private static final Duration BETWEEN = Duration.ofSeconds(Math.max(5, TIME.toSeconds() / 30));
  private static final int AGENTS = 60;
  private static final double MAX_MEGABYTES = 100;

  @RegisterExtension static final KafkaExtension kafka = new KafkaExtension();

  private int sent = AGENTS;

  private static byte[] call(int i) {
    return TestEvents.event(
        "c" + i,
        "agent.call_completed.v1",
        Instant.now(),
        """
        {"call_id":"c%d","agent":"agent-%d","status":"success","duration_seconds":2}\
        """
            .formatted(i, i % AGENTS));
  }

  @Test
  void openPageStaysSmall() {
    Browser.assumeInstalled();
    kafka.createTopics(2);
    try (Pipe pipe = new Pipe(kafka.bootstrapServers(), kafka.prefix());
        Browser browser = Browser.start()) {
      int port = pipe.start().metricsPort();
      for (int i = 0; i < AGENTS; i++) {
        pipe.send("agent-calls", null, null, call(i));
      }
      await()
          .atMost(Pipe.PATIENCE)
          .untilAsserted(() -> assertThat(pipe.page().samples()).hasSizeGreaterThan(1000));
      browser.view(1280, 1300, "light");
      browser.open("http://127.0.0.1:" + port + "/");
      await()
          .atMost(Pipe.PATIENCE)
          .until(() -> browser.text("#verdict").startsWith("Complete until "));

      List<Double> megabytes = new ArrayList<>();
      long end = System.nanoTime() + TIME.toNanos();
      long begun = System.nanoTime();
      while (System.nanoTime() < end) {
        long next = System.nanoTime() + BETWEEN.toNanos();
        await()
            .atMost(BETWEEN.multipliedBy(10))
            .pollInterval(Duration.ofMillis(200))
            .until(() -> send(pipe, begun) && System.nanoTime() > next);
        megabytes.add(browser.liveHeapMegabytes());
      }
      String heap =
          String.format(
              Locale.ROOT,
              "%d measurements in %d min: %.1f MB at first, %.1f at last, %.1f at most",
              megabytes.size(),
              TIME.toMinutes(),
              megabytes.get(0),
              megabytes.get(megabytes.size() - 1),
              megabytes.stream().mapToDouble(each -> each).max().orElseThrow());
      System.out.println(heap);
      assertThat(megabytes).as(heap).allMatch(each -> each < MAX_MEGABYTES);
      assertThat(browser.text("#tail tbody")).contains("agent=agent-");
      assertThat(browser.console()).isEmpty();
    }
  }

  /** Sends what is due of five events a second; returns true. */
  private boolean send(Pipe pipe, long begun) {
    long due = AGENTS + (System.nanoTime() - begun) / 200_000_000L;
    while (sent < due) {
      pipe.send("agent-calls", null, null, call(sent++));
    }
    return true;
  }
}
