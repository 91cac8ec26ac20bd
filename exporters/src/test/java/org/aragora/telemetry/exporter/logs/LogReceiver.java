package org.aragora.telemetry.exporter.logs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.aragora.telemetry.exporter.contract.Delivery;
import org.aragora.telemetry.exporter.contract.Receiver;
import org.aragora.telemetry.exporter.contract.Reply;

/** Loki's push API, decoded as its documentation describes it. */
final class LogReceiver extends Receiver {

  private static final ObjectMapper JSON = new ObjectMapper();

  private final List<Pushed> lines = new CopyOnWriteArrayList<>();

  private final ThreadLocal<List<Pushed>> current = ThreadLocal.withInitial(List::of);

  /** One entry: labels, nanoseconds, line, structured metadata. */
  record Pushed(JsonNode stream, String nanos, String text, JsonNode line, JsonNode metadata) {}

  LogReceiver() {
    this(0);
  }

  LogReceiver(int port) {
    super(port);
  }

  /** Also those of requests that were not accepted. */
  List<Pushed> lines() {
    return List.copyOf(lines);
  }

  /** Answers every push by Loki's rules. */
  void answer(LokiRules rules) {
    answer(delivery -> rules.judge(current.get()));
  }

  @Override
  protected List<Delivery.Item> decode(byte[] body) throws IOException {
    List<Delivery.Item> items = new ArrayList<>();
    List<Pushed> push = new ArrayList<>();
    current.set(push);
    for (JsonNode stream : JSON.readTree(body).required("streams")) {
      for (JsonNode value : stream.required("values")) {
        JsonNode metadata = value.size() > 2 ? value.get(2) : JSON.createObjectNode();
        JsonNode line = JSON.readTree(value.get(1).textValue());
        Pushed pushed =
            new Pushed(
                stream.required("stream"),
                value.get(0).textValue(),
                value.get(1).textValue(),
                line,
                metadata);
        lines.add(pushed);
        push.add(pushed);
        items.add(
            new Delivery.Item(
                String.join(
                    "|",
                    line.path("message").asText(),
                    line.path("request_id").asText(),
                    line.path("debate_id").asText(),
                    line.path("fields").path("call_id").asText()),
                line.path("request_id").asText(line.path("message").asText()),
                stream.required("stream") + pushed.nanos() + pushed.text() + metadata));
      }
    }
    return items;
  }

  @Override
  protected byte[] success(Reply reply) {
    return new byte[0];
  }

  @Override
  protected int successStatus() {
    return 204;
  }

  @Override
  public Map<String, String> environment() {
    return Map.of("LOKI_URL", "http://127.0.0.1:" + port());
  }
}
