package org.aragora.telemetry.processor;

import java.nio.charset.StandardCharsets;
import java.time.Instant;

/** Events as other clients would write them. */
final class TestEvents {
  private TestEvents() {}

  static byte[] event(String id, String type, Instant time, String data) {
    return bytes(
        """
        {"specversion":"1.0","id":"%s","source":"/aragora/instances/api-1","type":"ai.aragora.%s","time":"%s","data":%s}"""
            .formatted(id, type, time, data));
  }

  static byte[] numbered(
      String id, String epoch, long seq, String type, Instant time, String data) {
    return bytes(
        """
        {"specversion":"1.0","id":"%s","source":"/aragora/instances/api-1","type":"ai.aragora.%s","time":"%s","epoch":"%s","seq":%d,"data":%s}"""
            .formatted(id, type, time, epoch, seq, data));
  }

  static byte[] request(String id, Instant time, int status) {
    return request(id, time, "/api/debates", status);
  }

  static byte[] request(String id, Instant time, String endpoint, int status) {
    return event(
        id,
        "request.completed.v1",
        time,
        """
        {"request_id":"%s","method":"GET","endpoint":"%s","status":%d,"duration_seconds":0.02}"""
            .formatted(id, endpoint, status));
  }

  static byte[] request(String id, Instant time, double seconds) {
    return event(
        id,
        "request.completed.v1",
        time,
        """
        {"request_id":"%s","method":"GET","endpoint":"/api/debates","status":200,"duration_seconds":%s}"""
            .formatted(id, seconds));
  }

  static byte[] debateStarted(String debateId, Instant time, int timeoutSeconds) {
    return event(
        "start-" + debateId,
        "debate.started.v1",
        time,
        """
        {"debate_id":"%s","agents":["a","b"],"domain":"law","timeout_seconds":%d}"""
            .formatted(debateId, timeoutSeconds));
  }

  static byte[] debateCompleted(String debateId, Instant time, String outcome) {
    return event(
        "end-" + debateId,
        "debate.completed.v1",
        time,
        """
        {"debate_id":"%s","outcome":"%s","duration_seconds":12.5,"rounds":3}"""
            .formatted(debateId, outcome));
  }

  static byte[] heartbeat(String id, Instant time, int intervalSeconds, int connections) {
    return event(
        id,
        "instance.heartbeat.v1",
        time,
        """
        {"instance_id":"api-1","websocket_connections":%d,"interval_seconds":%d,"emitted":{},"dropped":{}}"""
            .formatted(connections, intervalSeconds));
  }

  /** The event in a trace. */
  static byte[] traced(byte[] event, String traceparent) {
    return bytes(
        "{\"traceparent\":\"%s\",%s"
            .formatted(traceparent, new String(event, StandardCharsets.UTF_8).substring(1)));
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
