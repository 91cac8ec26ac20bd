package org.aragora.telemetry.doctor;

import java.io.PrintWriter;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.aragora.telemetry.chassis.main.CommandMain;
import org.aragora.telemetry.chassis.main.Seconds;
import org.aragora.telemetry.chassis.settings.Setting;
import org.aragora.telemetry.chassis.settings.SettingsText;
import org.aragora.telemetry.doctor.stack.ProcessorLogin;
import org.aragora.telemetry.schemas.kafka.InvalidSettingException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code bin/telemetry doctor}: the verification checklist, against what is running. */
@Command(
    name = "telemetry doctor",
    description = {
      "Checks the 16 lines of the observability guide's verification checklist against a running"
          + " stack. For each it prints pass, fail or cannot tell, what it found, and what to do."
          + " Nothing is changed or sent unless --send-test-alert asks for it.",
      "Exit code: 0 all pass, 1 something failed, 2 wrong usage, 3 nothing failed and something"
          + " could not be judged."
    },
    footerHeading = "%nSettings, from the environment; KAFKA_X_Y is the client setting x.y:%n%n",
    mixinStandardHelpOptions = true)
public final class DoctorMain implements Callable<Integer> {

  /** The settings of the doctor, for the reference. */
  public static final List<Setting<?>> SETTINGS = DoctorSettings.ALL;

  @Option(
      names = "--send-test-alert",
      description =
          "sends a critical and a warning alert AragoraTestAlert to Alertmanager, which pages and"
              + " posts, and ends them again")
  private boolean sendTestAlert;

  @Option(names = "--json", description = "the findings as JSON")
  private boolean json;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      converter = Seconds.AsInt.class,
      defaultValue = "10",
      description = "how long each line may take (default ${DEFAULT-VALUE})")
  private int timeoutSeconds = 10;

  @Option(
      names = "--alert-wait",
      paramLabel = "SECONDS",
      converter = Seconds.AsInt.class,
      defaultValue = "60",
      description =
          "how long to wait until test alerts are notified; over the route's group_wait (default"
              + " ${DEFAULT-VALUE})")
  private int alertWaitSeconds = 60;

  @Mixin private ProcessorLogin login = new ProcessorLogin();

  @Spec private @Nullable CommandSpec spec;

  private final Map<String, String> environment;

  private DoctorMain(Map<String, String> environment) {
    this.environment = environment;
  }

  public static void main(String[] arguments) {
    System.exit(CommandMain.run(DoctorMain::commandLine, System.getenv(), arguments));
  }

  static CommandLine commandLine(Map<String, String> environment) {
    CommandLine command = new CommandLine(new DoctorMain(environment));
    command.getCommandSpec().usageMessage().footer(SettingsText.help(SETTINGS));
    return CommandMain.prepare(command);
  }

  @Override
  public Integer call() throws InterruptedException {
    Doctor doctor =
        Doctor.of(
            DoctorSettings.read(environment),
            login,
            seconds("--timeout", timeoutSeconds),
            sendTestAlert ? seconds("--alert-wait", alertWaitSeconds) : null,
            Clock.systemUTC());
    Report report = new Report(doctor.examine());
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    out.print(json ? report.json() + System.lineSeparator() : report.text());
    out.flush();
    return report.exitCode();
  }

  private static Duration seconds(String option, int value) {
    if (value < 1) {
      throw new InvalidSettingException(
          "%s=%d is refused: it must be at least 1.".formatted(option, value));
    }
    return Duration.ofSeconds(value);
  }
}
