package org.aragora.telemetry.chassis.redact;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The published corpus: what must go goes, what must stay is not touched. */
class RedactionCorpusTest {

  private static final int SMALLEST_CORPUS = 200;

  private final Redactor redactor =
      new Redactor(EnumSet.allOf(Redactor.Kind.class), List.of(), List.of(), List.of());
  private final List<Case> corpus = corpus();

  private record Case(boolean go, String text, String secret, String keeps) {}

  @Test
  void everySecretOfTheCorpusGoesAndWhatStandsBesideItStays() {
    List<String> missed = new ArrayList<>();
    List<Case> secrets = corpus.stream().filter(Case::go).toList();
    for (Case each : secrets) {
      String clean = redactor.text(each.text());
      if (clean.contains(each.secret())
          || !clean.contains(each.keeps())
          || !clean.contains(Redactor.MARK)) {
        missed.add(each.text() + "  ->  " + clean);
      }
    }

    assertThat(missed)
        .as("score %d of %d", secrets.size() - missed.size(), secrets.size())
        .isEmpty();
    assertThat(corpus).hasSizeGreaterThanOrEqualTo(SMALLEST_CORPUS);
  }

  @Test
  void whatAnOperatorNeedsStays() {
    List<String> destroyed = new ArrayList<>();
    List<Case> harmless = corpus.stream().filter(each -> !each.go()).toList();
    for (Case each : harmless) {
      String clean = redactor.text(each.text());
      if (!clean.equals(each.text())) {
        destroyed.add(each.text() + "  ->  " + clean);
      }
    }

    assertThat(destroyed)
        .as("score %d of %d", harmless.size() - destroyed.size(), harmless.size())
        .isEmpty();
    assertThat(harmless).hasSizeGreaterThanOrEqualTo(SMALLEST_CORPUS / 2);
  }

  @Test
  void redactedTextStaysAsItIs() {
    Random random = new Random(11);
    List<String> joints = List.of("", " ", ", ", "; ", "\n", "\"", "'", "{", "=", ": ", "\\");
    for (int i = 0; i < 20_000; i++) {
      StringBuilder text = new StringBuilder();
      for (int piece = random.nextInt(4); piece >= 0; piece--) {
        text.append(corpus.get(random.nextInt(corpus.size())).text());
        text.append(joints.get(random.nextInt(joints.size())));
      }
      String once = redactor.text(text.toString());
      assertThat(redactor.text(once)).as(text.toString()).isEqualTo(once);
    }
  }

  @Test
  void secretsGoFromTheMiddleOfALine() {
    Random random = new Random(12);
    List<Case> secrets = corpus.stream().filter(Case::go).toList();
    List<String> before =
        List.of("INFO ", "request 7: ", "{\"n\": 1} ", "(", "a=1, ", "took 5 s\n");
    for (Case each : secrets) {
      String text = before.get(random.nextInt(before.size())) + each.text() + "\ndone";
      assertThat(redactor.text(text)).as(text).doesNotContain(each.secret());
    }
  }

  private static List<Case> corpus() {
    try (InputStream in = RedactionCorpusTest.class.getResourceAsStream("/redact/corpus.tsv")) {
      List<Case> cases = new ArrayList<>();
      for (String line : new String(in.readAllBytes(), UTF_8).split("\n")) {
        if (!line.startsWith("#")) {
          String[] cells = line.split("\t", -1);
          cases.add(
              new Case(cells[0].equals("go"), cell(cells, 1), cell(cells, 2), cell(cells, 3)));
        }
      }
      return cases;
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String cell(String[] cells, int column) {
    return column < cells.length ? cells[column].replace("·", "").translateEscapes() : "";
  }
}
