package org.aragora.telemetry.doctor.top;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.aragora.telemetry.chassis.log.ServiceLogging;
import org.aragora.telemetry.chassis.main.CommandMain;
import org.aragora.telemetry.chassis.main.ExitCodes;
import org.aragora.telemetry.chassis.main.Seconds;
import org.aragora.telemetry.chassis.settings.Setting;
import org.aragora.telemetry.chassis.settings.Settings;
import org.aragora.telemetry.chassis.settings.SettingsText;
import org.aragora.telemetry.doctor.stack.HttpAddress;
import org.aragora.telemetry.doctor.stack.HttpTarget;
import org.aragora.telemetry.doctor.stack.ProcessorLogin;
import org.aragora.telemetry.doctor.top.ProcessorFigures.NoSnapshotException;
import org.aragora.telemetry.doctor.top.screen.Terminal;
import org.aragora.telemetry.schemas.kafka.InvalidSettingException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code bin/telemetry top}: the figures of a processor's page in a terminal. */
@Command(
    name = "telemetry top",
    description = {
      "Shows the figures of the processors in the terminal: the verdict, six figures, the ledger"
          + " and lag of each topic, who serves what, and the last dead letters. Ctrl-C ends it.",
      "A processor that does not answer is asked again. NO_COLOR turns styles off. If the output is"
          + " not a terminal, it is plain text, as wide as COLUMNS if that is set."
    },
    footerHeading = "%nSettings, from the environment:%n%n",
    mixinStandardHelpOptions = true)
public final class TopMain implements Callable<Integer> {

  /** The settings of the command, for the reference. */
  public static final List<Setting<?>> SETTINGS =
      Stream.concat(HttpAddress.OF_PROCESSOR.stream(), ServiceLogging.SETTINGS.stream()).toList();

  private static final Duration PATIENCE = Duration.ofSeconds(2);

  @Option(
      names = "--url",
      paramLabel = "URL",
      description = "address of a processor's page (default METRICS_URL)")
  private @Nullable String url;

  @Option(names = "--once", description = "prints the figures once, with totals for rates")
  private boolean once;

  @Option(
      names = "--interval",
      paramLabel = "SECONDS",
      converter = Seconds.AsInt.class,
      defaultValue = "1",
      description = "time between two questions (default ${DEFAULT-VALUE})")
  private int intervalSeconds = 1;

  @Mixin private ProcessorLogin login = new ProcessorLogin();

  private final Map<String, String> environment;
  private final OutputStream out;
  private final boolean isTerminal;
  private final Thread thread = Thread.currentThread();
  private volatile @Nullable Terminal terminal;
  private volatile @Nullable Top top;

  private TopMain(Map<String, String> environment, OutputStream out, boolean isTerminal) {
    this.environment = environment;
    this.out = out;
    this.isTerminal = isTerminal;
  }

  public static void main(String[] arguments) {
    TopMain main =
        new TopMain(
            System.getenv(),
            new FileOutputStream(FileDescriptor.out),
            Boolean.getBoolean("aragora.telemetry.terminal"));
    System.exit(
        CommandMain.runUntilSignal(
            System.getenv(),
            commandLine(main),
            new CommandMain.Stop(main::stop, PATIENCE),
            arguments));
  }

  /** {@code isTerminal}: if {@code out} is one. */
  static CommandLine commandLine(
      Map<String, String> environment, OutputStream out, boolean isTerminal) {
    return commandLine(new TopMain(environment, out, isTerminal));
  }

  private static CommandLine commandLine(TopMain main) {
    CommandLine command = new CommandLine(main);
    command.getCommandSpec().usageMessage().footer(SettingsText.help(SETTINGS));
    return CommandMain.prepare(command);
  }

  private void stop() {
    Top running = top;
    if (running != null) {
      running.stop();
      thread.interrupt();
    }
    Terminal shown = terminal;
    if (shown != null) {
      shown.close();
    }
  }

  @Override
  public Integer call() throws NoSnapshotException {
    Settings settings = Settings.read(SETTINGS, environment);
    if (intervalSeconds < 1) {
      throw new InvalidSettingException(
          "--interval=%d is refused: it must be at least 1.".formatted(intervalSeconds));
    }
    ProcessorFigures processor =
        new ProcessorFigures(
            new HttpTarget.Address("The processor", address(settings), "--url", login.headers()),
            login.client(ProcessorFigures.client()));
    try (Terminal shown = new Terminal(out, environment, isTerminal)) {
      terminal = shown;
      Top running = new Top(processor, shown);
      top = running;
      if (once) {
        running.once();
      } else {
        running.watch(Duration.ofSeconds(intervalSeconds));
      }
    } catch (InterruptedException | IOException e) {
      // a signal, or nobody reads any more
    }
    return ExitCodes.DONE;
  }

  private URI address(Settings settings) {
    if (url == null) {
      return HttpAddress.ofProcessor(settings);
    }
    try {
      return HttpAddress.parse(url);
    } catch (IllegalArgumentException e) {
      // A text with an @ may contain a password.
      throw new InvalidSettingException(
          "--url%s is refused: %s."
              .formatted(url.indexOf('@') >= 0 ? "" : "=" + url, e.getMessage()));
    }
  }
}
