package org.aragora.telemetry.testbed.junit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.aragora.telemetry.chassis.topics.TopicAdmin;
import org.aragora.telemetry.chassis.topics.TopicAdmin.Outcome;
import org.aragora.telemetry.chassis.topics.TopicAdmin.Report;
import org.aragora.telemetry.schemas.topic.Topics;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class ITKafkaExtension {

  @RegisterExtension static final KafkaExtension kafka = new KafkaExtension();

  private static final Set<String> PREFIXES = new HashSet<>();

  @RepeatedTest(2)
  void everyTestHasAPrefixOfItsOwn() {
    assertThat(PREFIXES.add(kafka.prefix())).isTrue();
  }

  @Test
  void topicsAreCreatedOnceWithTheirSettings() throws Exception {
    try (Admin admin = admin()) {
      TopicAdmin topics = new TopicAdmin(admin);
      TopicAdmin.Plan plan = new TopicAdmin.Plan(kafka.prefix(), 4, OptionalInt.empty());

      assertThat(topics.create(plan))
          .hasSize(Topics.all().size())
          .allSatisfy(report -> assertThat(report.outcome()).isEqualTo(Outcome.CREATED));
      assertThat(topics.create(plan))
          .hasSize(Topics.all().size())
          .allSatisfy(report -> assertThat(report.outcome()).isEqualTo(Outcome.EXISTS));
    }
  }

  @Test
  void inputThatTakesTheProducersClockIsNamed() throws Exception {
    kafka.createTopics(4);
    String requests = kafka.prefix() + "requests";
    try (Admin admin = admin()) {
      admin
          .incrementalAlterConfigs(
              Map.of(
                  new ConfigResource(ConfigResource.Type.TOPIC, requests),
                  List.of(
                      new AlterConfigOp(
                          new ConfigEntry("message.timestamp.type", "CreateTime"),
                          AlterConfigOp.OpType.SET))))
          .all()
          .get();

      List<Report> reports =
          new TopicAdmin(admin)
              .create(new TopicAdmin.Plan(kafka.prefix(), 12, OptionalInt.empty()));

      assertThat(reports)
          .filteredOn(Report::breaksTheAccount)
          .singleElement()
          .satisfies(
              report -> {
                assertThat(report.topic()).isEqualTo(requests);
                assertThat(report.outcome()).isEqualTo(Outcome.DIFFERS);
                assertThat(report.sentence())
                    .contains("4 partitions, not 12", "message.timestamp.type=CreateTime");
              });
    }
  }

  private static Admin admin() {
    return Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()));
  }
}
