package org.aragora.telemetry.quickstart.aragora;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.aragora.telemetry.quickstart.aragora.PlainHttp.Answer;
import org.aragora.telemetry.testbed.oracle.OracleEvent;
import org.jspecify.annotations.Nullable;

/**
 * Client of an Aragora server that counts for itself: requests at a rate, and one debate after
 * another. Each request has an id of its own, so that requests of others are another count.
 */
final class Driver {

  /** A request as the processor labels it. */
  record Request(String method, String endpoint, int status) implements Comparable<Request> {
    @Override
    public int compareTo(Request other) {
      return toString().compareTo(other.toString());
    }

    @Override
    public String toString() {
      return "%s %s %d".formatted(method, endpoint, status);
    }
  }

  /** Outcome of a debate that runs, or of whose end the API reports too little. */
  static final String UNCERTAIN = "";

  private static final String DEBATES = "/api/v1/debates";
  private static final List<String> PATHS =
      List.of(
          DEBATES + "?limit=5",
          "/api/v1/agents",
          "/api/v1/leaderboard",
          "/api/v1/agents",
          "/api/v1/nothing");
  private static final List<String> CONSENSUS = List.of("majority", "unanimous", "judge");
  private static final int UNFIT_EVERY = 100;
  private static final Duration ANSWERS_WITHIN = Duration.ofSeconds(60);
  private static final Duration ENDS_WITHIN = Duration.ofSeconds(15);
  private static final Duration BETWEEN_DEBATES = Duration.ofSeconds(2);
  private static final Duration POLL = Duration.ofMillis(500);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final int port;
  private final double perSecond;
  private final String idPrefix;
  private final CountDownLatch stopped = new CountDownLatch(1);
  private final CountDownLatch hurried = new CountDownLatch(1);
  private final Thread requesting = new Thread(this::request, "driver-requests");
  private final Thread debating = new Thread(this::debate, "driver-debates");
  private final Map<Request, Long> requests = new TreeMap<>();
  private final Map<String, String> debates = new TreeMap<>();
  private long sent;
  private long unanswered;
  private @Nullable String failure;

  private Driver(int port, String idPrefix, double perSecond) {
    this.port = port;
    this.idPrefix = idPrefix;
    this.perSecond = perSecond;
  }

  /**
   * Starts it against a server on this machine.
   *
   * @param idPrefix first characters of the ids of its requests
   */
  static Driver start(int port, String idPrefix, double perSecond) {
    Driver driver = new Driver(port, idPrefix, perSecond);
    for (Thread thread : List.of(driver.requesting, driver.debating)) {
      thread.setDaemon(true);
      thread.start();
    }
    return driver;
  }

  /**
   * Makes no new requests and debates, and waits for what runs.
   *
   * @param bound after which the running debate is cancelled
   */
  void stop(Duration bound) throws InterruptedException {
    stopped.countDown();
    debating.join(bound.toMillis());
    hurried.countDown();
    debating.join(ENDS_WITHIN.toMillis());
    requesting.join(ENDS_WITHIN.toMillis());
  }

  /** Answered requests. */
  synchronized Map<Request, Long> requests() {
    return new TreeMap<>(requests);
  }

  /** One sentence on requests without an answer, of which nothing is certain; null without any. */
  synchronized @Nullable String trouble() {
    return failure == null
        ? null
        : "Requests of the driver without an answer: %,d; the first is %s."
            .formatted(unanswered, failure);
  }

  /** Outcomes of debates by id. */
  synchronized Map<String, String> debates() {
    return new TreeMap<>(debates);
  }

  private void request() {
    long start = System.nanoTime();
    long number = 0;
    try {
      while (!stopped.await(dueMillis(start, number), TimeUnit.MILLISECONDS)) {
        if (number % UNFIT_EVERY == 0) {
          send("POST", DEBATES, DEBATES, "{\"question\":\"short\"}");
        } else {
          String path = PATHS.get((int) (number % PATHS.size()));
          send("GET", path, path.replaceFirst("\\?.*", ""), null);
        }
        number++;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private long dueMillis(long startNanos, long number) {
    long dueNanos = startNanos + (long) (number * 1e9 / perSecond);
    return Math.max(0, TimeUnit.NANOSECONDS.toMillis(dueNanos - System.nanoTime()));
  }

  private void debate() {
    int number = 0;
    try {
      do {
        String id = begin(CONSENSUS.get(number++ % CONSENSUS.size()));
        if (id != null) {
          record(id, UNCERTAIN);
          record(id, outcome(id));
        }
      } while (!stopped.await(BETWEEN_DEBATES.toMillis(), TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private @Nullable String begin(String consensus) {
    List<Map<String, String>> agents =
        List.of("alpha", "beta", "delta").stream()
            .map(name -> Map.of("provider", "demo", "name", name))
            .toList();
    JsonNode answer =
        send(
            "POST",
            DEBATES,
            DEBATES,
            JSON.valueToTree(
                    Map.of(
                        "question",
                        "Which of our numbers must be exact?",
                        "agents",
                        agents,
                        "rounds",
                        2,
                        "consensus",
                        consensus))
                .toString());
    String id = answer.path("debate_id").asText();
    return id.isEmpty() ? null : id;
  }

  /** Waits for the end of a debate, and returns its outcome. */
  private String outcome(String id) throws InterruptedException {
    String path = DEBATES + "/" + id;
    while (true) {
      JsonNode debate = send("GET", path, DEBATES + "/{id}", null);
      switch (debate.path("status").asText()) {
        case "completed" -> {
          return debate.path("consensus_reached").asBoolean() ? "consensus" : "no_consensus";
        }
        case "timeout", "cancelled", "error", "failed" -> {
          return UNCERTAIN;
        }
        default -> {}
      }
      if (hurried.await(POLL.toMillis(), TimeUnit.MILLISECONDS)) {
        JsonNode answer = send("POST", path + "/cancel", DEBATES + "/{id}/cancel", "{}");
        if (answer.path("status").asText().equals("cancelled")) {
          return "cancelled";
        }
        if (answer.isMissingNode()) {
          return UNCERTAIN;
        }
        // It has not begun to run yet, or has just ended.
        TimeUnit.MILLISECONDS.sleep(POLL.toMillis());
      }
    }
  }

  private JsonNode send(String method, String path, String endpoint, @Nullable String body) {
    try {
      Answer answer = PlainHttp.send(port, method, path, nextId(), body, ANSWERS_WITHIN);
      record(new Request(method, endpoint, answer.status()));
      return OracleEvent.tree(answer.body().getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      recordUnanswered(method, path, e);
      return JSON.missingNode();
    }
  }

  private synchronized String nextId() {
    sent++;
    return idPrefix + sent;
  }

  private synchronized void record(Request request) {
    requests.merge(request, 1L, Long::sum);
  }

  private synchronized void record(String debateId, String outcome) {
    debates.put(debateId, outcome);
  }

  private synchronized void recordUnanswered(String method, String path, IOException cause) {
    unanswered++;
    if (failure == null) {
      failure = "%s %s: %s".formatted(method, path, cause);
    }
  }
}
