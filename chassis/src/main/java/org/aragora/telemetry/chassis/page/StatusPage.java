package org.aragora.telemetry.chassis.page;

import java.util.HashMap;
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
   * Creates the handlers of a processor's page.
   *
   * @param whole source of the figures; it may wait for other processes
   * @param own source of the figures of this process alone, which those others ask for
   * @param recent the last records as JSON; it must not block
   * @return handlers by path, for {@link org.aragora.telemetry.chassis.http.StatusServer}
   */
  public static Map<String, Handler> ofProcessor(
      Supplier<PageContent> whole,
      Supplier<PageContent> own,
      Supplier<String> recent,
      PageLinks links) {
    Map<String, Handler> handlers = handlers("processor.html", whole, links);
    handlers.put(OWN_PATH, new SnapshotHandler(new PageFeed(own))); // two that wait would hang
    handlers.put("/api/v1/recent", new TextOfSource(recent));
    links
        .receiver()
        .ifPresent(
            receiver -> handlers.put(ReceiverRelay.PATH + "/*", new ReceiverRelay(receiver)));
    return handlers;
  }

  /** Creates the handlers of an exporter's page. */
  public static Map<String, Handler> ofExporter(Supplier<PageContent> figures) {
    return handlers("exporter.html", figures, PageLinks.NONE);
  }

  private static Map<String, Handler> handlers(
      String main, Supplier<PageContent> figures, PageLinks links) {
    PageFeed feed = new PageFeed(figures);
    PageFiles files = new PageFiles();
    String template =
        files
            .text("shell.html")
            .replace("<!-- links -->\n", links.meta())
            .replace("<!-- main -->\n", files.text(main));
    Map<String, Handler> handlers = new HashMap<>();
    handlers.put("", new IndexHandler(template, feed));
    handlers.put("/page/*", files);
    handlers.put("/api/v1/snapshot", new SnapshotHandler(feed));
    handlers.put("/api/v1/stream", new StreamHandler(feed));
    return handlers;
  }
}
