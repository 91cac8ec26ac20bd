package org.aragora.telemetry.doctor.top.figures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
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

  @Test
  void rateOfAnExporterIsThatOfOneRun() {
    assertThat(rates(spans(1_000, 5))).isEmpty();
    assertThat(rates(spans(1_000, 5), spans(1_000, 5))).isEmpty();
    assertThat(rates(spans(1_000, 5), spans(3_000, 25))).containsValue(10.0);
    assertThat(rates(spans(1_000, 500), spans(2_000, 3), spans(4_000, 23))).containsValue(10.0);
    assertThat(rates(spans(1_000, 0), spans(70_000, 100), spans(80_000, 300))).containsValue(20.0);
    assertThat(rates(spans(1_000, 0), silent(), spans(3_000, 20))).containsValue(10.0);
    assertThat(rates(spans(9_000, 0), spans(3_000, 20))).isEmpty();
    assertThat(rates(exporter("logs", 1_000, 0), spans(3_000, 20))).isEmpty();
    assertThat(rates(spans(1_000, 0), silent())).isEmpty();
    assertThat(rates(spans(1_000, 0), Samples.answer().without("exporters"), spans(3_000, 7)))
        .isEmpty();
  }

  @Test
  void anExporterOfWhichNothingIsCertainIsShownAsFarAsItCanBe() {
    ObjectNode answer = Samples.answer();
    answer.putArray("exporters").add(7).addNull().addObject().put("figures", "none");
    answer.withArray("exporters").addObject().putObject("figures").put("items", "many");

    assertThat(Snapshot.of(answer).exporters())
        .hasSize(4)
        .allMatch(each -> each.items().isEmpty() && each.address().isEmpty());
    History history = new History();
    history.add(Snapshot.of(answer));
    assertThat(history.add(Snapshot.of(answer)).exporters()).isEmpty();
  }

  @Test
  void appendedAndReadRecordsHaveRates() {
    History history = new History();
    history.add(Snapshot.of(Samples.answer()));
    ObjectNode later = Samples.answer().put("timeMs", 1764244805123L);
    later.put("appendedRecords", 123456790036L);
    ((ObjectNode) later.path("topics").path(0)).put("read", 1010);

    History.Rates rates = history.add(Snapshot.of(later));

    assertThat(rates.appended()).hasValue(10);
    assertThat(rates.read()).hasValue(5);
  }

  private static Map<String, Double> rates(JsonNode... answers) {
    History history = new History();
    Map<String, Double> rates = Map.of();
    for (int i = 0; i < answers.length; i++) {
      rates = history.add(Snapshot.of(((ObjectNode) answers[i]).put("timeMs", i))).exporters();
    }
    return rates;
  }

  private static ObjectNode spans(long ms, long items) {
    return exporter("spans", ms, items);
  }

  private static ObjectNode exporter(String kind, long ms, long items) {
    ObjectNode answer = Samples.answer();
    ObjectNode figures = (ObjectNode) answer.path("exporters").path(0).path("figures");
    figures.put("exporter", kind).put("timeMs", ms).put("items", items);
    answer.withArray("exporters").remove(1);
    return answer;
  }

  private static ObjectNode silent() {
    ObjectNode answer = Samples.answer();
    answer.withArray("exporters").remove(1);
    ((ObjectNode) answer.path("exporters").path(0))
        .put("problem", "does not answer")
        .putNull("figures");
    return answer;
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
