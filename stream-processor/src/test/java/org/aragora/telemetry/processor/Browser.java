package org.aragora.telemetry.processor;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.openqa.selenium.By;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;

/** Debian's Chromium, without a window. */
final class Browser implements AutoCloseable {
  private static final Path CHROMIUM = Path.of("/usr/bin/chromium");
  private static final Path DRIVER = Path.of("/usr/bin/chromedriver");
  private static final String AXE = "/META-INF/resources/webjars/axe-core/4.6.3/axe.min.js";

  private final ChromeDriver driver;
  private String scheme = "light";
  private String motion = "no-preference";

  private Browser(ChromeDriver driver) {
    this.driver = driver;
  }

  /** Skips the test that calls it if there is no Chromium. */
  static void assumeInstalled() {
    assumeTrue(
        Files.isExecutable(CHROMIUM) && Files.isExecutable(DRIVER),
        "chromium is not here; bin/verify says how to get it");
  }

  static Browser start() {
    return start(true);
  }

  static Browser start(boolean javaScript) {
    ChromeOptions options = new ChromeOptions();
    options.setBinary(CHROMIUM.toString());
    options.addArguments(
        "--headless=new",
        "--no-sandbox",
        "--disable-dev-shm-usage",
        "--disable-gpu",
        "--hide-scrollbars",
        "--no-first-run",
        "--disable-extensions",
        "--disable-background-networking",
        "--enable-precise-memory-info",
        "--lang=en-GB");
    options.setCapability("goog:loggingPrefs", Map.of(LogType.BROWSER, "ALL"));
    if (!javaScript) {
      options.setExperimentalOption(
          "prefs", Map.of("profile.managed_default_content_settings.javascript", 2));
    }
    ChromeDriverService service =
        new ChromeDriverService.Builder().usingDriverExecutable(DRIVER.toFile()).build();
    ChromeDriver driver = new ChromeDriver(service, options);
    driver.manage().timeouts().pageLoadTimeout(Duration.ofSeconds(60));
    return new Browser(driver);
  }

  /** Sets the size of the view and the colour scheme, {@code light} or {@code dark}. */
  void view(int width, int height, String newScheme) {
    driver.executeCdpCommand(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
    scheme = newScheme;
    emulateMedia();
  }

  /** Sets the preference of motion, {@code reduce} or {@code no-preference}. */
  void motion(String preference) {
    motion = preference;
    emulateMedia();
  }

  private void emulateMedia() {
    driver.executeCdpCommand(
        "Emulation.setEmulatedMedia",
        Map.of(
            "features",
            List.of(
                Map.of("name", "prefers-color-scheme", "value", scheme),
                Map.of("name", "prefers-reduced-motion", "value", motion))));
  }

  /** Shifts the clock of the next pages, that of the time of day alone. */
  void shiftClock(Duration by) {
    driver.executeCdpCommand(
        "Page.addScriptToEvaluateOnNewDocument",
        Map.of(
            "source",
            """
            {
              const Real = Date;
              const now = () => Real.now() + %d;
              globalThis.Date = class extends Real {
                constructor(...of) { super(...(of.length ? of : [now()])); }
                static now() { return now(); }
              };
            }
            """
                .formatted(by.toMillis())));
  }

  void open(String url) {
    driver.get(url);
  }

  /** Blocks what matches one of the patterns, from the next page on. */
  void block(String... patterns) {
    driver.executeCdpCommand("Network.enable", Map.of());
    driver.executeCdpCommand("Network.setCacheDisabled", Map.of("cacheDisabled", true));
    driver.executeCdpCommand("Network.setBlockedURLs", Map.of("urls", List.of(patterns)));
  }

  /** Returns the text of the first element that matches, as a user sees it. */
  String text(String css) {
    return driver.findElement(By.cssSelector(css)).getText();
  }

  /** Returns the text of an element without regard to its style. */
  String content(String css) {
    return (String) run("return document.querySelector(arguments[0]).textContent", css);
  }

  void type(String css, String text) {
    driver.findElement(By.cssSelector(css)).sendKeys(text);
  }

  /** Presses keys where the focus is. */
  void press(String keys) {
    driver.switchTo().activeElement().sendKeys(keys);
  }

  void click(String css) {
    driver.findElement(By.cssSelector(css)).click();
  }

  boolean isShown(String css) {
    return driver.findElement(By.cssSelector(css)).isDisplayed();
  }

  /** Runs a script in the page; its result has Selenium's types. */
  Object run(String script, Object... arguments) {
    return driver.executeScript(script, arguments);
  }

  /** Runs a script that calls its last argument with the result. */
  Object runAsync(String script, Object... arguments) {
    driver.manage().timeouts().scriptTimeout(Duration.ofSeconds(60));
    return driver.executeAsyncScript(script, arguments);
  }

  /**
   * Messages of the console since the last call, such as a refusal of the content policy; without
   * Chromium's advice on graphics.
   */
  List<String> console() {
    return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
        .map(LogEntry::getMessage)
        .filter(message -> !message.contains("Canvas2D"))
        .toList();
  }

  /** Serious and critical violations that axe finds, each with the elements that have them. */
  @SuppressWarnings("unchecked")
  List<String> violations() throws IOException {
    try (InputStream in = Browser.class.getResourceAsStream(AXE)) {
      run(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    }
    return (List<String>)
        runAsync(
            """
            const done = arguments[arguments.length - 1];
            axe.run().then(
              results => done(results.violations
                .filter(each => ['serious', 'critical'].includes(each.impact))
                .map(each => each.id + ': ' + each.nodes.map(n => n.html + ' ' + n.failureSummary).join('; '))),
              error => done(['axe has failed: ' + error]));
            """);
  }

  /** Collects garbage and returns the heap of the page's scripts. */
  double liveHeapMegabytes() {
    driver.executeCdpCommand("HeapProfiler.collectGarbage", Map.of());
    return ((Number) run("return performance.memory.usedJSHeapSize")).doubleValue() / 1e6;
  }

  /** Writes a picture of the view. */
  void screenshot(Path to) throws IOException {
    Files.createDirectories(to.getParent());
    Files.write(to, driver.getScreenshotAs(OutputType.BYTES));
  }

  /** Writes a picture of the first element that matches, which must fit into the view. */
  void screenshot(String css, Path to) throws IOException {
    Files.createDirectories(to.getParent());
    Files.write(to, driver.findElement(By.cssSelector(css)).getScreenshotAs(OutputType.BYTES));
  }

  @Override
  public void close() {
    driver.quit();
  }
}
