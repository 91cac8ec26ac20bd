package org.aragora.telemetry.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.OptionalLong;
import org.aragora.telemetry.quickstart.ExportAccount.Row;
import org.junit.jupiter.api.Test;

class ExportAccountTest {

  private static final OptionalLong NONE = OptionalLong.empty();

  private static OptionalLong of(long value) {
    return OptionalLong.of(value);
  }

  private static List<String> lines(Row row) {
    return new ExportAccount(List.of(row)).lines();
  }

  @Test
  void agreementIsSaid() {
    Row row = new Row("spans", of(1_000), 1_200, 1_000, of(1_000), 0, 0, of(0));

    assertThat(row.isSettled()).isTrue();
    assertThat(lines(row).get(1)).matches("spans +1,000 +1,200 +1,000 +1,000 +0");
    assertThat(lines(row))
        .last()
        .isEqualTo("Every span and every line that the events give was acknowledged and received.");
  }

  @Test
  void realBackendSaysNothingOfWhatItReceived() {
    Row row = new Row("lines", NONE, 7, 7, NONE, 0, 0, of(0));

    assertThat(row.isSettled()).isTrue();
    assertThat(lines(row).get(1)).matches("lines +- +7 +7 +- +0");
    assertThat(lines(row)).last().isEqualTo("Every span and every line was acknowledged.");
  }

  @Test
  void lagIsNotZeroUntilTheExporterSaysSo() {
    assertThat(new Row("spans", of(0), 0, 0, of(0), 0, 0, NONE).isSettled()).isFalse();
    assertThat(new Row("spans", of(5), 5, 5, of(5), 0, 0, of(1)).isSettled()).isFalse();
    assertThat(lines(new Row("spans", of(9), 5, 0, of(0), 0, 4, of(4))))
        .last()
        .asString()
        .startsWith("spans: 4 records are not settled");
  }

  @Test
  void whatWasAcknowledgedMustHaveArrived() {
    assertThat(lines(new Row("lines", of(5), 5, 5, of(4), 0, 0, of(0))))
        .last()
        .isEqualTo("lines: 5 were acknowledged, but 4 have arrived.");
  }

  @Test
  void whatTheEventsGiveMustBeThere() {
    assertThat(lines(new Row("lines", of(6), 5, 5, of(5), 0, 0, of(0))))
        .last()
        .isEqualTo("lines: the events give 6, but 5 were acknowledged.");
    assertThat(lines(new Row("lines", of(6), 5, 5, of(5), 1, 0, of(0))))
        .last()
        .asString()
        .contains("dead letters: 1");
  }

  @Test
  void deadLetterIsADifferenceWithOthersAndWithARealBackendToo() {
    for (Row row :
        List.of(
            new Row("spans", NONE, 7, 7, of(7), 3, 0, of(0)),
            new Row("spans", NONE, 7, 7, NONE, 3, 0, of(0)))) {
      assertThat(row.isSettled()).isFalse();
      assertThat(lines(row))
          .last()
          .isEqualTo(
              "spans: dead letters: 3; aragora.export-dead-letters holds each with its reason.");
    }
  }

  @Test
  void exporterThatIsBehindIsNotSettledAndNotWrong() {
    for (Row row :
        List.of(
            new Row("spans", of(9), 5, 5, of(5), 0, 4, of(4)),
            new Row("spans", of(9), 0, 0, of(0), 0, 9, NONE))) {
      assertThat(row.isSettled()).isFalse();
      assertThat(new ExportAccount(List.of(row)).isWrong()).isFalse();
      assertThat(lines(row)).last().asString().contains("records are not exported yet.");
    }
  }

  @Test
  void exporterWithoutAnAnswerOfItsBackendIsWrong() {
    assertThat(
            new ExportAccount(List.of(new Row("lines", of(9), 5, 0, NONE, 0, 9, of(9)))).isWrong())
        .isTrue();
    assertThat(
            new ExportAccount(List.of(new Row("lines", of(9), 5, 5, of(4), 0, 4, of(4)))).isWrong())
        .isTrue();
  }
}
