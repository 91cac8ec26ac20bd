import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.aragora.telemetry.schemas.codec.Decoded;
import org.aragora.telemetry.schemas.codec.JsonEventCodec;
import org.aragora.telemetry.schemas.topic.InputTopic;

/**
 * Reads records of the Python producer as the pipeline does.
 *
 * <p>A line of input is a topic's suffix, a key and a value, the last two in Base64. Its line of
 * output is the partition of 12 and the event as Java writes it, or the reason of a dead letter.
 */
public final class CrossCheck {
  private static final int PARTITIONS = 12;

  private CrossCheck() {}

  public static void main(String[] arguments) throws Exception {
    JsonEventCodec codec = JsonEventCodec.create();
    PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      String[] parts = line.split("\t", -1);
      byte[] key = Base64.getDecoder().decode(parts[1]);
      int partition = BuiltInPartitioner.partitionForKey(key, PARTITIONS);
      out.print(partition);
      if (!parts[2].isEmpty()) {
        InputTopic topic = InputTopic.byName("", parts[0]);
        byte[] value = Base64.getDecoder().decode(parts[2]);
        out.print(verdict(codec, codec.decode(topic, value, System.currentTimeMillis())));
      }
      out.println();
    }
    out.flush();
  }

  private static String verdict(JsonEventCodec codec, Decoded decoded) {
    if (decoded instanceof Decoded.Valid valid) {
      return "\tvalid\t" + Base64.getEncoder().encodeToString(codec.encode(valid.event()));
    }
    Decoded.Invalid invalid = (Decoded.Invalid) decoded;
    return "\t" + invalid.reason() + "\t" + invalid.message().replace('\n', ' ');
  }
}
