import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.aragora.telemetry.schemas.topic.Topics;
import org.aragora.telemetry.testbed.broker.BrokerTopics;
import org.aragora.telemetry.testbed.broker.EmbeddedBroker;

/**
 * Runs built hosts one after the other against a broker, and compares what each has written with
 * what the documentation writes. Arguments: the folders of the hosts.
 */
public final class Hosts {
  private static final Map<String, String> README =
      Map.of(
          "debate.started", "",
          "debate.round_completed", "",
          "debate.completed", "");

  /** Events that the application of Spring Boot writes too, with a part of each. */
  private static final Map<String, String> BOOT =
      Map.of(
          "request.completed", "\"endpoint\":\"/orders/{id}\"",
          "log.emitted", "\"message\":\"order 17 is late\"");

  public static void main(String[] folders) throws Exception {
    try (EmbeddedBroker broker = EmbeddedBroker.builder().start()) {
      BrokerTopics.create(broker.bootstrapServers(), Topics.DEFAULT_PREFIX, 2);
      for (String folder : folders) {
        List<String> before = events(broker);
        run(broker, Path.of(folder));
        List<String> own = events(broker);
        own.removeAll(before);
        String name = Path.of(folder).getFileName().toString();
        README.forEach((type, part) -> expectOne(name, type, part, own));
        if (name.equals("boot-3")) {
          BOOT.forEach((type, part) -> expectOne(name, type, part, own));
        }
        System.out.println(name + ": the broker has each event of the documentation once");
      }
    }
  }

  private static void expectOne(String name, String type, String part, List<String> events) {
    String field = "\"type\":\"ai.aragora." + type + ".v1\"";
    long found = events.stream().filter(e -> e.contains(field) && e.contains(part)).count();
    if (found != 1 || events.stream().anyMatch(event -> event.contains("secret"))) {
      throw new IllegalStateException(
          name + ": one " + type + " with " + part + " is expected in " + events);
    }
  }

  private static void run(EmbeddedBroker broker, Path folder) throws Exception {
    String classPath = folder.resolve("target/classes") + ":" + folder.resolve("target/lib") + "/*";
    Path log = folder.resolve("host.log");
    ProcessBuilder host =
        new ProcessBuilder("java", "-cp", classPath, "org.example.Host")
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    host.environment().put("KAFKA_BOOTSTRAP_SERVERS", broker.bootstrapServers());
    Process process = host.start();
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      process.destroyForcibly().waitFor();
      throw new IllegalStateException(
          folder + ": the host does not end within a minute\n" + Files.readString(log));
    }
    if (process.exitValue() != 0) {
      throw new IllegalStateException(
          folder + ": exit code " + process.exitValue() + "\n" + Files.readString(log));
    }
  }

  private static List<String> events(EmbeddedBroker broker) {
    List<String> events = new ArrayList<>();
    var partitions = BrokerTopics.inputs(Topics.DEFAULT_PREFIX, 2);
    try (KafkaConsumer<byte[], byte[]> consumer =
        BrokerTopics.consumer(broker.bootstrapServers(), partitions)) {
      BrokerTopics.readToEnd(
          consumer, record -> events.add(new String(record.value(), StandardCharsets.UTF_8)));
    }
    return events;
  }
}
