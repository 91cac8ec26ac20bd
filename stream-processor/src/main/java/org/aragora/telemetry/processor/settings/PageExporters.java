package org.aragora.telemetry.processor.settings;

import java.net.URI;
import java.util.List;
import org.aragora.telemetry.chassis.page.PageLinks;
import org.aragora.telemetry.chassis.settings.Setting;
import org.aragora.telemetry.chassis.settings.Subject;

/** The exporters that the page shows. */
final class PageExporters {
  static final Setting<List<URI>> SETTING =
      Setting.list("ARAGORA_TELEMETRY_PAGE_EXPORTERS")
          .map(texts -> texts.stream().map(PageExporters::address).distinct().toList())
          .about(Subject.SERVER)
          .doc(
              "Addresses of the exporters, such as `http://span-exporter:9464`, whose figures the"
                  + " page shows; a host name means all its addresses.");

  private PageExporters() {}

  private static URI address(String text) {
    URI address = PageLinks.address(text);
    if (address.getRawQuery() != null || address.getRawFragment() != null) {
      throw new IllegalArgumentException("each must be an address without ? and #");
    }
    return address;
  }
}
