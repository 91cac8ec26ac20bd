package org.aragora.telemetry.processor.generation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.aragora.telemetry.chassis.topics.ConsumerGroups;
import org.aragora.telemetry.counting.generation.Generation;
import org.aragora.telemetry.counting.generation.Generations;
import org.junit.jupiter.api.Test;

class GenerationSupervisorTest {
  private static final ConsumerGroups.Member MEMBER =
      new ConsumerGroups.Member("/10.0.0.1", "id", "client", null);

  /** Two generations that count at once would each serve all of it. */
  @Test
  void aGenerationWaitsForTheMembersOfTheOtherOneAndNotForItsOwn() throws Exception {
    Generations promoted = new Generations(new Generation(1), new TreeMap<>());
    Map<String, List<ConsumerGroups.Member>> groups =
        Map.of("app", List.of(MEMBER), "app-g1", List.of(MEMBER));

    assertThat(GenerationSupervisor.othersRunning(promoted, "app", groups::get))
        .hasValue(
            "generation 1 starts when all members of generation 0 have stopped; there are still [/10.0.0.1 id]");
    assertThat(GenerationSupervisor.othersRunning(promoted, "app", group -> List.of())).isEmpty();
    assertThat(GenerationSupervisor.othersRunning(Generations.NONE, "app", groups::get)).isEmpty();
  }
}
