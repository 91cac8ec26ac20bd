package org.aragora.telemetry.producer.host;

import java.util.function.Supplier;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * Runs work with a context class loader that finds Kafka's classes. Kafka's settings look for
 * classes there, once, in static initializers: with a foreign loader they would fail for the host
 * too, as long as it runs.
 */
public final class KafkaLoader {
  private KafkaLoader() {}

  /** The host's loader if it finds this Kafka, because it finds the host's classes too; or ours. */
  public static ClassLoader choose() {
    ClassLoader host = Thread.currentThread().getContextClassLoader();
    return host != null && findsKafka(host) ? host : KafkaLoader.class.getClassLoader();
  }

  /** Runs work with a loader. */
  public static <T> T call(ClassLoader loader, Supplier<T> work) {
    Thread thread = Thread.currentThread();
    @Nullable ClassLoader before = thread.getContextClassLoader();
    thread.setContextClassLoader(loader);
    try {
      return work.get();
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  private static boolean findsKafka(ClassLoader loader) {
    try {
      return Class.forName(ByteArraySerializer.class.getName(), false, loader)
          == ByteArraySerializer.class;
    } catch (ClassNotFoundException | LinkageError e) {
      return false;
    }
  }
}
