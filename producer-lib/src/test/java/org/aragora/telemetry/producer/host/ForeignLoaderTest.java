package org.aragora.telemetry.producer.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A host whose classes live in a loader of its own, as in a fat jar, an application server or a
 * plugin, and a thread whose context class loader finds none of them.
 */
@Timeout(120)
class ForeignLoaderTest {
  private static final String PRODUCER = "org.aragora.telemetry.producer.TelemetryProducer";

  private static URLClassLoader hostLoader() throws Exception {
    List<URL> urls = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
      urls.add(new File(entry).toURI().toURL());
    }
    return new URLClassLoader(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
  }

  private static <T> T onForeignThread(ClassLoader foreign, Callable<T> work) throws Exception {
    FutureTask<T> task = new FutureTask<>(work);
    Thread thread = new Thread(task);
    thread.setContextClassLoader(foreign);
    thread.start();
    return task.get();
  }

  private static Object build(ClassLoader host) throws Exception {
    Object builder =
        host.loadClass(PRODUCER).getMethod("builder", String.class).invoke(null, "host-1");
    builder.getClass().getMethod("bootstrapServers", String.class).invoke(builder, "127.0.0.1:1");
    Object producer = builder.getClass().getMethod("build").invoke(builder);
    Method emits = null;
    for (Method method : producer.getClass().getMethods()) {
      emits = method.getName().equals("eloUpdated") ? method : emits;
    }
    assertThat(emits.invoke(producer, "claude", 1500.0)).isEqualTo(true);
    return producer;
  }

  private static void assertHostsOwnClientsWork(ClassLoader host) throws Exception {
    Map<String, Object> config = Map.of("bootstrap.servers", "127.0.0.1:1");
    AutoCloseable admin =
        (AutoCloseable)
            host.loadClass("org.apache.kafka.clients.admin.Admin")
                .getMethod("create", Map.class)
                .invoke(null, config);
    admin.close();
    Class<?> bytes = host.loadClass("org.apache.kafka.common.serialization.ByteArraySerializer");
    Class<?> serializer = host.loadClass("org.apache.kafka.common.serialization.Serializer");
    AutoCloseable producer =
        (AutoCloseable)
            host.loadClass("org.apache.kafka.clients.producer.KafkaProducer")
                .getConstructor(Map.class, serializer, serializer)
                .newInstance(
                    config,
                    bytes.getConstructor().newInstance(),
                    bytes.getConstructor().newInstance());
    producer.close();
  }

  @Test
  void producerStartsOnAThreadThatDoesNotFindKafkaAndTheHostsClientsGoOn() throws Exception {
    try (URLClassLoader host = hostLoader()) {
      ClassLoader foreign = new ClassLoader(null) {};
      AutoCloseable producer =
          onForeignThread(
              foreign,
              () -> {
                Object built = build(host);
                assertThat(Thread.currentThread().getContextClassLoader()).isSameAs(foreign);
                return (AutoCloseable) built;
              });
      onForeignThread(
          host,
          () -> {
            assertHostsOwnClientsWork(host);
            return null;
          });
      onForeignThread(
          host,
          () -> {
            ((AutoCloseable) build(host)).close();
            return null;
          });
      producer.close();
    }
  }

  /** The loader of the host, without some classes: as if an older jar came first. */
  private static final class Without extends URLClassLoader {
    private final String hidden;

    Without(URL[] urls, String hidden) {
      super(urls, ClassLoader.getPlatformClassLoader());
      this.hidden = hidden;
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
      if (name.equals(hidden)) {
        throw new ClassNotFoundException(name);
      }
      return super.findClass(name);
    }
  }

  @Test
  void missingClassOfALibraryIsOneSentenceWithTheJars() throws Exception {
    for (String hidden :
        List.of(
            "com.fasterxml.jackson.core.StreamReadConstraints",
            "org.apache.kafka.clients.producer.internals.BuiltInPartitioner",
            "org.apache.kafka.clients.producer.ProducerConfig")) {
      try (URLClassLoader host = new Without(hostLoader().getURLs(), hidden)) {
        Throwable failure = failureOf(host);
        if (failure != null) {
          assertThat(failure).as(hidden).isInstanceOf(IllegalArgumentException.class);
          assertThat(failure.getMessage()).contains(".jar").doesNotContain("\n");
        }
      }
    }
  }

  /** Failure that build throws; null if it needs the class only later, when emit must not throw. */
  private static Throwable failureOf(ClassLoader host) throws Exception {
    Object builder =
        host.loadClass(PRODUCER).getMethod("builder", String.class).invoke(null, "host-1");
    Object producer;
    try {
      producer = builder.getClass().getMethod("build").invoke(builder);
    } catch (java.lang.reflect.InvocationTargetException e) {
      return e.getCause();
    }
    producer
        .getClass()
        .getMethod("eloUpdated", String.class, double.class)
        .invoke(producer, "claude", 1500.0);
    producer
        .getClass()
        .getMethod("close", java.time.Duration.class)
        .invoke(producer, java.time.Duration.ofMillis(100));
    return null;
  }

  @Test
  void olderLibraryIsNamedWithItsPlaceAndWhatIsNeeded() {
    org.assertj.core.api.Assertions.assertThatThrownBy(
            () -> Libraries.check("jackson-core", "2.12.7", 2, 18, Test.class))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("jackson-core 2.18 or newer")
        .hasMessageContaining("2.12.7")
        .hasMessageContaining(".jar");
    Libraries.check("jackson-core", "2.18.0", 2, 18, Test.class);
    Libraries.check("kafka-clients", "4.0.0-ccs", 3, 9, Test.class);
    Libraries.check("kafka-clients", "unknown", 3, 9, Test.class);
  }
}
