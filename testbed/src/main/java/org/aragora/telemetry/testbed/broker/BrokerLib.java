package org.aragora.telemetry.testbed.broker;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.aragora.telemetry.testbed.service.ChildJvm;

/** Directory of the broker's jars; they are never on our own class path. */
final class BrokerLib {

  /** System property that names the directory of the broker's jars. */
  static final String PROPERTY = "aragora.telemetry.broker.lib";

  private BrokerLib() {}

  /** Class path of the child process: the broker's jars and {@link BrokerMain}. */
  static String classPath() {
    Path self = ChildJvm.originOf(BrokerMain.class);
    return directory(self) + File.separator + "*" + File.pathSeparator + self;
  }

  private static Path directory(Path self) {
    String named = System.getProperty(PROPERTY);
    if (named != null) {
      if (!Files.isDirectory(Path.of(named))) {
        throw new IllegalStateException(
            "There is no broker in %s (system property %s): build it with mvn -pl testbed -am -DskipTests package."
                .formatted(named, PROPERTY));
      }
      return Path.of(named);
    }
    return Stream.iterate(self.getParent(), dir -> dir != null, Path::getParent)
        .flatMap(
            dir -> Stream.of(dir.resolve("broker-lib"), dir.resolve("testbed/target/broker-lib")))
        .filter(Files::isDirectory)
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalStateException(
                    "There is no directory broker-lib near %s: name the one with the broker's jars in the system property %s."
                        .formatted(self, PROPERTY)));
  }
}
