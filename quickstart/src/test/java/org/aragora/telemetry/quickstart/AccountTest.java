package org.aragora.telemetry.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.aragora.telemetry.quickstart.Account.Row;
import org.junit.jupiter.api.Test;

class AccountTest {

  @Test
  void emittedAndWrittenByTheProcessorMustBeCounted() {
    Account account = new Account(List.of(new Row("aragora.debates", 1_000, 3, 0, 1_003, 0, 0, 0)));

    assertThat(account.isSettled()).isTrue();
    assertThat(account.lines()).last().asString().startsWith("Every event is accounted for");
    assertThat(account.lines().get(1)).matches("aragora.debates +1,000 +3 +1,003 +0 +0");
  }

  @Test
  void eventThatIsNotCountedIsNamed() {
    Account account =
        new Account(
            List.of(
                new Row("aragora.debates", 10, 0, 0, 9, 0, 0, 0),
                new Row("aragora.logs", 5, 0, 0, 5, 0, 0, 0)));

    assertThat(account.isSettled()).isFalse();
    assertThat(account.lines())
        .contains("aragora.debates: 1 records are missing.")
        .noneMatch(line -> line.startsWith("aragora.logs:"));
  }

  @Test
  void eventThatIsCountedTwiceIsNamed() {
    assertThat(new Account(List.of(new Row("t", 10, 0, 0, 11, 0, 0, 0))).lines())
        .contains("t: 1 records are counted without a known writer.");
  }

  @Test
  void deadLetterIsADifferenceOfTheLoadAndOfOthers() {
    for (Row row :
        List.of(new Row("t", 10, 0, 0, 9, 0, 1, 0), new Row("t", 10, 1, 4, 14, 0, 1, 0))) {
      Account account = new Account(List.of(row));

      assertThat(account.isSettled()).isFalse();
      assertThat(account.lines())
          .contains("t: dead letters: 1; aragora.dead-letters holds each with its reason.");
    }
  }

  @Test
  void duplicateOfTheLoadIsADifference() {
    Account account = new Account(List.of(new Row("t", 10, 0, 0, 9, 1, 0, 0)));

    assertThat(account.isSettled()).isFalse();
    assertThat(account.lines()).contains("t: 1 events of the load are duplicates.");
  }

  @Test
  void othersMaySendAnEventTwice() {
    Account account = new Account(List.of(new Row("t", 10, 1, 4, 14, 1, 0, 0)));

    assertThat(account.isSettled()).isTrue();
    assertThat(account.lines().get(0)).contains("others");
  }

  @Test
  void recordThatIsNotReadYetIsNotMissing() {
    Account account = new Account(List.of(new Row("t", 1_000, 0, 0, 45, 0, 0, 955)));

    assertThat(account.isSettled()).isFalse();
    assertThat(account.isWrong()).isFalse();
    assertThat(account.isUnread()).isTrue();
    assertThat(account.lines())
        .contains("t: 955 records are not read yet.")
        .last()
        .isEqualTo("No record is missing: the processor has not read the rest yet.");
  }

  @Test
  void recordThatIsNeitherCountedNorUnreadIsMissing() {
    Account account = new Account(List.of(new Row("t", 1_000, 0, 0, 45, 0, 0, 950)));

    assertThat(account.isWrong()).isTrue();
    assertThat(account.lines())
        .contains("t: 5 records are missing.", "t: 950 records are not read yet.")
        .noneMatch(line -> line.startsWith("No record is missing"));
  }

  @Test
  void processorThatServesNothingHasReadNothing() {
    Account account = new Account(List.of(new Row("t", 12, 0, 0, 0, 0, 0, Long.MAX_VALUE)));

    assertThat(account.isWrong()).isFalse();
    assertThat(account.lines()).contains("t: 12 records are not read yet.");
  }
}
