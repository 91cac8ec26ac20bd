package org.aragora.telemetry.exporter.partition;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.Uuid;

/**
 * Detects topics that were deleted and made again, by their ids. A consumer would go on at its old
 * position and leave out what the new topic has before it. Never waits for an answer. For one
 * thread.
 */
public final class RecreatedTopics {
  private final Function<Collection<String>, CompletableFuture<Map<String, Uuid>>> broker;
  private final Map<String, Uuid> known = new HashMap<>();
  private CompletableFuture<Map<String, Uuid>> asked = CompletableFuture.completedFuture(Map.of());

  /** {@code broker}: asks for the ids of the topics that exist. */
  public RecreatedTopics(
      Function<Collection<String>, CompletableFuture<Map<String, Uuid>>> broker) {
    this.broker = broker;
  }

  /** {@code admin}: closed by its owner. */
  public static RecreatedTopics of(Admin admin) {
    return new RecreatedTopics(topics -> ask(admin, topics));
  }

  private static CompletableFuture<Map<String, Uuid>> ask(Admin admin, Collection<String> topics) {
    Map<String, Uuid> found = new ConcurrentHashMap<>();
    return CompletableFuture.allOf(
            admin.describeTopics(topics).topicNameValues().values().stream()
                .map(
                    description ->
                        description
                            .toCompletionStage()
                            .toCompletableFuture()
                            .thenAccept(topic -> found.put(topic.name(), topic.topicId()))
                            .exceptionally(missing -> null))
                .toArray(CompletableFuture[]::new))
        .thenApply(all -> found);
  }

  /**
   * Asks once more, unless an answer is under way.
   *
   * @return topics whose id has changed by the last answer
   */
  public Set<String> look(Collection<String> topics) {
    if (!asked.isDone()) {
      return Set.of();
    }
    Map<String, Uuid> answer = asked.isCompletedExceptionally() ? Map.of() : asked.join();
    asked = broker.apply(topics);
    Set<String> recreated = new HashSet<>();
    answer.forEach(
        (topic, id) -> {
          Uuid before = known.put(topic, id);
          if (before != null && !before.equals(id)) {
            recreated.add(topic);
          }
        });
    return recreated;
  }
}
