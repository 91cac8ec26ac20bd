package org.aragora.telemetry.quickstart.load;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.apache.kafka.common.TopicPartition;
import org.aragora.telemetry.testbed.service.MetricsPage;
import org.aragora.telemetry.testbed.service.ServiceEnvironment;
import org.jspecify.annotations.Nullable;

/** Writer of a run's events. One thread calls it, but for {@link #onWritten}. */
public interface Load extends AutoCloseable {

  /** CloudEvents {@code source} of every event that it writes. */
  Set<String> sources();

  /**
   * Does what can fail before anything is started. It returns early if the run is stopped.
   *
   * @throws IllegalStateException with what is missing
   */
  default void prepare(BooleanSupplier isStopped) throws InterruptedException {}

  /** Starts to write. It returns early if the run is stopped. */
  void start(ServiceEnvironment environment, BooleanSupplier isStopped) throws InterruptedException;

  /** Lines about it for the list of addresses. */
  List<String> places();

  /**
   * Does nothing as long as it can write.
   *
   * @throws IllegalStateException with the reason
   */
  default void checkAlive() {}

  /** Called for each of its events that is in a topic, by the reader of the topics. */
  default void onWritten(TopicPartition partition, JsonNode event) {}

  /** Events that it sent, by topic. */
  Map<String, Long> emitted();

  /** Events that its producers had to drop. */
  long dropped(MetricsPage page);

  /**
   * Stops writing.
   *
   * @param bound for what was accepted but not acknowledged
   */
  void stop(Duration bound) throws InterruptedException;

  /**
   * Compares what a client counted to what the processor counted.
   *
   * @param others true if other clients wrote to the topics, too
   * @return null if there is no client
   */
  default @Nullable ClientAccount account(MetricsPage page, boolean others) {
    return null;
  }

  @Override
  void close();
}
