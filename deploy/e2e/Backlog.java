import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Writes records that look as if they had been appended in the past, which no producer can do to our topics: for as long
 * as it runs, the topics take the producer's time instead of their own. Arguments: bootstrap servers, topics. A line of
 * standard input is topic, milliseconds since 1970, key and value, separated by tabs.
 */
public final class Backlog {
  public static void main(String[] arguments) throws Exception {
    Map<String, Object> config = Map.of("bootstrap.servers", arguments[0]);
    List<String> topics = List.of(arguments).subList(1, arguments.length);
    try (Admin admin = Admin.create(config);
        KafkaProducer<String, String> producer =
            new KafkaProducer<>(config, new StringSerializer(), new StringSerializer());
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in))) {
      timestamps(admin, topics, "CreateTime");
      List<Future<?>> written = new ArrayList<>();
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String[] record = line.split("\t", 4);
        written.add(
            producer.send(
                new ProducerRecord<>(record[0], null, Long.parseLong(record[1]), record[2], record[3])));
      }
      for (Future<?> each : written) {
        each.get();
      }
      timestamps(admin, topics, "LogAppendTime");
      System.out.println(written.size());
    }
  }

  private static void timestamps(Admin admin, List<String> topics, String type) throws Exception {
    AlterConfigOp set =
        new AlterConfigOp(new ConfigEntry("message.timestamp.type", type), AlterConfigOp.OpType.SET);
    Map<ConfigResource, java.util.Collection<AlterConfigOp>> changes = new java.util.HashMap<>();
    topics.forEach(topic -> changes.put(new ConfigResource(ConfigResource.Type.TOPIC, topic), List.of(set)));
    admin.incrementalAlterConfigs(changes).all().get();
  }
}
