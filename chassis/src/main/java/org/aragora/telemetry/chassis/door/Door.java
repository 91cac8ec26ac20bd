package org.aragora.telemetry.chassis.door;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.aragora.telemetry.chassis.door.WebConfig.ClientAuth;
import org.aragora.telemetry.schemas.kafka.InvalidSettingException;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * TLS and passwords of a status server. It looks at its files once a second and applies what has
 * changed to new connections and requests. A change that is refused leaves the old state in force
 * and is logged; so is one that opens the door, since a file that is being written is short.
 */
public final class Door implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Door.class);
  private static final WebConfig NOTHING = new WebConfig(null, Map.of());

  private final @Nullable Path file;
  private final boolean healthExempt;
  private final SslContextFactory.Server ssl = new SslContextFactory.Server();
  private final Thread watch = new Thread(this::watch, "aragora-web-config");
  private volatile WebConfig config = NOTHING;
  private int seen;

  private Door(DoorSettings settings) {
    file = settings.file();
    healthExempt = settings.healthExempt();
    watch.setDaemon(true);
  }

  /**
   * Opens a door.
   *
   * @throws InvalidSettingException if the file is refused; the message names the reason
   */
  public static Door open(DoorSettings settings) {
    Door door = new Door(settings);
    Path file = door.file;
    if (file == null) {
      return door;
    }
    try {
      door.apply(WebConfigReader.read(file));
    } catch (BadWebConfigException e) {
      throw new InvalidSettingException(
          "%s=%s is refused: %s.".formatted(DoorSettings.FILE.key(), file, e.getMessage()));
    }
    door.seen = door.fingerprint();
    door.watch.start();
    return door;
  }

  /** Puts TLS before HTTP if the file asks for it. */
  public ConnectionFactory[] connections(HttpConnectionFactory http) {
    return config.tls() == null
        ? new ConnectionFactory[] {http}
        : new ConnectionFactory[] {new SslConnectionFactory(ssl, http.getProtocol()), http};
  }

  /** Puts the checks of a request before its handler. */
  public Handler guard(Handler handler) {
    return file == null ? handler : new Guard(this, handler);
  }

  WebConfig config() {
    return config;
  }

  boolean isHealthExempt() {
    return healthExempt;
  }

  private void apply(WebConfig next) throws BadWebConfigException {
    WebConfig.Tls tls = next.tls();
    if (tls != null) {
      var context = TlsContext.of(tls);
      boolean required = tls.clientAuth() == ClientAuth.REQUIRED;
      try {
        ssl.reload(
            factory -> {
              factory.setSslContext(context);
              factory.setIncludeProtocols(tls.protocols().toArray(new String[0]));
              // Without a certificate the handshake passes to health; the guard refuses the rest.
              ssl.setNeedClientAuth(required && !healthExempt);
              ssl.setWantClientAuth(tls.clientAuth() != ClientAuth.NONE);
            });
      } catch (Exception e) {
        throw new BadWebConfigException("TLS cannot be set up: " + e.getMessage());
      }
    }
    config = next;
  }

  private void watch() {
    try {
      while (true) {
        TimeUnit.SECONDS.sleep(1);
        look();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // closed
    }
  }

  private void look() {
    try {
      int now = fingerprint();
      if (now == seen) {
        return;
      }
      seen = now;
      reload();
    } catch (RuntimeException e) {
      LOG.error("{} cannot be read again; the old configuration stays", file, e);
    }
  }

  private void reload() {
    try {
      WebConfig next = WebConfigReader.read(Objects.requireNonNull(file));
      String lost = config.lostIn(next);
      if (lost != null) {
        throw new BadWebConfigException(lost + " by a restart only");
      }
      apply(next);
      LOG.info("{} has changed and is in force.", file);
    } catch (BadWebConfigException e) {
      LOG.error(
          "{} has changed and is refused: {}. The old configuration stays.", file, e.getMessage());
    }
  }

  /** Content of the file and of those that it names: links and times of mounted secrets vary. */
  private int fingerprint() {
    WebConfig.Tls tls = config.tls();
    Stream<Path> others = tls == null ? Stream.of() : tls.files();
    List<Integer> contents =
        Stream.concat(Stream.of(Objects.requireNonNull(file)), others).map(Door::content).toList();
    return contents.hashCode();
  }

  private static int content(Path path) {
    try {
      return Arrays.hashCode(Files.readAllBytes(path));
    } catch (IOException e) {
      return 0;
    }
  }

  @Override
  public void close() {
    watch.interrupt();
  }
}
