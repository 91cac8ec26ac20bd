package org.aragora.telemetry.chassis.main;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import org.aragora.telemetry.chassis.log.ServiceLogging;
import org.aragora.telemetry.chassis.settings.Setting;
import org.aragora.telemetry.chassis.settings.Settings;
import org.aragora.telemetry.chassis.settings.SettingsText;
import org.aragora.telemetry.schemas.kafka.InvalidSettingException;
import org.jspecify.annotations.Nullable;

/**
 * The main of a service: reads its settings, sets up its log, starts it, and waits until a signal
 * stops it or it fails. A refusal and a failure are one sentence on standard error; see {@link
 * ExitCodes} for the code.
 *
 * <pre>{@code
 * public static void main(String[] arguments) {
 *   System.exit(ServiceMain.run(DEFINITION, System.getenv(), arguments));
 * }
 * }</pre>
 */
public final class ServiceMain {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Definition definition;
  private @Nullable Thread starting;
  private @Nullable RunningService service;
  private boolean stopping;

  /**
   * A service.
   *
   * @param command of {@code bin/telemetry} that runs it
   * @param subject the service in a sentence, such as "The processor"
   * @param description what it does, for {@code --help}
   * @param settings every setting that it reads, those of the log not among them
   * @param start starts it; throws {@link InvalidSettingException} to refuse
   */
  public record Definition(
      String command,
      String subject,
      String description,
      List<Setting<?>> settings,
      Function<Settings, RunningService> start) {

    public Definition {
      List<Setting<?>> all = new ArrayList<>(settings);
      all.addAll(ServiceLogging.SETTINGS);
      settings = List.copyOf(all);
    }

    String help() {
      return """
          Usage: telemetry %s
          %s

          Settings, from the environment; KAFKA_X_Y is the client setting x.y:

          %s"""
          .formatted(command, description, SettingsText.help(settings));
    }
  }

  private ServiceMain(Definition definition) {
    this.definition = definition;
  }

  /**
   * Runs a service until a signal stops it or it fails.
   *
   * @return the exit code
   */
  public static int run(
      Definition definition, Map<String, String> environment, String... arguments) {
    if (arguments.length > 0) {
      boolean version = Set.of("--version", "-V").contains(arguments[0]);
      boolean help = version || Set.of("--help", "-h").contains(arguments[0]);
      (help ? System.out : System.err)
          .println(
              version
                  ? CommandMain.version()
                  : help
                      ? definition.help()
                      : "telemetry %s takes no arguments but --help; settings come from the environment."
                          .formatted(definition.command()));
      return help ? ExitCodes.DONE : ExitCodes.USAGE;
    }
    ServiceMain main = new ServiceMain(definition);
    return Signals.run(() -> main.run(environment), main::stop, PATIENCE);
  }

  private int run(Map<String, String> environment) {
    try {
      ServiceLogging.configure(environment);
      Settings settings = Settings.read(definition.settings(), environment);
      BrokerProtocol.check(environment);
      RunningService started = start(settings);
      if (started != null) {
        started.stopped().join();
      }
      return ExitCodes.DONE;
    } catch (InvalidSettingException e) {
      System.err.println(e.getMessage());
      return ExitCodes.USAGE;
    } catch (CompletionException e) {
      System.err.println(definition.subject() + " has stopped: " + Failures.sentence(e));
      return Failures.exitCode(e);
    }
  }

  /** Returns the running service, or null if {@link #stop} was called meanwhile. */
  private @Nullable RunningService start(Settings settings) {
    synchronized (this) {
      starting = Thread.currentThread();
    }
    RunningService started;
    try {
      started = definition.start().apply(settings);
    } catch (RuntimeException e) {
      if (isStopped(null)) {
        return null; // it was interrupted
      }
      throw e;
    }
    if (isStopped(started)) {
      started.close();
      return null;
    }
    return started;
  }

  /** Keeps the service for {@link #stop}. Returns true if that was called before. */
  private synchronized boolean isStopped(@Nullable RunningService started) {
    service = started;
    starting = null;
    if (stopping) {
      Thread.interrupted(); // it has served its purpose, and a close must not fail by it
    }
    return stopping;
  }

  /** Closes the service; interrupts its start, which may wait for a broker without limit. */
  private void stop() {
    RunningService running;
    synchronized (this) {
      stopping = true;
      running = service;
      if (starting != null) {
        starting.interrupt();
      }
    }
    if (running != null) {
      running.close();
    }
  }
}
