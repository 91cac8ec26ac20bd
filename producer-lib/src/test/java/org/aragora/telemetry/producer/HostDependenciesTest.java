package org.aragora.telemetry.producer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;

/** The runtime class path that the library brings to a host, from the build files themselves. */
class HostDependenciesTest {

  @ParameterizedTest
  @ValueSource(strings = {"pom.xml", "../schemas/pom.xml", "../pom.xml"})
  void hostGetsNothingBeyondTheFourLibraries(String pom) throws Exception {
    assertThat(broughtToHosts(Path.of(pom)))
        .isSubsetOf(
            "aragora-telemetry-schemas",
            "kafka-clients",
            "jackson-core",
            "slf4j-api",
            "opentelemetry-api");
  }

  @Test
  void emitCommandAloneUsesWhatHostsDoNotGet() throws IOException {
    try (Stream<Path> sources = Files.walk(Path.of("src/main/java"))) {
      assertThat(sources.filter(Files::isRegularFile).filter(HostDependenciesTest::usesOptional))
          .extracting(source -> source.getFileName().toString())
          .containsExactly("EmitMain.java");
    }
  }

  private static boolean usesOptional(Path source) {
    try {
      return Files.readString(source).matches("(?s).*(telemetry\\.chassis|picocli)\\..*");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Dependencies of a build file that Maven hands on to those who depend on the module. */
  private static List<String> broughtToHosts(Path pom) throws Exception {
    Element project =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(pom.toFile())
            .getDocumentElement();
    List<String> brought = new ArrayList<>();
    NodeList all = project.getElementsByTagName("dependency");
    for (int i = 0; i < all.getLength(); i++) {
      Element dependency = (Element) all.item(i);
      if (dependency.getParentNode().getParentNode() == project
          && !text(dependency, "optional").equals("true")
          && !List.of("test", "provided").contains(text(dependency, "scope"))) {
        brought.add(text(dependency, "artifactId"));
      }
    }
    return brought;
  }

  private static String text(Element dependency, String name) {
    Node node = dependency.getElementsByTagName(name).item(0);
    return node == null ? "" : node.getTextContent();
  }
}
