package org.aragora.telemetry.counting.store;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * A store behind its mirrors in memory. They are the truth; what has changed in them waits until
 * the host writes it, once for many changes of a value. What the host does not write is lost, so it
 * has to come before the commit of the offsets. Not thread-safe.
 */
public final class WriteBehind {
  private final KeyValueStore<Bytes, byte[]> store;
  private final List<Runnable> mirrors = new ArrayList<>();

  public WriteBehind(KeyValueStore<Bytes, byte[]> store) {
    this.store = store;
  }

  /** The store itself, as of the last {@link #write}. */
  public KeyValueStore<Bytes, byte[]> store() {
    return store;
  }

  /** Adds a mirror by the function that writes its changes. */
  void mirror(Runnable write) {
    mirrors.add(write);
  }

  /** Writes all that has changed since the last time. */
  public void write() {
    mirrors.forEach(Runnable::run);
  }
}
