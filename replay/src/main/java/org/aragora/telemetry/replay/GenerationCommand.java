package org.aragora.telemetry.replay;

import java.io.PrintWriter;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.aragora.telemetry.chassis.main.ExitCodes;
import org.aragora.telemetry.counting.generation.Generation;
import org.aragora.telemetry.processor.ProcessorConfig;
import org.aragora.telemetry.replay.generation.Promotion;
import org.aragora.telemetry.replay.generation.Service;
import org.aragora.telemetry.schemas.kafka.InvalidSettingException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** What {@code bin/telemetry replay} does with generations that are there. */
abstract class GenerationCommand implements Callable<Integer> {
  @Spec private @Nullable CommandSpec spec;

  private final Map<String, String> environment;

  private GenerationCommand(Map<String, String> environment) {
    this.environment = environment;
  }

  /** Adds all of them to a command. */
  static CommandLine addTo(CommandLine command, Map<String, String> environment) {
    return command
        .addSubcommand(new Promote(environment))
        .addSubcommand(new ListThem(environment))
        .addSubcommand(new Discard(environment));
  }

  /** The service that the settings name. */
  static Service service(ProcessorConfig config) {
    return new Service(
        config.clientSettings(), config.topicPrefix(), config.applicationId(), Clock.systemUTC());
  }

  int run(Consumer<Promotion> what) {
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    what.accept(new Promotion(service(ProcessorConfig.read(environment)), out));
    out.flush();
    return ExitCodes.DONE;
  }

  static Generation generation(int number) {
    if (number < 0) {
      throw new InvalidSettingException("There is no generation %d.".formatted(number));
    }
    return new Generation(number);
  }

  @Command(
      name = "promote",
      description = {
        "Makes a generation the one that the processors count into and serve, and waits until they do.",
        "Each stops what it runs; nothing is served until the last one has stopped and what was served before is"
            + " counted in the new generation. Promoting an earlier generation goes back."
      },
      mixinStandardHelpOptions = true)
  static final class Promote extends GenerationCommand {
    @Parameters(paramLabel = "GENERATION", description = "its number")
    private int number;

    @Option(
        names = "--allow-gaps",
        description = "also where retention has taken records that it has not counted")
    private boolean allowGaps;

    @Option(
        names = "--wait",
        paramLabel = "SECONDS",
        defaultValue = "120",
        description =
            "how long to wait for the running processors (default ${DEFAULT-VALUE}); they change also after that")
    private long waitSeconds;

    Promote(Map<String, String> environment) {
      super(environment);
    }

    @Override
    public Integer call() {
      return run(
          promotion ->
              promotion.promote(generation(number), allowGaps, Duration.ofSeconds(waitSeconds)));
    }
  }

  @Command(
      name = "generations",
      description = "Lists the generations; * is the current one.",
      mixinStandardHelpOptions = true)
  static final class ListThem extends GenerationCommand {
    ListThem(Map<String, String> environment) {
      super(environment);
    }

    @Override
    public Integer call() {
      return run(Promotion::list);
    }
  }

  @Command(
      name = "discard",
      description = "Deletes the topics and offsets of a generation that is not current, for good.",
      mixinStandardHelpOptions = true)
  static final class Discard extends GenerationCommand {
    @Parameters(paramLabel = "GENERATION", description = "its number")
    private int number;

    Discard(Map<String, String> environment) {
      super(environment);
    }

    @Override
    public Integer call() {
      return run(promotion -> promotion.discard(generation(number)));
    }
  }
}
