package org.aragora.telemetry.chassis.door;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
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

  /** Content of the file and of those that it named when it was read last, also if refused. */
  private Map<Path, Integer> seen = Map.of();

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
      door.apply(door.read(file));
    } catch (BadWebConfigException e) {
      throw new InvalidSettingException(
          "%s=%s is refused: %s.".formatted(DoorSettings.FILE.key(), file, e.getMessage()));
    }
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
    Path path = Objects.requireNonNull(file);
    try {
      if (contents(seen.keySet()).equals(seen)) {
        return;
      }
      WebConfig next = read(path);
      String lost = config.lostIn(next);
      if (lost != null) {
        throw new BadWebConfigException(lost + " by a restart only");
      }
      apply(next);
      LOG.info("{} has changed and is in force.", file);
    } catch (BadWebConfigException e) {
      LOG.error(
          "{} has changed and is refused: {}. The old configuration stays.", file, e.getMessage());
    } catch (RuntimeException e) {
      LOG.error("{} cannot be read again; the old configuration stays", file, e);
    }
  }

  /** Reads the file, and remembers contents from before: what changes meanwhile is read again. */
  private WebConfig read(Path path) throws BadWebConfigException {
    Set<Path> files = new HashSet<>(seen.keySet());
    files.add(path);
    seen = contents(files);
    WebConfig next = WebConfigReader.read(path);
    WebConfig.Tls tls = next.tls();
    Map<Path, Integer> named = new HashMap<>(contents(tls == null ? Set.of() : tls.files()));
    named.put(path, Objects.requireNonNull(seen.get(path)));
    seen = named;
    return next;
  }

  /** Contents, not times: links and times of mounted secrets vary. A missing file is 0. */
  private static Map<Path, Integer> contents(Set<Path> files) {
    Map<Path, Integer> contents = new HashMap<>();
    files.forEach(each -> contents.put(each, content(each)));
    return contents;
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
