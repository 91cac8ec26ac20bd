package org.aragora.telemetry.doctor.top;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.aragora.telemetry.chassis.log.ServiceLogging;
import org.aragora.telemetry.chassis.main.CommandMain;
import org.aragora.telemetry.chassis.main.ExitCodes;
import org.aragora.telemetry.chassis.settings.Setting;
import org.aragora.telemetry.chassis.settings.Settings;
import org.aragora.telemetry.chassis.settings.SettingsText;
import org.aragora.telemetry.chassis.tls.PemFiles;
import org.aragora.telemetry.doctor.stack.HttpAddress;
import org.aragora.telemetry.doctor.stack.HttpTarget;
import org.aragora.telemetry.doctor.top.ProcessorFigures.NoSnapshotException;
import org.aragora.telemetry.doctor.top.screen.Terminal;
import org.aragora.telemetry.schemas.kafka.InvalidSettingException;
import org.aragora.telemetry.schemas.text.TextFile;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
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
      defaultValue = "1",
      description = "time between two questions (default ${DEFAULT-VALUE})")
  private int intervalSeconds = 1;

  @Option(names = "--user", paramLabel = "USER", description = "user, if the page asks for one")
  private @Nullable String user;

  @Option(names = "--password-file", paramLabel = "FILE", description = "password of this user")
  private @Nullable Path passwordFile;

  @Option(
      names = "--ca-file",
      paramLabel = "FILE",
      description = "certificates, in PEM, that the one of an https page must come from")
  private @Nullable Path caFile;

  @Option(
      names = "--cert-file",
      paramLabel = "FILE",
      description = "own certificate, in PEM, if the page asks for one")
  private @Nullable Path certFile;

  @Option(names = "--key-file", paramLabel = "FILE", description = "its key, in PEM")
  private @Nullable Path keyFile;

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
            new HttpTarget.Address("The processor", address(settings), "--url", headers()),
            client());
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

  private Map<String, String> headers() {
    if (user == null && passwordFile == null) {
      return Map.of();
    }
    if (user == null || passwordFile == null) {
      throw new InvalidSettingException("--user and --password-file need each other.");
    }
    try {
      String pair = user + ":" + TextFile.readSecret(passwordFile);
      return Map.of(
          "Authorization",
          "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8)));
    } catch (IOException | IllegalArgumentException e) {
      throw unreadable("--password-file", passwordFile, e);
    }
  }

  private HttpClient client() {
    HttpClient.Builder client = ProcessorFigures.client();
    if ((certFile == null) != (keyFile == null)) {
      throw new InvalidSettingException("--cert-file and --key-file need each other.");
    }
    if (caFile != null || certFile != null) {
      client.sslContext(tls());
    }
    return client.build();
  }

  private SSLContext tls() {
    String option = "--ca-file";
    Path file = caFile;
    try {
      TrustManager[] trust = caFile == null ? null : PemFiles.trust(caFile);
      KeyManager[] keys = null;
      if (certFile != null && keyFile != null) {
        option = "--key-file";
        file = keyFile;
        var key = PemFiles.key(keyFile);
        option = "--cert-file";
        file = certFile;
        keys = PemFiles.keys(key, PemFiles.certificates(certFile)).getKeyManagers();
      }
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keys, trust, null);
      return context;
    } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
      throw unreadable(option, file, e);
    }
  }

  private static InvalidSettingException unreadable(
      String option, @Nullable Path file, Exception cause) {
    return new InvalidSettingException(
        "%s=%s is refused: the file cannot be read (%s)."
            .formatted(option, file, cause.getClass().getSimpleName()));
  }
}
