package org.aragora.telemetry.chassis.page;

import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The figures of the page for all who ask: built at most once a second, by one thread of its own
 * that ends a minute after the last question.
 */
final class PageFeed implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PageFeed.class);
  private static final long FRESH_NANOS = TimeUnit.MILLISECONDS.toNanos(950);

  private final Supplier<PageContent> source;
  private final ScheduledThreadPoolExecutor thread;
  private @Nullable Answer last;
  private long lastNanos;
  private boolean failing;

  /**
   * The figures, or the reason for which there are none.
   *
   * @param content null if it could not be built
   */
  record Answer(@Nullable PageContent content, String failure) {}

  PageFeed(Supplier<PageContent> source) {
    this.source = source;
    this.thread =
        new ScheduledThreadPoolExecutor(
            1,
            task -> {
              Thread created = new Thread(task, "aragora-page");
              created.setDaemon(true);
              return created;
            });
    thread.setKeepAliveTime(1, TimeUnit.MINUTES);
    thread.allowCoreThreadTimeOut(true);
    thread.setRemoveOnCancelPolicy(true);
  }

  /** Passes figures of the last second to {@code to}, in the thread of the feed. */
  void ask(Consumer<Answer> to) {
    thread.execute(() -> to.accept(current()));
  }

  /** Runs a task of the stream in the thread of the feed. */
  void execute(Runnable task) {
    thread.execute(task);
  }

  /** Runs a task of the stream in a second. */
  void executeInASecond(Runnable task) {
    var unused = thread.schedule(task, 1, TimeUnit.SECONDS);
  }

  /** Returns figures of the last second; for the thread of the feed. */
  Answer current() {
    Answer known = last;
    if (known != null && System.nanoTime() - lastNanos < FRESH_NANOS) {
      return known;
    }
    Answer built = build();
    last = built;
    lastNanos = System.nanoTime();
    return built;
  }

  private Answer build() {
    try {
      Answer built = new Answer(source.get(), "");
      failing = false;
      return built;
    } catch (RuntimeException | LinkageError e) {
      if (!failing) {
        LOG.error("The figures of the page cannot be collected", e);
      }
      failing = true;
      return new Answer(null, "the figures of the page cannot be collected: " + e);
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
