package org.aragora.telemetry.exporter.contract;

import java.util.List;
import java.util.Map;

/** One request that a receiver got, decoded. */
public record Delivery(List<Item> items, long atNanos, Map<String, String> headers) {

  /**
   * One span or line.
   *
   * @param id span id, or the event of a log line
   * @param requestId the request that it is about, else whatever else it is about
   * @param bytes all of it, as it must be again when it is sent again
   */
  public record Item(String id, String requestId, String bytes) {}

  public boolean mentions(String requestId) {
    return items.stream().anyMatch(item -> item.requestId().equals(requestId));
  }
}
