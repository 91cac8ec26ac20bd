package org.aragora.telemetry.processor.page;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.apache.kafka.streams.state.HostInfo;
import org.aragora.telemetry.chassis.page.StatusPage;
import org.jspecify.annotations.Nullable;

/** The figures of the other processors, from their pages. */
final class Peers {
  private static final Duration PATIENCE = Duration.ofMillis(700);
  private static final int MOST = 64;
  private static final JsonFactory JSON = new JsonFactory();

  private final String own;
  private @Nullable HttpClient client;

  /**
   * The answer of one processor.
   *
   * @param json its figures; null if it did not answer
   */
  record Answer(String address, @Nullable String json) {}

  /** {@code own}: address of this processor's page, empty if it has not been named. */
  Peers(String own) {
    this.own = own;
  }

  /** Asks all others at the same time; waits {@link #PATIENCE} at most. */
  List<Answer> ask(List<HostInfo> addresses) {
    List<CompletableFuture<Answer>> answers = new ArrayList<>();
    addresses.stream()
        .map(Peers::address)
        .filter(address -> !address.equals(own))
        .sorted(Comparator.naturalOrder())
        .limit(MOST)
        .forEach(address -> answers.add(ask(address)));
    return answers.stream().map(CompletableFuture::join).toList();
  }

  /** Kafka Streams leaves out the brackets of an IPv6 address. */
  private static String address(HostInfo host) {
    boolean bare = host.host().contains(":") && !host.host().startsWith("[");
    return (bare ? "[" + host.host() + "]" : host.host()) + ":" + host.port();
  }

  private CompletableFuture<Answer> ask(String address) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://" + address + StatusPage.OWN_PATH))
            .timeout(PATIENCE)
            .build();
    return client()
        .sendAsync(request, HttpResponse.BodyHandlers.ofString())
        .thenApply(
            answer ->
                new Answer(address, answer.statusCode() == 200 ? checked(answer.body()) : null))
        .completeOnTimeout(new Answer(address, null), PATIENCE.toMillis(), MILLISECONDS)
        .exceptionally(failure -> new Answer(address, null));
  }

  private HttpClient client() {
    HttpClient known = client;
    if (known == null) {
      known =
          HttpClient.newBuilder()
              .version(HttpClient.Version.HTTP_1_1)
              .connectTimeout(PATIENCE)
              .build();
      client = known;
    }
    return known;
  }

  /** Writes one value of JSON again, as one line; throws if it is none. */
  private static String checked(String text) {
    StringWriter line = new StringWriter();
    try (JsonParser parser = JSON.createParser(text);
        JsonGenerator out = JSON.createGenerator(line)) {
      parser.nextToken();
      out.copyCurrentStructure(parser);
    } catch (IOException e) {
      throw new CompletionException(e);
    }
    return line.toString();
  }
}
