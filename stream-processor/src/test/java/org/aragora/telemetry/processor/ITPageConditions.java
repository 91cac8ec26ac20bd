package org.aragora.telemetry.processor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.aragora.telemetry.chassis.http.Health;
import org.aragora.telemetry.chassis.http.StatusServer;
import org.aragora.telemetry.chassis.page.PageContent;
import org.aragora.telemetry.chassis.page.PageLinks;
import org.aragora.telemetry.chassis.page.StatusPage;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.Keys;

/** The page with reduced motion, by keyboard, with a wrong clock and with answers that are none. */
class ITPageConditions {
  private static final Instant COMPLETE = Instant.parse("2026-11-28T04:05:06Z");

  /** Everything with a transition or an animation that takes time, as element: properties. */
  private static final String MOVES =
      """
      const takesTime = text => text.split(',').some(each => parseFloat(each) > 0);
      const moves = [];
      for (const element of document.querySelectorAll('*')) {
        for (const part of ['', '::before', '::after']) {
          const style = getComputedStyle(element, part);
          const where = (element.matches('.state .dot, .node, .edge') ? 'state' : element.outerHTML.slice(0, 80)) + part;
          if (takesTime(style.transitionDuration)) moves.push(where + ': ' + style.transitionProperty);
          if (style.animationName !== 'none' && takesTime(style.animationDuration)) moves.push(where + ': ' + style.animationName);
          if (style.scrollBehavior !== 'auto') moves.push(where + ': scrolls');
        }
      }
      return [...new Set(moves)];
      """;

  private static final String WATCH =
      """
      window.moved = [];
      for (const kind of ['transitionrun', 'animationstart']) {
        document.addEventListener(kind, event => window.moved.push(event.propertyName ?? event.animationName));
      }
      """;

  @Test
  @SuppressWarnings("unchecked")
  void withReducedMotionNothingMovesAndElseOnlyColoursFade() {
    Browser.assumeInstalled();
    AtomicBoolean ready = new AtomicBoolean(true);
    try (StatusServer server = server(() -> snapshot(ready.get()));
        Browser browser = Browser.start()) {
      browser.view(1280, 1300, "light");
      for (String preference : List.of("reduce", "no-preference")) {
        browser.motion(preference);
        open(browser, server);
        awaitVerdict(browser, "Complete until ");
        List<String> moves = (List<String>) browser.run(MOVES);
        browser.run(WATCH);
        ready.set(false);
        awaitVerdict(browser, "Not ready");
        ready.set(true);
        awaitVerdict(browser, "Complete until ");
        List<String> moved = (List<String>) browser.run("return [...new Set(window.moved)].sort()");
        if (preference.equals("reduce")) {
          assertThat(moves).isEmpty();
          assertThat(moved).isEmpty();
        } else {
          assertThat(moves).containsExactly("state: color, border-color");
          assertThat(moved).contains("color").allMatch(each -> each.matches("(border-.*-)?color"));
        }
      }
    }
  }

  @Test
  @SuppressWarnings("unchecked")
  void everythingIsReachedInOrderAndUsedByKeyboard() {
    Browser.assumeInstalled();
    try (StatusServer server = server(() -> snapshot(true));
        Browser browser = Browser.start()) {
      browser.view(1280, 1300, "light");
      open(browser, server);
      awaitVerdict(browser, "Complete until ");
      List<String> expected =
          (List<String>)
              browser.run(
                  """
                  const all = [...document.querySelectorAll('a[href], button, input, [tabindex="0"], summary')];
                  window.stops = all.filter(each => each.checkVisibility({visibilityProperty: true}));
                  return window.stops.map(each => each.id || each.textContent.trim().slice(0, 40));
                  """);
      assertThat(expected).contains("tail-filter", "tail-pause").hasSizeGreaterThan(6);
      List<String> reached = new ArrayList<>();
      for (int i = 0; i < expected.size(); i++) {
        browser.press(Keys.TAB.toString());
        reached.add(
            (String)
                browser.run(
                    """
                    const at = document.activeElement;
                    const style = getComputedStyle(at);
                    const seen = at.matches(':focus-visible') && style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
                    return (at.id || at.textContent.trim().slice(0, 40)) + (seen ? '' : ' without an outline');
                    """));
      }
      assertThat(reached).isEqualTo(expected);

      browser.run("document.getElementById('tail-pause').focus()");
      browser.press(" ");
      assertThat(pressed(browser)).isEqualTo("true");
      browser.press(Keys.ENTER.toString());
      assertThat(pressed(browser)).isEqualTo("false");
    }
  }

  private static Object pressed(Browser browser) {
    return browser.run("return document.getElementById('tail-pause').getAttribute('aria-pressed')");
  }

