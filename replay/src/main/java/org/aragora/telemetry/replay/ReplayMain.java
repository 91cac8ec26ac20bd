package org.aragora.telemetry.replay;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.consumer.Consumer;
import org.aragora.telemetry.chassis.main.CommandMain;
import org.aragora.telemetry.chassis.main.ExitCodes;
import org.aragora.telemetry.counting.PartitionCounters;
import org.aragora.telemetry.counting.metric.InputPartition;
import org.aragora.telemetry.processor.settings.ProcessorConfig;
import org.aragora.telemetry.replay.generation.GenerationReplay;
import org.aragora.telemetry.replay.output.JsonOutput;
import org.aragora.telemetry.replay.output.OpenMetricsOutput;
import org.aragora.telemetry.replay.output.Result;
import org.aragora.telemetry.replay.output.TableOutput;
import org.aragora.telemetry.replay.read.Bounds;
import org.aragora.telemetry.replay.read.Checkpoints;
import org.aragora.telemetry.replay.read.Consumers;
import org.aragora.telemetry.replay.read.Limit;
import org.aragora.telemetry.replay.read.PartitionReplay;
import org.aragora.telemetry.replay.read.Progress;
import org.aragora.telemetry.replay.read.RangeResolver;
import org.aragora.telemetry.replay.read.ReplayException;
import org.aragora.telemetry.replay.read.Workers;
import org.aragora.telemetry.replay.verify.LiveSource;
import org.aragora.telemetry.replay.verify.Verification;
import org.aragora.telemetry.replay.verify.Verifier;
import org.aragora.telemetry.schemas.kafka.InvalidSettingException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code bin/telemetry replay}. */
@Command(
    name = "telemetry replay",
    description = {
      "Counts the past again from the input topics, by the code of the live service, without touching it, its offsets"
          + " or its series; then writes the totals, or with --verify compares them with the live service.",
      "Settings come from the environment and must be those of the live service."
    },
    subcommands = {
      GenerationCommand.Promote.class,
      GenerationCommand.ListGenerations.class,
      GenerationCommand.Discard.class
    },
    mixinStandardHelpOptions = true)
public final class ReplayMain implements Callable<Integer> {
  private static final Duration CHECKPOINT_INTERVAL = Duration.ofSeconds(10);

  /** Format of the output. */
  enum Output {
    table,
    json,
    openmetrics,
    generation
  }

  @Option(
      names = "--from",
      paramLabel = "WHEN",
      description =
          "begin at an append time (2026-11-24T12:00:00Z) or at offsets (requests-0=1200,requests-1=900);"
              + " default: the first offset")
  private @Nullable String from;

  @Option(
      names = "--to",
      paramLabel = "WHEN",
      description = "end before an append time or offsets; default: what is there at the start")
  private @Nullable String to;

  @Option(
      names = "--workers",
      paramLabel = "N",
      defaultValue = "1",
      description = "threads; changes the time, not the result (default ${DEFAULT-VALUE})")
  private int workers;

  @Option(
      names = "--allow-gaps",
      description = "count what is left where retention has cut into the range")
  private boolean allowGaps;

  @Option(
      names = "--resume",
      paramLabel = "DIR",
      description =
          "keep checkpoints in DIR and go on from those that a replay with the same options left there")
  private @Nullable Path resume;

  @Option(
      names = "--output",
      paramLabel = "FORMAT",
      description = "${COMPLETION-CANDIDATES} (default table)")
  private @Nullable Output output;

  @Option(
      names = "--file",
      paramLabel = "FILE",
      description = "where to write; default: standard output. It appears when it is complete")
  private @Nullable Path file;

  @Option(names = "--windows", description = "json: the one-minute windows too")
  private boolean windows;

  @Mixin private HistoryOptions history = new HistoryOptions();

  @Mixin private VerifyOptions verify = new VerifyOptions();

  @Spec private @Nullable CommandSpec spec;

  private final Map<String, String> environment;

  private ReplayMain(Map<String, String> environment) {
    this.environment = environment;
  }

  /**
   * Exits with a code of {@link ExitCodes}; {@code DIFFERS} if {@code --verify} found a difference
   * or could not compare.
   */
  public static void main(String[] arguments) {
    System.exit(CommandMain.run(ReplayMain::commandLine, System.getenv(), arguments));
  }

  static CommandLine commandLine(Map<String, String> environment) {
    return CommandMain.prepare(new CommandLine(new ReplayMain(environment)));
  }

  ProcessorConfig config() {
    return ProcessorConfig.read(environment);
  }

  @Override
  public Integer call() throws IOException {
    try {
      return run(config());
    } catch (ReplayException e) {
      if (!verify.isSet()) {
        throw e;
      }
      Objects.requireNonNull(spec).commandLine().getErr().println(e.getMessage());
      return ExitCodes.DIFFERS;
    } finally {
      out().flush();
    }
  }

