package org.aragora.telemetry.replay;

import java.io.PrintWriter;
import java.time.Clock;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.aragora.telemetry.chassis.main.ExitCodes;
import org.aragora.telemetry.chassis.main.Seconds;
import org.aragora.telemetry.counting.generation.Generation;
import org.aragora.telemetry.replay.generation.Promotion;
import org.aragora.telemetry.replay.generation.Service;
import org.aragora.telemetry.schemas.kafka.InvalidSettingException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** The subcommands of {@code bin/telemetry replay} for existing generations. */
abstract class GenerationCommand implements Callable<Integer> {
  @Spec private @Nullable CommandSpec spec;

  @ParentCommand private @Nullable ReplayMain replay;

  /** The service that the settings name. */
  static Service service(ReplayConfig config) {
    return new Service(
        config.clientSettings(), config.topicPrefix(), config.applicationId(), Clock.systemUTC());
  }

  int run(Consumer<Promotion> work) {
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    work.accept(new Promotion(service(Objects.requireNonNull(replay).config()), out));
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
        description = "even if retention has removed records that it has not counted")
    private boolean allowGaps;

    @Option(
        names = "--wait",
        paramLabel = "SECONDS",
        converter = Seconds.AsLong.class,
        defaultValue = "120",
        description =
            "how long to wait for the running processors (default ${DEFAULT-VALUE}); they change also after that")
    private long waitSeconds;

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
  static final class ListGenerations extends GenerationCommand {
    @Override
    public Integer call() {
      return run(Promotion::list);
    }
  }

  @Command(
      name = "discard",
      description = "Deletes the topics and offsets of a generation that is not current.",
      mixinStandardHelpOptions = true)
  static final class Discard extends GenerationCommand {
    @Parameters(paramLabel = "GENERATION", description = "its number")
    private int number;

    @Override
    public Integer call() {
      return run(promotion -> promotion.discard(generation(number)));
    }
  }
}