  @Test
  void wrongClockOfTheBrowserChangesNoFigure() {
    Browser.assumeInstalled();
    String complete =
        "Complete until "
            + LocalDateTime.ofInstant(COMPLETE, ZoneId.systemDefault())
                .format(DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss"));
    for (Duration shift : List.of(Duration.ofDays(-400), Duration.ofDays(400))) {
      long start = System.currentTimeMillis();
      try (StatusServer server =
              server(() -> snapshot(true, 10 * (System.currentTimeMillis() - start) / 1000));
          Browser browser = Browser.start()) {
        browser.view(1280, 1300, "light");
        browser.shiftClock(shift);
        open(browser, server);
        awaitVerdict(browser, complete);
        await()
            .atMost(Pipe.PATIENCE)
            .untilAsserted(
                () ->
                    assertThat(browser.text("#stat-requests .value"))
                        .matches("(9|10)(\\.[0-9]+)?|11"));
        assertThat(browser.isShown("#banner")).isFalse();
        assertThat(browser.console()).isEmpty();
      }
    }
  }

  @Test
  void answerThatCannotBeShownIsReported() {
    Browser.assumeInstalled();
    AtomicBoolean garbage = new AtomicBoolean(true);
    try (StatusServer server = server(() -> garbage.get() ? "{\"version\":1}" : snapshot(true));
        Browser browser = Browser.start()) {
      browser.view(1280, 1300, "light");
      open(browser, server);
      awaitVerdict(browser, "Not shown");
      assertThat(browser.text("#banner"))
          .startsWith("Not shown. The page cannot show an answer of the process: ");
      garbage.set(false);
      awaitVerdict(browser, "Complete until ");
      assertThat(browser.isShown("#banner")).isFalse();
      garbage.set(true);
      awaitVerdict(browser, "Not shown");
    }
  }

  @Test
  void processorWithoutAnyEventShowsThatNothingIsCounted() throws Exception {
    Browser.assumeInstalled();
    String none =
        snapshot(true)
            .replaceAll("\"(read|counted)\":[0-9]+", "\"$1\":0")
            .replaceAll("\"completeUntilSeconds\":[0-9]+", "\"completeUntilSeconds\":null")
            .replace("\"requests\":0", "\"requests\":null");
    try (StatusServer server = server(() -> none);
        Browser browser = Browser.start()) {
      browser.view(1280, 1300, "light");
      open(browser, server);
      awaitVerdict(browser, "Nothing counted yet");
      assertThat(browser.text("#stat-requests .value")).isEqualTo("–");
      assertThat(browser.text("#edge-write")).isEqualTo("–/s, 0 dropped");
      assertThat(browser.text("#node-producers")).isEqualTo("Producers\nno instance yet");
      assertThat(browser.content("main")).doesNotContain("NaN").doesNotContain("undefined");
      assertThat(browser.violations()).isEmpty();
      assertThat(browser.console()).isEmpty();
    }
  }

  private static void open(Browser browser, StatusServer server) {
    browser.open("http://127.0.0.1:" + server.port() + "/");
  }

  private static void awaitVerdict(Browser browser, String start) {
    await()
        .atMost(Pipe.PATIENCE)
        .untilAsserted(() -> assertThat(browser.text("#verdict")).startsWith(start));
  }

  private static String snapshot(boolean ready) {
    return snapshot(ready, 0);
  }

  private static String snapshot(boolean ready, long requests) {
    return """
    {"version":1,"timeMs":%d,"service":{"version":"1","revision":"r","applicationId":"a","address":"",\
    "topicPrefix":"p.","generation":0,"state":"RUNNING","live":{"ok":true,"cause":""},\
    "ready":{"ok":%s,"cause":"it waits"}},"serving":{"partitions":[0,1],"all":2,"ledgersBalance":true},\
    "traffic":{"requests":%d,"serverErrors":null,"endpoints":[],"buckets":[],"activeDebates":0,\
    "webSocketConnections":0,"agentCalls":null,"instancesUp":null,"instancesSilent":null,"producerDrops":null},\
    "topics":[{"name":"p.requests","read":5,"counted":5,"duplicate":0,"deadLettered":0,"late":0,"missing":0,\
    "completeUntilSeconds":%d,"lagSeconds":0,"lagRecords":0,"unstableRecords":0}],"appendedRecords":5,\
    "peers":[],"exporters":[]}\
    """
        .formatted(System.currentTimeMillis(), ready, requests, COMPLETE.getEpochSecond());
  }

  private static StatusServer server(Supplier<String> snapshot) {
    return StatusServer.start(
        new StatusServer.Address("127.0.0.1", 0),
        new PrometheusRegistry(),
        () -> Health.good("it runs"),
        () -> Health.good("it works"),
        StatusPage.ofProcessor(
            () -> new PageContent(snapshot.get(), List.of()),
            () -> new PageContent(snapshot.get(), List.of()),
            () -> "{\"failure\":\"\",\"events\":[],\"deadLetters\":[]}",
            PageLinks.NONE));
  }
}
