package org.aragora.telemetry.processor;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.KafkaException;
import org.aragora.telemetry.counting.generation.Generation;
import org.aragora.telemetry.counting.generation.GenerationGroups;
import org.aragora.telemetry.counting.generation.GenerationLog;
import org.aragora.telemetry.counting.generation.Generations;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the pipeline of the generation that is current, and changes it for another when another
 * becomes current: the old one is stopped, nothing is served until nobody counts into any other
 * generation and the new one has counted what was served before. Waits for a broker as long as it
 * takes.
 */
final class GenerationRunner implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(GenerationRunner.class);
  private static final long RETRY_MS = 2000;
  private static final long LOOK_MS = 1000;

  private final ProcessorConfig config;
  private final GenerationWatch watch;
  private final CompletableFuture<Void> failed = new CompletableFuture<>();
  private final Thread thread = new Thread(this::run, "aragora-generation");
  private volatile @Nullable Pipeline pipeline;
  private volatile String waitingFor;
  private volatile boolean closing;
  private boolean topicsAreThere;

  @SuppressWarnings("this-escape") // the class is final; the thread is started later
  GenerationRunner(ProcessorConfig config) {
    this.config = config;
    this.waitingFor = "connecting to Kafka at " + config.bootstrapServers();
    this.watch =
        new GenerationWatch(
            GenerationLog.open(
                config.clientSettings(),
                config.topicPrefix(),
                config.applicationId() + "-generation"),
            System::nanoTime);
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  /** Completes, with the cause, when it has stopped for good by itself. */
  CompletableFuture<Void> failed() {
    return failed;
  }

  /** What runs now; null while there is nothing. */
  @Nullable Pipeline pipeline() {
    return pipeline;
  }

  /** Whether it is certain enough that no other generation is current. */
  boolean isCertain() {
    return watch.isFresh(config.sessionTimeout());
  }

  /** Why nothing runs, in a sentence. */
  String waitingFor() {
    return waitingFor;
  }

  private void run() {
    try {
      while (!closing && !failed.isDone()) {
        tryToRun();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      failed.completeExceptionally(e);
    } finally {
      watch.close();
    }
  }

  private void tryToRun() throws InterruptedException {
    Map<String, Object> settings = config.clientSettings();
    settings.put(AdminClientConfig.CLIENT_ID_CONFIG, config.applicationId() + "-admin");
    Admin admin = null;
    try {
      admin = Admin.create(settings);
      Pipeline prepared = prepare(admin);
      if (prepared == null) {
        close(admin);
        TimeUnit.MILLISECONDS.sleep(LOOK_MS);
      } else {
        runWhileCurrent(prepared);
      }
    } catch (InterruptedException e) {
      close(admin);
      throw e;
    } catch (ExecutionException | TimeoutException | KafkaException e) {
      Throwable cause = e instanceof ExecutionException ? e.getCause() : e;
      close(admin);
      waitFor(
          "no answer from Kafka at %s yet (%s); trying again"
              .formatted(config.bootstrapServers(), cause == null ? e : cause.getMessage()));
      TimeUnit.MILLISECONDS.sleep(RETRY_MS);
    }
  }

  private static void close(@Nullable Admin admin) {
    if (admin != null) {
      admin.close(Duration.ZERO);
    }
  }

  /** The pipeline of the current generation, null while it has to wait. */
  private @Nullable Pipeline prepare(Admin admin)
      throws ExecutionException, InterruptedException, TimeoutException {
    if (!topicsAreThere) {
      Deployment.createTopics(admin, config);
      topicsAreThere = true;
    }
    Generations generations = watch.look();
    Deployment deployment = Deployment.of(generations.current(), admin, config);
    GenerationGroups groups =
        new GenerationGroups(admin, config.applicationId(), config.topicPrefix());
    for (Generation other : generations.others()) {
      List<String> members = groups.members(other);
      if (!members.isEmpty()) {
        waitFor(
            "%s starts when nobody counts into %s any more; there are still %s"
                .formatted(generations.current(), other, members));
        return null;
      }
    }
    CatchUp catchUp = CatchUp.after(generations, deployment, config, admin);
    if (!watch.look().current().equals(generations.current())) {
      catchUp.close();
      return null;
    }
    return new Pipeline(config, deployment, this::isCertain, catchUp, admin);
  }

  private void runWhileCurrent(Pipeline started) throws InterruptedException {
    var unused =
        started
            .failed()
            .whenComplete(
                (nothing, cause) -> {
                  if (cause != null) {
                    failed.completeExceptionally(cause);
                  }
                });
    pipeline = started;
    try {
      started.start();
      LOG.info(
          "Counting {}* at {} as {}",
          config.topicPrefix(),
          config.bootstrapServers(),
          started.generation().applicationId(config.applicationId()));
      while (!closing && isCurrent(started.generation())) {
        TimeUnit.MILLISECONDS.sleep(LOOK_MS);
      }
    } finally {
      if (!closing) {
        waitFor("another generation was promoted; %s stops".formatted(started.generation()));
      }
      pipeline = null;
      boolean interrupted = Thread.interrupted(); // the group is left in any case
      started.close();
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private boolean isCurrent(Generation running) {
    try {
      return watch.look().current().equals(running);
    } catch (KafkaException e) {
      LOG.debug("The broker does not say which generation is current: {}", e.toString());
      return true;
    }
  }

  private void waitFor(String what) {
    if (!what.equals(waitingFor)) {
      LOG.warn("Waiting: {}", what);
    }
    waitingFor = what;
  }

  /** Stops what runs and returns when it has stopped. */
  @Override
  public void close() {
    closing = true;
    thread.interrupt();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
