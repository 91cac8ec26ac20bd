package org.aragora.telemetry.counting;

import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * The stores of one input partition.
 *
 * @param ingest runs, debates and the ledger
 * @param aggregate totals and open windows
 */
public record PartitionStores<S extends KeyValueStore<Bytes, byte[]>>(S ingest, S aggregate) {}
