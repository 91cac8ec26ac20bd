package org.aragora.telemetry.processor;

import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import org.aragora.telemetry.chassis.log.ServiceLogging;
import org.aragora.telemetry.schemas.kafka.InvalidSettingException;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code bin/telemetry process}. */
@Command(
    name = "process",
    description =
        "Counts the events of the input topics and serves /metrics until it is stopped. Settings come from"
            + " the environment; start more of it to scale.",
    mixinStandardHelpOptions = true)
public final class ProcessorMain implements Callable<Integer> {
  private static final int FAILED = 1;

  private final Map<String, String> environment;
  private volatile int exitCode;

  private ProcessorMain(Map<String, String> environment) {
    this.environment = environment;
  }

  /** Exit code 0 after a signal, 1 after a failure or a refused setting. */
  public static void main(String[] arguments) {
    ProcessorMain main = new ProcessorMain(System.getenv());
    main.exitCode = new CommandLine(main).execute(arguments);
    System.exit(main.exitCode);
  }

  @Override
  public Integer call() {
    try {
      ServiceLogging.configure(environment);
      Processor processor = Processor.start(ProcessorConfig.read(environment));
      Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(processor), "aragora-stop"));
      processor.stopped().join();
      return 0;
    } catch (InvalidSettingException e) {
      System.err.println(e.getMessage());
      return FAILED;
    } catch (CompletionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      System.err.println("The processor has stopped: " + cause.getMessage());
      return FAILED;
    }
  }

  /** A process that was asked to stop and did has succeeded; the JVM would say 128 + the signal. */
  private void stop(Processor processor) {
    processor.close();
    Runtime.getRuntime().halt(exitCode);
  }
}
