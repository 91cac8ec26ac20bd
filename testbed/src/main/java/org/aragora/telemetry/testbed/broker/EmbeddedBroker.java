package org.aragora.telemetry.testbed.broker;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.apache.kafka.common.Uuid;
import org.aragora.telemetry.testbed.broker.ServerProperties.Node;
import org.aragora.telemetry.testbed.service.Ports;
import org.aragora.telemetry.testbed.service.TempResources;
import org.jspecify.annotations.Nullable;

/**
 * A single-node Kafka broker (KRaft, broker and controller in one) that runs in a JVM of its own.
 * It listens on 127.0.0.1 only, without authentication, and ends with the process that started it,
 * however that ends.
 *
 * <pre>{@code
 * try (EmbeddedBroker broker = EmbeddedBroker.builder().start()) {
 *   config.put("bootstrap.servers", broker.bootstrapServers());
 * }
 * }</pre>
 *
 * <p>Not safe for use by several threads.
 */
public final class EmbeddedBroker implements AutoCloseable {

  private final BrokerProcess process;
  private final @Nullable Path temporary;
  private final @Nullable Thread hook;

  EmbeddedBroker(BrokerProcess process, @Nullable Path temporary, boolean stopsWithJvm) {
    this.process = process;
    this.temporary = temporary;
    this.hook = stopsWithJvm ? new Thread(this::end, "testbed-stop") : null;
    if (hook != null) {
      Runtime.getRuntime().addShutdownHook(hook);
    }
  }

  /** Configures a broker; the default is a free port and a temporary directory. */
  public static Builder builder() {
    return new Builder();
  }

  /** Settings of all brokers of this module, without their ports and directories. */
  public static Map<String, String> defaultSettings() {
    return ServerProperties.defaults(1);
  }

  /** Value of a client's {@code bootstrap.servers}. */
  public String bootstrapServers() {
    return ServerProperties.HOST + ":" + process.port();
  }

  /** Port of clients, on 127.0.0.1. */
  public int port() {
    return process.port();
  }

  /** File of the broker's own log. */
  public Path log() {
    return process.jvm().log();
  }

  /** Process id, while it runs. */
  public long pid() {
    return process.jvm().pid();
  }

  /** Returns true while the process exists; a paused one does. */
  public boolean isAlive() {
    return process.jvm().isAlive();
  }

  /** Ends it at once, as a crash does (SIGKILL). The data stays. */
  public void kill() {
    process.jvm().kill();
  }

  /** Stops its clock: connections stay, nothing answers (SIGSTOP). */
  public void pause() {
    process.jvm().pause();
  }

  /** Ends a pause (SIGCONT). */
  public void resume() {
    process.jvm().resume();
  }

  /** Stops it cleanly, as an operator does. The data stays. */
  public void stop() {
    process.stop();
  }

  /** Starts it again on the same port and data and waits until it answers; stops it first. */
  public void restart() {
    process.stop();
    process.jvm().start();
    process.awaitReady();
  }

  /**
   * Stops it cleanly. If its directory is temporary, ends it at once and deletes the data. Can be
   * called again.
   */
  @Override
  public void close() {
    end();
    if (hook != null) {
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException e) {
        // the JVM is on its way out
      }
    }
  }

  private void end() {
    if (temporary == null) {
      process.stop();
    } else {
      process.jvm().kill();
      TempResources.delete(temporary);
    }
  }

  /** Options of a broker. */
  public static final class Builder {

    private static final int ATTEMPTS = 3;

    private int port;
    private @Nullable Path directory;
    private int heapMegabytes = 512;
    private boolean stopsWithJvm = true;
    private final Map<String, String> overrides = new TreeMap<>();
    private final Map<String, String> clientSettings = new TreeMap<>();

    private Builder() {}

    /** Sets the port of clients; 0 (the default) takes a free one. */
    public Builder port(int port) {
      this.port = port;
      return this;
    }

    /** Sets the directory of data, settings and log; the default is a temporary one. */
    public Builder directory(Path directory) {
      this.directory = directory;
      return this;
    }

    /** Heap of the broker in MiB; 512 by default. */
    public Builder heapMegabytes(int heapMegabytes) {
      this.heapMegabytes = heapMegabytes;
      return this;
    }

    /** A broker setting by its Kafka name; it wins over the defaults. */
    public Builder setting(String name, String value) {
      overrides.put(name, value);
      return this;
    }

    /**
     * Gives it Kafka's own times for the start of a group and for the end of a dead transaction,
     * which are shortened otherwise. For tests that measure a takeover.
     */
    public Builder stockTimes() {
      overrides.putAll(ServerProperties.STOCK_TIMES);
      return this;
    }

    /** Sets the client settings, by Kafka's names, of the wait until it answers. */
    public Builder clientSettings(Map<String, String> settings) {
      clientSettings.putAll(settings);
      return this;
    }

    /**
     * Sets if a shutdown hook stops it (the default). Hooks run in no order: a program that needs
     * the broker in its own hook sets false and closes it there. A broker never outlives the JVM
     * either way.
     */
    public Builder stopsWithJvm(boolean stopsWithJvm) {
      this.stopsWithJvm = stopsWithJvm;
      return this;
    }

    /**
     * Starts it and waits until it answers.
     *
     * @throws IllegalStateException in a sentence for people if it does not come up
     */
    public EmbeddedBroker start() {
      if (port != 0 && !Ports.isFree(port)) {
        throw new IllegalStateException(
            "Port " + port + " on 127.0.0.1 is taken by another process.");
      }
      for (int attempt = 1; ; attempt++) {
        EmbeddedBroker broker = prepare();
        try {
          broker.process.jvm().start();
          broker.process.awaitReady();
          return broker;
        } catch (IllegalStateException e) {
          boolean portWasTaken =
              port == 0
                  && !broker.isAlive()
                  && String.valueOf(e.getMessage()).contains("BindException");
          broker.close();
          if (!portWasTaken || attempt == ATTEMPTS) {
            throw e;
          }
        }
      }
    }

    private EmbeddedBroker prepare() {
      Path temporary = directory == null ? TempResources.directory("aragora-broker-") : null;
      Path home =
          (directory == null ? Objects.requireNonNull(temporary) : directory).toAbsolutePath();
      Node node = new Node(1, port == 0 ? Ports.free() : port, Ports.free());
      Map<String, String> settings =
          ServerProperties.of(node, List.of(node), home.resolve("data"), overrides);
      String clusterId = Uuid.randomUuid().toString();
      return new EmbeddedBroker(
          new BrokerProcess(node, home, settings, clusterId, heapMegabytes)
              .clientSettings(clientSettings),
          temporary,
          stopsWithJvm);
    }
  }
}
