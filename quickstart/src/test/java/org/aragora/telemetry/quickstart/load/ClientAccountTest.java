package org.aragora.telemetry.quickstart.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.aragora.telemetry.quickstart.load.ClientAccount.Row;
import org.junit.jupiter.api.Test;

class ClientAccountTest {

  private static ClientAccount of(Row row) {
    return new ClientAccount(List.of(row), false, null);
  }

  @Test
  void countsOfTheClientAndOfOthersAreCounted() {
    ClientAccount account = of(new Row("GET /api 200", 1_000, 3, 1_003));

    assertThat(account.isSettled()).isTrue();
    assertThat(account.lines().get(1)).matches("GET /api 200 +1,000 +3 +1,003");
    assertThat(account.lines()).last().asString().startsWith("Every request and every debate");
  }

  @Test
  void kindThatDiffersIsNamed() {
    for (long counted : List.of(12L, 14L)) {
      ClientAccount account = of(new Row("GET /api 200", 10, 3, counted));

      assertThat(account.isSettled()).isFalse();
      assertThat(account.lines())
          .last()
          .isEqualTo(
              "GET /api 200: the driver and others made 13, but %d are counted."
                  .formatted(counted));
    }
  }

  @Test
  void programsThatWriteToTheTopicsMayAddToACount() {
    assertThat(new ClientAccount(List.of(new Row("k", 10, 3, 14)), true, null).isSettled())
        .isTrue();
    assertThat(new ClientAccount(List.of(new Row("k", 10, 3, 12)), true, null).isSettled())
        .isFalse();
  }

  @Test
  void badEndOfTheServerIsADifference() {
    ClientAccount account =
        new ClientAccount(List.of(new Row("k", 1, 0, 1)), false, "The server was killed.");

    assertThat(account.isSettled()).isFalse();
    assertThat(account.lines()).last().isEqualTo("The server was killed.");
  }
}
