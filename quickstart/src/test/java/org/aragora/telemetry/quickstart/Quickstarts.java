package org.aragora.telemetry.quickstart;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** The runs of a test, ended with it, however it ends. */
final class Quickstarts implements AfterEachCallback {
  private final List<QuickstartProcess> started = new ArrayList<>();

  QuickstartProcess start(Path directory, Map<String, String> environment, String... arguments)
      throws Exception {
    QuickstartProcess quickstart = QuickstartProcess.start(directory, environment, arguments);
    started.add(quickstart);
    return quickstart;
  }

  @Override
  public void afterEach(ExtensionContext context) throws Exception {
    for (QuickstartProcess quickstart : started) {
      quickstart.end();
    }
    started.clear();
  }
}
