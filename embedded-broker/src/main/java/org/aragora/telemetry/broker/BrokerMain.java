package org.aragora.telemetry.broker;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What the child process runs: it formats the data directory the first time, starts {@code
 * kafka.Kafka}, and ends when its standard input does. The input is a pipe that only the parent
 * holds, so not even a parent that was killed leaves a broker behind.
 *
 * <p>Arguments: server.properties, data directory, cluster id.
 */
final class BrokerMain {

  private static final long CLEAN_STOP_MS = 10_000;

  private BrokerMain() {}

  public static void main(String[] arguments) throws Exception {
    String properties = arguments[0];
    endWithParent(System.in);
    ignoreInterrupt();
    if (!Files.exists(Path.of(arguments[1], "meta.properties"))) {
      int formatted =
          kafka.tools.StorageTool.execute(
              new String[] {"format", "-t", arguments[2], "-c", properties}, System.out);
      if (formatted != 0) {
        System.exit(formatted);
      }
    }
    kafka.Kafka.main(new String[] {properties});
  }

  private static void endWithParent(InputStream pipe) {
    daemon(
        "parent-watch",
        () -> {
          try {
            while (pipe.read() >= 0) {
              // the parent never writes
            }
          } catch (IOException e) {
            // a broken pipe is the end as well
          }
          daemon("parent-watch-halt", BrokerMain::haltLater);
          System.exit(0);
        });
  }

  private static void haltLater() {
    try {
      Thread.sleep(CLEAN_STOP_MS);
    } catch (InterruptedException e) {
      // halt now
    }
    Runtime.getRuntime().halt(1);
  }

  /**
   * Ctrl-C on a terminal reaches every process of the foreground group. The parent stops the broker
   * when nothing needs it any more, so the broker itself must not listen. By reflection, as Kafka
   * does it: the compiler warns of sun.misc and the warning cannot be switched off.
   */
  private static void ignoreInterrupt() {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object ignore =
          Proxy.newProxyInstance(
              handler.getClassLoader(), new Class<?>[] {handler}, (proxy, method, args) -> null);
      signal
          .getMethod("handle", signal, handler)
          .invoke(null, signal.getConstructor(String.class).newInstance("INT"), ignore);
    } catch (ReflectiveOperationException e) {
      System.out.println("This JVM cannot ignore Ctrl-C, the broker will end at once: " + e);
    }
  }

  private static void daemon(String name, Runnable body) {
    Thread thread = new Thread(body, name);
    thread.setDaemon(true);
    thread.start();
  }
}
