package org.aragora.telemetry.doctor.top.figures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import org.aragora.telemetry.doctor.top.Samples;
import org.junit.jupiter.api.Test;

class SnapshotTest {

  @Test
  void aFigureThatIsNotServedIsAbsent() {
    Snapshot snapshot = Samples.snapshot();

    assertThat(snapshot.figure("requests")).hasValue(1234567);
    assertThat(snapshot.figure("producerDrops")).isEmpty();
    assertThat(snapshot.total("read")).hasValue(123456790012.0);
    assertThat(snapshot.lowest("completeUntilSeconds")).hasValue(1764244500);
    assertThat(snapshot.highest("lagSeconds")).hasValue(0.25);
  }

  @Test
  void twoProcessorsAreShownAsOne() {
    ObjectNode answer = part("[0,1]", null);
    ObjectNode peer = part("[2,3]", true);
    add(answer, "10.0.0.2:9090", peer);

    Snapshot both = Snapshot.of(answer);

    assertThat(both.serving().partitions()).containsExactly(0, 1, 2, 3);
    assertThat(both.serving().isPart()).isFalse();
    assertThat(both.serving().ledgersBalance()).isEqualTo(Optional.of(true));
    assertThat(both.figure("requests")).hasValue(2 * 1234567);
    assertThat(both.buckets().get(0.5)).isEqualTo(2 * 98.0);
    assertThat(both.owners())
        .containsEntry("10.0.0.1:9090", List.of(0, 1))
        .containsEntry("10.0.0.2:9090", List.of(2, 3));
  }

  @Test
  void aPeerThatServesTheSameOrAnotherGenerationIsLeftOut() {
    ObjectNode answer = part("[0,1]", true);
    add(answer, "same:1", part("[1,2]", true));
    ObjectNode later = part("[2,3]", true);
    ((ObjectNode) later.path("service")).put("generation", 1);
    add(answer, "later:1", later);
    answer.withArray("peers").addObject().put("address", "away:1").putNull("figures");

    Snapshot all = Snapshot.of(answer);

    assertThat(all.silent()).containsExactly("same:1", "later:1", "away:1");
    assertThat(all.figure("requests")).hasValue(1234567);
    assertThat(all.serving().isPart()).isTrue();
  }

  @Test
  void anAnswerOfAnotherServerIsRefused() {
    assertThatThrownBy(() -> Snapshot.of(Samples.answer().put("version", 2)))
        .isInstanceOf(IllegalArgumentException.class);
    ObjectNode exporter = Samples.answer();
    exporter.remove("serving");
    assertThatThrownBy(() -> Snapshot.of(exporter)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void ratesAreThoseOfTheLastMinute() {
    History history = new History();
    assertThat(history.add(at(0, 100)).requests()).isEmpty();
    assertThat(history.add(at(1_000, 110)).requests()).hasValue(10);
    assertThat(history.add(at(61_000, 170)).requests()).hasValue(1);
    assertThat(history.add(at(62_000, 170)).errors()).hasValue(0);
  }

  @Test
  void aCounterThatSteppedBackHasNoRate() {
    History history = new History();
    history.add(at(0, 100));

    assertThat(history.add(at(1_000, 90)).requests()).isEmpty();
  }

  @Test
  void aClockThatWasSetBackBeginsAgain() {
    History history = new History();
    history.add(at(10_000, 100));

    assertThat(history.add(at(5_000, 110)).requests()).isEmpty();
    assertThat(history.add(at(6_000, 112)).requests()).hasValue(2);
  }

  private static Snapshot at(long ms, long requests) {
    ObjectNode answer = Samples.answer().put("timeMs", ms);
    ((ObjectNode) answer.path("traffic")).put("requests", requests);
    return Snapshot.of(answer);
  }

  private static ObjectNode part(String partitions, Boolean balance) {
    ObjectNode answer = Samples.answer();
    ObjectNode serving = (ObjectNode) answer.path("serving");
    serving.putArray("partitions");
    for (String each : partitions.replaceAll("[\\[\\]]", "").split(",")) {
      serving.withArray("partitions").add(Integer.parseInt(each));
    }
    serving.put("ledgersBalance", balance);
    return answer;
  }

  private static void add(ObjectNode answer, String address, ObjectNode peer) {
    ((ObjectNode) peer.path("service")).put("address", address);
    answer.withArray("peers").addObject().put("address", address).set("figures", peer);
  }
}