  private int run(ProcessorConfig config) throws IOException {
    checkOptions();
    Consumers consumers = new Consumers(config.clientSettings());
    PartitionCounters counters =
        PartitionCounters.of(config.rules().forReplay(), config.topicPrefix());
    Workers crew = new Workers(consumers, config.topicPrefix(), workers);
    if (verify.isSet()) {
      SortedMap<InputPartition, Bounds> range = resolve(config, consumers);
      Verification verification =
          new Verifier(
                  new LiveSource(
                      consumers,
                      config.topicPrefix(),
                      GenerationCommand.service(config).generations().current()),
                  counters,
                  verify.settings(to == null),
                  Clock.systemUTC())
              .verify(range, crew, ReplayMain::progress);
      verification.print(out());
      return verification.isClean() ? ExitCodes.DONE : ExitCodes.DIFFERS;
    }
    if (output == Output.generation) {
      new GenerationReplay(GenerationCommand.service(config), counters, out())
          .make(resolve(config, consumers), crew, ReplayMain::progress);
      return ExitCodes.DONE;
    }
    Checkpoints.@Nullable Plan plan = plan(config, consumers, counters);
    SortedMap<InputPartition, Bounds> range =
        plan == null ? resolve(config, consumers) : plan.range();
    var partitions =
        PartitionReplay.all(
            range,
            new PartitionReplay.Keep(output == Output.openmetrics, windows),
            counters,
            plan == null ? null : plan.checkpoints());
    Progress progress =
        progress(partitions.stream().mapToLong(p -> Math.max(0, p.to() - p.from())).sum());
    crew.run(partitions, progress);
    progress.finish();
    write(Result.of(partitions, counters.metrics()));
    return ExitCodes.DONE;
  }

  private void checkOptions() {
    if (workers < 1 || workers > 256) {
      throw new InvalidSettingException(
          "--workers=%d is refused: it must be from 1 to 256.".formatted(workers));
    }
    if (verify.isSet() && (output != null || file != null || resume != null)) {
      throw new InvalidSettingException(
          "--verify compares at one moment and writes nothing: leave out --output, --file and --resume.");
    }
    if (output == Output.generation
        && (from != null || to != null || file != null || resume != null)) {
      throw new InvalidSettingException(
          "A generation has everything up to the offsets of the live service: leave out --from, --to, --file and --resume.");
    }
    if (history.before() != null && output != Output.openmetrics) {
      throw new InvalidSettingException("--before is for --output openmetrics.");
    }
    if (windows && output != Output.json) {
      throw new InvalidSettingException("--windows is for --output json.");
    }
  }

  private Checkpoints.@Nullable Plan plan(
      ProcessorConfig config, Consumers consumers, PartitionCounters counters) {
    if (resume == null) {
      return null;
    }
    String rules =
        "%s from=%s to=%s before=%s gaps=%s output=%s windows=%s prefix=%s"
            .formatted(
                counters.rulesLine(),
                from,
                to,
                history.before(),
                allowGaps,
                output == Output.openmetrics ? "openmetrics" : "totals",
                windows,
                config.topicPrefix());
    Checkpoints.Plan found = Checkpoints.resume(resume, rules, CHECKPOINT_INTERVAL);
    return found != null
        ? found
        : Checkpoints.begin(resume, rules, resolve(config, consumers), CHECKPOINT_INTERVAL);
  }

  private SortedMap<InputPartition, Bounds> resolve(ProcessorConfig config, Consumers consumers) {
    Limit end = history.end(Limit.parse(to, config.topicPrefix(), "--to"));
    try (Consumer<byte[], byte[]> consumer = consumers.committed("range")) {
      return new RangeResolver(consumer, config.topicPrefix(), allowGaps, Clock.systemUTC())
          .resolve(Limit.parse(from, config.topicPrefix(), "--from"), end);
    }
  }

  private void write(Result result) throws IOException {
    if (file == null) {
      Writer writer = new BufferedWriter(out());
      write(result, writer);
      writer.flush();
      return;
    }
    Path next = file.resolveSibling(file.getFileName() + ".next");
    try (Writer writer =
        new BufferedWriter(
            new OutputStreamWriter(Files.newOutputStream(next), StandardCharsets.UTF_8), 1 << 16)) {
      write(result, writer);
    }
    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private void write(Result result, Writer writer) throws IOException {
    switch (output == null ? Output.table : output) {
      case table, generation -> new TableOutput(writer).write(result);
      case json -> new JsonOutput(writer).write(result);
      case openmetrics -> new OpenMetricsOutput(writer, history.settings()).write(result);
    }
  }

  @SuppressWarnings(
      "SystemConsoleNull") // from JDK 22 on a file gets lines made for a terminal, no worse
  private static Progress progress(long offsets) {
    return new Progress(System.err, System.console() != null, System::nanoTime, offsets);
  }

  private PrintWriter out() {
    return Objects.requireNonNull(spec).commandLine().getOut();
  }
}
