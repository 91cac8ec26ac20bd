package org.aragora.telemetry.processor;

import org.aragora.telemetry.chassis.main.ServiceMain;
import org.aragora.telemetry.processor.settings.ProcessorConfig;

/** {@code bin/telemetry process}. */
public final class ProcessorMain {
  /** The service and its settings. */
  public static final ServiceMain.Definition SERVICE =
      new ServiceMain.Definition(
          "process",
          "The processor",
          "Counts the events of the input topics and serves /metrics until it is stopped; start"
              + " more of it to scale.",
          ProcessorConfig.SETTINGS,
          settings -> ProcessorService.start(ProcessorConfig.of(settings)));

  private ProcessorMain() {}

  public static void main(String[] arguments) {
    System.exit(ServiceMain.run(SERVICE, System.getenv(), arguments));
  }
}
