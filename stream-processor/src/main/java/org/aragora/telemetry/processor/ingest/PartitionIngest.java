package org.aragora.telemetry.processor.ingest;

import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueStore;
import org.aragora.telemetry.counting.metric.Ledger;
import org.aragora.telemetry.processor.flow.CountedEvent;
import org.aragora.telemetry.schemas.codec.EventCodec;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.jspecify.annotations.Nullable;

/**
 * This stage outside of Kafka Streams: the same judgement of the same records. Dead letters are
 * counted, not written, and no end is proposed. Not thread-safe.
 */
public final class PartitionIngest {
  private final Ingest ingest;

  /** Goes on from what {@code store} holds. */
  public PartitionIngest(
      InputTopic topic,
      EventCodec codec,
      IngestSettings settings,
      KeyValueStore<Bytes, byte[]> store) {
    this.ingest = new Ingest(topic, codec, settings, store);
  }

  /** The event of a record, null where it does not count. */
  public @Nullable CountedEvent count(
      long offset, long appendTimeMs, byte @Nullable [] key, byte @Nullable [] value) {
    Ingested ingested = ingest.ingest(new InputRecord(offset, appendTimeMs, key, value));
    return ingested instanceof Ingested.Counted counted ? counted.event() : null;
  }

  /** The account so far. Live: it goes on to change. */
  public Ledger ledger() {
    return ingest.ledger();
  }
}
