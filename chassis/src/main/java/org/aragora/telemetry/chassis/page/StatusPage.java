package org.aragora.telemetry.chassis.page;

import java.util.Map;
import java.util.function.Supplier;
import org.aragora.telemetry.chassis.settings.Setting;
import org.aragora.telemetry.chassis.settings.Subject;
import org.eclipse.jetty.server.Handler;

/**
 * The page at {@code /}: {@code /api/v1/snapshot} answers its figures as JSON, {@code
 * /api/v1/stream} sends them once a second as server-sent events. While nobody asks, nothing runs.
 */
public final class StatusPage {
  /** Turns the page and its addresses off. */
  public static final Setting<Boolean> ENABLED =
      Setting.flag("ARAGORA_TELEMETRY_PAGE")
          .about(Subject.SERVER)
          .fallback("true")
          .doc("The page at `/` and `/api/v1/*`; they need the password that `/metrics` needs.");

  /** Address of the figures of one process alone. */
  public static final String OWN_PATH = "/api/v1/snapshot/own";

  private StatusPage() {}

  /**
   * Creates the handlers of the page.
   *
   * @param whole source of the figures; it may wait for other processes
   * @param own source of the figures of this process alone, which those others ask for
   * @param recent the last records as JSON; it must not block
   * @return handlers by path, for {@link org.aragora.telemetry.chassis.http.StatusServer}
   */
  public static Map<String, Handler> handlers(
      Supplier<PageContent> whole, Supplier<PageContent> own, Supplier<String> recent) {
    PageFeed feed = new PageFeed(whole);
    PageFiles files = new PageFiles();
    return Map.of(
        "",
        new IndexHandler(files.text("index.html"), feed),
        "/page/*",
        files,
        "/api/v1/snapshot",
        new SnapshotHandler(feed),
        OWN_PATH,
        new SnapshotHandler(new PageFeed(own)), // two that wait for each other would hang
        "/api/v1/recent",
        new TextOfSource(recent),
        "/api/v1/stream",
        new StreamHandler(feed));
  }
}
