package org.aragora.telemetry.processor.page;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.streams.state.HostInfo;
import org.aragora.telemetry.chassis.page.StatusPage;
import org.jspecify.annotations.Nullable;

/** The figures of the other processors, from their pages. */
final class Peers {
  private static final int MOST = 64;
  private static final JsonFactory JSON = new JsonFactory();

  private final String own;
  private final PageClient client;

  /**
   * The answer of one processor.
   *
   * @param json its figures; null if it did not answer
   */
  record Answer(String address, @Nullable String json) {}

  /** {@code own}: address of this processor's page, empty if it has not been named. */
  Peers(String own, PageClient client) {
    this.own = own;
    this.client = client;
  }

  /** Asks all others at the same time; waits {@link PageClient#PATIENCE} at most. */
  List<Answer> ask(List<HostInfo> addresses) {
    List<CompletableFuture<Answer>> answers =
        addresses.stream()
            .map(Peers::address)
            .filter(address -> !address.equals(own))
            .sorted(Comparator.naturalOrder())
            .limit(MOST)
            .map(this::ask)
            .toList();
    return answers.stream().map(CompletableFuture::join).toList();
  }

  /** Kafka Streams leaves out the brackets of an IPv6 address. */
  private static String address(HostInfo host) {
    boolean bare = host.host().contains(":") && !host.host().startsWith("[");
    return (bare ? "[" + host.host() + "]" : host.host()) + ":" + host.port();
  }

  private CompletableFuture<Answer> ask(String address) {
    return client
        .get(URI.create("http://" + address + StatusPage.OWN_PATH))
        .thenApply(reply -> new Answer(address, reply.body() == null ? null : line(reply.body())));
  }

  /** Returns one object of JSON again, as one line; null if it is none. */
  private static @Nullable String line(String text) {
    StringWriter line = new StringWriter();
    try (JsonParser parser = JSON.createParser(text);
        JsonGenerator out = JSON.createGenerator(line)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return null;
      }
      out.copyCurrentStructure(parser);
    } catch (IOException e) {
      return null;
    }
    return line.toString();
  }
}
