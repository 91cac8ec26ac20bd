package org.aragora.telemetry.processor.pipeline;

import java.util.Map;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;
import org.apache.kafka.streams.state.internals.CacheFlushListener;
import org.apache.kafka.streams.state.internals.CachedStateStore;
import org.aragora.telemetry.processor.packed.PackedStore;
import org.jspecify.annotations.Nullable;

/**
 * A store in memory, with a changelog, whose changes its processor keeps. They are written when
 * Kafka Streams flushes caches: before it commits offsets, in the same transaction. Nothing else of
 * ours depends on {@link CachedStateStore}, which is internal to Kafka Streams.
 */
public final class WriteBehindStore implements StateStore, CachedStateStore<Bytes, byte[]> {
  private final KeyValueStore<Bytes, byte[]> content;
  private @Nullable StateStoreContext context;
  private @Nullable Runnable writer;

  /** {@code content}: an uncached store. */
  public WriteBehindStore(KeyValueStore<Bytes, byte[]> content) {
    this.content = content;
  }

  /** The store as of the last commit. */
  KeyValueStore<Bytes, byte[]> content() {
    return content;
  }

  /** {@code write}: puts the changes that wait into {@link #content}; null if a task closes. */
  void setWriter(@Nullable Runnable write) {
    writer = write;
  }

  /**
   * Writes the changes that wait. Without a record or punctuation since the task has opened, there
   * is none that belongs to the offsets; what was moved to a new format waits for the next commit.
   */
  @Override
  public void flushCache() {
    if (writer != null && (context == null || context.recordMetadata().isPresent())) {
      writer.run();
    }
  }

  @Override
  public void clearCache() {
    // Changes are those of an open processor, and a task that changes its kind has closed it.
  }

  @Override
  public boolean setFlushListener(
      CacheFlushListener<Bytes, byte[]> listener, boolean sendOldValues) {
    return false;
  }

  @Override
  public void init(StateStoreContext stateStoreContext, StateStore root) {
    context = stateStoreContext;
    content.init(stateStoreContext, root);
  }

  @Override
  public String name() {
    return content.name();
  }

  @Override
  public void close() {
    content.close();
  }

  @Override
  public boolean persistent() {
    return content.persistent();
  }

  @Override
  public boolean isOpen() {
    return content.isOpen();
  }

  /** Builds a store with a changelog of these settings. */
  static StoreBuilder<WriteBehindStore> builder(String name, Map<String, String> changelog) {
    return new Builder(
        Stores.keyValueStoreBuilder(PackedStore.supplier(name), Serdes.Bytes(), Serdes.ByteArray())
            .withCachingDisabled()
            .withLoggingEnabled(changelog));
  }

  private record Builder(StoreBuilder<KeyValueStore<Bytes, byte[]>> content)
      implements StoreBuilder<WriteBehindStore> {
    @Override
    public WriteBehindStore build() {
      return new WriteBehindStore(content.build());
    }

    @Override
    public StoreBuilder<WriteBehindStore> withCachingEnabled() {
      throw new UnsupportedOperationException("changes wait in the processor already");
    }

    @Override
    public StoreBuilder<WriteBehindStore> withCachingDisabled() {
      return this;
    }

    @Override
    public StoreBuilder<WriteBehindStore> withLoggingEnabled(Map<String, String> config) {
      return new Builder(content.withLoggingEnabled(config));
    }

    @Override
    public StoreBuilder<WriteBehindStore> withLoggingDisabled() {
      return new Builder(content.withLoggingDisabled());
    }

    @Override
    public Map<String, String> logConfig() {
      return content.logConfig();
    }

    @Override
    public boolean loggingEnabled() {
      return content.loggingEnabled();
    }

    @Override
    public String name() {
      return content.name();
    }
  }
}
