package org.aragora.telemetry.testbed.service;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * Main class of a child JVM: another program, and a watch on standard input. The input is a pipe
 * that only the parent holds, so not even a parent that was killed leaves a child behind.
 *
 * <p>Arguments: main class, its arguments.
 */
final class ChildMain {

  private static final long CLEAN_STOP_MS = 10_000;

  private ChildMain() {}

  public static void main(String[] arguments) throws Exception {
    endWithParent(System.in);
    Class.forName(arguments[0])
        .getMethod("main", String[].class)
        .invoke(null, (Object) Arrays.copyOfRange(arguments, 1, arguments.length));
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
          daemon("parent-watch-halt", ChildMain::haltLater);
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

  private static void daemon(String name, Runnable body) {
    Thread thread = new Thread(body, name);
    thread.setDaemon(true);
    thread.start();
  }
}
