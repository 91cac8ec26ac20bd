package org.aragora.telemetry.chassis.page;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Optional;
import org.aragora.telemetry.chassis.settings.Setting;
import org.aragora.telemetry.chassis.settings.Settings;
import org.aragora.telemetry.chassis.settings.Subject;

/**
 * Places of traces and lines, for the page.
 *
 * @param traces address of a trace, with {@code {trace_id}}
 * @param lines address of the lines of a trace, with {@code {trace_id}}
 * @param receiver base address of a receiver that keeps the last traces, which the page shows
 */
public record PageLinks(Optional<String> traces, Optional<String> lines, Optional<URI> receiver) {
  /** No place is known. */
  public static final PageLinks NONE =
      new PageLinks(Optional.empty(), Optional.empty(), Optional.empty());

  private static final String PREFIX = Settings.PREFIX + "PAGE_";
  private static final String ID = "{trace_id}";
  private static final int MAX_PORT = 65_535;

  private static final Setting<String> TRACES =
      Setting.text(PREFIX + "TRACES_URL")
          .map(PageLinks::template)
          .about(Subject.SERVER)
          .doc(
              "Address of a trace in Jaeger or Grafana, such as"
                  + " `http://jaeger:16686/trace/{trace_id}`; the page links to it.");

  private static final Setting<String> LINES =
      Setting.text(PREFIX + "LOGS_URL")
          .map(PageLinks::template)
          .about(Subject.SERVER)
          .doc(
              "Address of the lines of a trace in Grafana, with `{trace_id}`; the page links to"
                  + " it.");

  private static final Setting<URI> RECEIVER =
      Setting.text(PREFIX + "RECEIVER_URL")
          .map(PageLinks::address)
          .about(Subject.SERVER)
          .doc(
              "Address of a receiver that keeps the last traces and lines, which the page shows;"
                  + " the quickstart sets it.");

  /** The settings of these places. */
  public static final List<Setting<?>> ALL = List.of(TRACES, LINES, RECEIVER);

  /** Reads the settings, which the program has declared. */
  public static PageLinks of(Settings settings) {
    return new PageLinks(settings.find(TRACES), settings.find(LINES), settings.find(RECEIVER));
  }

  private static String template(String text) {
    if (!text.contains(ID)) {
      throw new IllegalArgumentException("it must contain " + ID);
    }
    address(text.replace(ID, "0".repeat(32)));
    return text;
  }

  /**
   * Reads an address that every reader of the page may see.
   *
   * @throws IllegalArgumentException if it is not one; the message has no part of the text
   */
  public static URI address(String text) {
    try {
      URI address = new URI(text);
      String scheme = String.valueOf(address.getScheme());
      if (address.getHost() != null
          && address.getPort() <= MAX_PORT
          && address.getUserInfo() == null // every reader of the page would get it
          && (scheme.equals("http") || scheme.equals("https"))) {
        return address;
      }
    } catch (URISyntaxException e) {
      // the refusal below has no part of the text
    }
    throw new IllegalArgumentException(
        "it must be an http:// or https:// address without a user, in percent-encoding");
  }

  /** The elements by which the page gets them. */
  String meta() {
    return meta("traces-url", traces.orElse(""))
        + meta("logs-url", lines.orElse(""))
        + meta("traces", receiver.isPresent() ? "kept" : "");
  }

  private static String meta(String name, String content) {
    return content.isEmpty()
        ? ""
        : "<meta name=\"aragora-%s\" content=\"%s\">%n"
            .formatted(name, IndexHandler.escaped(content));
  }
}
