package org.aragora.telemetry.doctor.stack;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.ConnectException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A program of the stack that answers HTTP. Safe for use by several threads. */
public final class HttpTarget {

  /**
   * Address of a program, and the credentials of requests.
   *
   * @param name of the program, for people
   * @param base scheme, host and port, no slash at the end
   * @param variable environment variable that moves it
   * @param headers of every request, such as credentials
   */
  public record Address(String name, URI base, String variable, Map<String, String> headers) {

    /** The same program with other headers. */
    public Address with(Map<String, String> others) {
      return new Address(name, base, variable, others);
    }
  }

  /** An answer of any status. */
  public record Reply(int status, String contentType, String body) {}

  /** Remedy if a program asks for credentials. */
  public static final String CREDENTIALS =
      "It asks for credentials: docs/how-to/doctor.md lists those that the doctor takes.";

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int MAX_BYTES = 32 * 1024 * 1024;

  private final Address address;
  private final HttpClient http;
  private final Duration timeout;

  public HttpTarget(Address address, HttpClient http, Duration timeout) {
    this.address = address;
    this.http = http;
    this.timeout = timeout;
  }

  /** Its address, for a sentence. */
  public String where() {
    return address.base().toString();
  }

  String host() {
    return address.base().getHost().replaceAll("[\\[\\]]", "");
  }

  boolean isPlain() {
    return "http".equals(address.base().getScheme());
  }

  /** The same program at one of the addresses of its host. */
  HttpTarget at(InetAddress one) {
    String host = one.getHostAddress();
    String literal = one instanceof Inet6Address ? "[" + host.replaceFirst("%.*", "") + "]" : host;
    int port = address.base().getPort();
    URI base = URI.create("http://" + literal + (port < 0 ? "" : ":" + port));
    return new HttpTarget(
        new Address(address.name(), base, address.variable(), address.headers()), http, timeout);
  }

  /** The answer to a GET, whatever its status. */
  public Reply get(String path) throws NoAnswerException, InterruptedException {
    return send(path, request(path).GET());
  }

  /** The JSON answer to a GET; any status but 200 is none. */
  public JsonNode json(String path) throws NoAnswerException, InterruptedException {
    return parse(path, expect200(path, get(path)));
  }

  /** The text that answers a GET; any status but 200 is none. */
  public String text(String path) throws NoAnswerException, InterruptedException {
    return expect200(path, get(path)).body();
  }

  /** Sends JSON; any status but 200 is a refusal. */
  public void post(String path, JsonNode body) throws NoAnswerException, InterruptedException {
    HttpRequest.BodyPublisher bytes = HttpRequest.BodyPublishers.ofString(body.toString());
    expect200(
        path, send(path, request(path).header("Content-Type", "application/json").POST(bytes)));
  }

  /** {@code reply} as JSON. */
  public JsonNode parse(String path, Reply reply) throws NoAnswerException {
    try {
      return JSON.readTree(reply.body());
    } catch (JsonProcessingException e) {
      throw otherwise(path, "with something else than JSON");
    }
  }

  private Reply expect200(String path, Reply reply) throws NoAnswerException {
    if (reply.status() == 401) {
      throw new NoAnswerException(answers(path, "with status 401"), CREDENTIALS);
    }
    if (reply.status() != 200) {
      throw otherwise(path, "with status " + reply.status());
    }
    return reply;
  }

  private NoAnswerException otherwise(String path, String how) {
    return new NoAnswerException(
        answers(path, how),
        "Check that %s runs there; set %s if it is elsewhere."
            .formatted(address.name(), address.variable()));
  }

  private String answers(String path, String how) {
    return "%s at %s answers %s %s.".formatted(address.name(), where(), withoutQuery(path), how);
  }

  private HttpRequest.Builder request(String path) {
    HttpRequest.Builder builder =
        HttpRequest.newBuilder(URI.create(where() + path)).timeout(timeout);
    address.headers().forEach(builder::header);
    return builder;
  }

  private Reply send(String path, HttpRequest.Builder request)
      throws NoAnswerException, InterruptedException {
    // The client's own timeout ends with the head of an answer.
    CompletableFuture<HttpResponse<String>> answer =
        http.sendAsync(request.build(), head -> new BoundedText(MAX_BYTES));
    try {
      HttpResponse<String> response = answer.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
      return new Reply(
          response.statusCode(),
          response.headers().firstValue("Content-Type").orElse(""),
          response.body());
    } catch (ExecutionException | TimeoutException e) {
      throw new NoAnswerException(
          "%s does not answer at %s%s (%s)."
              .formatted(address.name(), where(), withoutQuery(path), why(e)),
          "Start it, or set %s if it is elsewhere.".formatted(address.variable()));
    } finally {
      answer.cancel(true);
    }
  }

  private String why(Exception e) {
    Throwable cause = e.getCause() == null ? e : e.getCause();
    if (cause instanceof ConnectException) {
      return "no connection";
    }
    return cause instanceof HttpTimeoutException || cause instanceof TimeoutException
        ? "nothing whole within " + timeout.toMillis() / 1000.0 + " s"
        : "the connection broke: " + cause.getMessage();
  }

  private static String withoutQuery(String path) {
    int query = path.indexOf('?');
    return query < 0 ? path : path.substring(0, query);
  }
}
