import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.aragora.telemetry.schemas.topic.Topics;
import org.aragora.telemetry.testbed.broker.BrokerTopics;
import org.aragora.telemetry.testbed.broker.EmbeddedBroker;

/**
 * Runs built hosts one after the other against a broker, and compares what each has written with what README.md writes.
 * Arguments: the folders of the hosts.
 */
public final class Hosts {
  private static final List<String> EXPECTED =
      List.of(
          "ai.aragora.debate.started.v1",
          "ai.aragora.debate.round_completed.v1",
          "ai.aragora.debate.completed.v1");

  public static void main(String[] folders) throws Exception {
    try (EmbeddedBroker broker = EmbeddedBroker.builder().start()) {
      BrokerTopics.create(broker.bootstrapServers(), Topics.DEFAULT_PREFIX, 2);
      for (String folder : folders) {
        int before = debates(broker).size();
        run(broker, Path.of(folder));
        List<String> written = debates(broker);
        written = written.subList(before, written.size());
        for (String type : EXPECTED) {
          if (written.stream().filter(event -> event.contains("\"type\":\"" + type + "\"")).count() != 1) {
            throw new IllegalStateException(folder + ": one " + type + " is expected in " + written);
          }
        }
        System.out.println(Path.of(folder).getFileName() + ": the three events of README.md are on the broker");
      }
    }
  }

  private static void run(EmbeddedBroker broker, Path folder) throws Exception {
    String classPath = folder.resolve("target/classes") + ":" + folder.resolve("target/lib") + "/*";
    ProcessBuilder host = new ProcessBuilder("java", "-cp", classPath, "Host").inheritIO();
    host.environment().put("KAFKA_BOOTSTRAP_SERVERS", broker.bootstrapServers());
    Process process = host.start();
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new IllegalStateException(folder + ": the host does not end within a minute");
    }
    if (process.exitValue() != 0) {
      throw new IllegalStateException(folder + ": exit code " + process.exitValue());
    }
  }

  private static List<String> debates(EmbeddedBroker broker) {
    List<String> events = new ArrayList<>();
    var partitions =
        BrokerTopics.inputs(Topics.DEFAULT_PREFIX, 2).stream().filter(each -> each.topic().equals("aragora.debates")).toList();
    try (KafkaConsumer<byte[], byte[]> consumer = BrokerTopics.consumer(broker.bootstrapServers(), partitions)) {
      BrokerTopics.readToEnd(
          consumer, record -> events.add(new String(record.value(), StandardCharsets.UTF_8)));
    }
    return events;
  }
}
