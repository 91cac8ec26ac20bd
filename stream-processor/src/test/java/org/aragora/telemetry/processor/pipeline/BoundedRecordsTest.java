package org.aragora.telemetry.processor.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;

class BoundedRecordsTest {
  private static final int MIB = 1 << 20;
  private final BoundedRecords.Bounded reader =
      new BoundedRecords.Bounded("aragora-dlq-value-size", MIB, new PollBudget(Long.MAX_VALUE));
  private final Headers headers = new RecordHeaders().add("h", new byte[10]);

  @Test
  void whatAnEventMayHaveIsReadWhole() {
    byte[] bytes = new byte[MIB];
    bytes[MIB - 1] = 7;
    assertThat(reader.deserialize("t", headers, ByteBuffer.wrap(bytes))).isEqualTo(bytes);
    assertThat(reader.deserialize("t", headers, (ByteBuffer) null)).isNull();
    assertThat(headers.toArray()).hasSize(1);
  }

  @Test
  void ofMoreOneByteOverTheLimitIsKeptAndTheSizeInAHeader() {
    headers.add("aragora-dlq-value-size", "forged".getBytes(StandardCharsets.UTF_8));
    assertThat(reader.deserialize("t", headers, ByteBuffer.wrap(new byte[5 * MIB])))
        .hasSize(MIB + 1);
    assertThat(headers.headers("aragora-dlq-value-size"))
        .singleElement()
        .satisfies(size -> assertThat(size.value()).asString().isEqualTo("5242880"));
  }

  @Test
  void aHeaderThatIsTooLargeIsLeftOut() {
    headers.add("big", new byte[2 * MIB]).add("big", new byte[2 * MIB]);
    reader.deserialize("t", headers, ByteBuffer.wrap(new byte[1]));
    assertThat(headers.lastHeader("big")).isNull();
    assertThat(headers.lastHeader("h")).isNotNull();
    assertThat(headers.lastHeader("aragora-dlq-headers-size").value())
        .asString()
        .isEqualTo("4194304");
  }
}
