package org.aragora.telemetry.processor.generation;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.aragora.telemetry.chassis.main.Failures;
import org.aragora.telemetry.chassis.topics.ClientStart;
import org.aragora.telemetry.chassis.topics.ConsumerGroups;
import org.aragora.telemetry.chassis.topics.TopicLog;
import org.aragora.telemetry.counting.generation.Generation;
import org.aragora.telemetry.counting.generation.Generations;
import org.aragora.telemetry.processor.health.WallClockWatch;
import org.aragora.telemetry.processor.settings.ProcessorConfig;
import org.aragora.telemetry.schemas.kafka.InvalidSettingException;
import org.aragora.telemetry.schemas.topic.Topics;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the pipeline of the current generation. After a promotion it stops the pipeline and starts
 * the next one, once no member counts into another generation. Waits for a broker without limit.
 */
public final class GenerationSupervisor implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(GenerationSupervisor.class);
  private static final long RETRY_MS = 2000;
  private static final long POLL_MS = 1000;

  private final ProcessorConfig config;
  private final CompletableFuture<Void> failed;
  private final Thread thread = new Thread(this::run, "aragora-generation");
  private final WallClockWatch clock;
  private volatile @Nullable GenerationWatch watch;
  private volatile @Nullable GenerationPipeline pipeline;
  private volatile String waitingFor;
  private volatile boolean closing;
  private volatile boolean displaced;
  private boolean hasRun;
  private boolean topicsExist;

  /** {@code failed}: completed, with the cause, when counting has stopped after a failure. */
  @SuppressWarnings("this-escape") // the class is final; the thread is started later
  public GenerationSupervisor(ProcessorConfig config, CompletableFuture<Void> failed) {
    this.config = config;
    this.failed = failed;
    this.waitingFor = "connecting to Kafka at " + config.bootstrapServers();
    this.clock =
        new WallClockWatch(
            System::currentTimeMillis, System::nanoTime, config.sessionTimeout().dividedBy(4));
    thread.setDaemon(true);
  }

  private GenerationWatch watch() {
    GenerationWatch opened = watch;
    if (opened == null) {
      TopicLog generations =
          ClientStart.open(
              () ->
                  TopicLog.open(
                      config.clientSettings(),
                      Topics.GENERATIONS.under(config.topicPrefix()),
                      config.applicationId() + "-generation"),
              this::waitFor);
      opened = new GenerationWatch(generations, System::nanoTime);
      watch = opened;
    }
    return opened;
  }

  private void closeWatch() {
    GenerationWatch opened = watch;
    watch = null;
    if (opened != null) {
      opened.close();
    }
  }

  public void start() {
    thread.start();
  }

  /** The running pipeline; null while none runs. */
  public @Nullable GenerationPipeline pipeline() {
    return pipeline;
  }

  /** Returns true if the broker confirmed the current generation within the session timeout. */
  public boolean isCertain() {
    GenerationWatch opened = watch;
    return opened != null && opened.isFresh(config.sessionTimeout());
  }

  /** Why no pipeline runs, in a sentence. */
  public String waitingFor() {
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
      waitingFor = String.valueOf(e.getMessage());
      failed.completeExceptionally(e);
    } finally {
      closeWatch();
    }
  }

  private void tryToRun() throws InterruptedException {
    try {
      GenerationPipeline prepared = prepare();
      if (prepared == null) {
        TimeUnit.MILLISECONDS.sleep(POLL_MS);
      } else {
        runWhileCurrent(prepared);
      }
    } catch (ExecutionException | TimeoutException | KafkaException e) {
      Throwable cause = e instanceof ExecutionException ? e.getCause() : e;
      waitFor(
          (cause instanceof AuthorizationException
                  ? "Kafka at %s refuses the processor (%s); trying again"
                  : "no answer from Kafka at %s yet (%s); trying again")
              .formatted(
                  config.bootstrapServers(), Failures.withCauses(cause == null ? e : cause)));
      TimeUnit.MILLISECONDS.sleep(RETRY_MS);
    }
  }

  private @Nullable GenerationPipeline prepare()
      throws ExecutionException, InterruptedException, TimeoutException {
    Map<String, Object> settings = config.clientSettings();
    settings.put(AdminClientConfig.CLIENT_ID_CONFIG, config.applicationId() + "-admin");
    Admin admin = ClientStart.open(() -> Admin.create(settings), this::waitFor);
    GenerationPipeline prepared = null;
    try {
      prepared = prepare(admin);
      return prepared;
    } finally {
      if (prepared == null) {
        admin.close(Duration.ZERO);
      }
    }
  }

  /** Members of the consumer group of an application. */
  interface Groups {
    List<ConsumerGroups.Member> members(String applicationId)
        throws ExecutionException, InterruptedException, TimeoutException;
  }

  /** Sentence about the first generation but the current one that still counts. */
  static Optional<String> othersRunning(
      Generations generations, String applicationId, Groups groups)
      throws ExecutionException, InterruptedException, TimeoutException {
    for (Generation other : generations.others()) {
      List<ConsumerGroups.Member> members = groups.members(other.applicationId(applicationId));
      if (!members.isEmpty()) {
        return Optional.of(
            "%s starts when all members of %s have stopped; there are still %s"
                .formatted(generations.current(), other, members));
      }
    }
    return Optional.empty();
  }

  /** The pipeline of the current generation; null while it has to wait. */
  private @Nullable GenerationPipeline prepare(Admin admin)
      throws ExecutionException, InterruptedException, TimeoutException {
    if (!topicsExist) {
      Deployment.createTopics(admin, config);
      topicsExist = true;
    }
    Generations generations = watch().refresh();
    TopicWatch topics = new TopicWatch(generations.current(), config, admin);
    Deployment deployment = Deployment.of(generations.current(), topics.start(), admin, config);
    Optional<String> running =
        othersRunning(generations, config.applicationId(), new ConsumerGroups(admin)::members);
    if (running.isPresent()) {
      waitFor(running.get());
      return null;
    }
    if (!isOwn(deployment, admin)) {
      return null;
    }
    ProcessorConfig inForce =
        StreamsGroup.inForce(
            config, generations.current().applicationId(config.applicationId()), admin);
    TakeoverProgress takeover = new TakeoverProgress(generations, deployment, config, admin);
    if (!watch().refresh().current().equals(generations.current())) {
      takeover.close();
      return null;
    }
    return new GenerationPipeline(
        inForce,
        new GenerationPipeline.Prepared(deployment, topics, takeover, admin),
        this::isCertain);
  }

  /**
   * Returns false, and fails liveness, while another service counts into the topics that this one
   * has counted into.
   *
   * @throws InvalidSettingException if this one has not
   */
  private boolean isOwn(Deployment deployment, Admin admin)
      throws ExecutionException, InterruptedException, TimeoutException {
    Duration emptyFor = hasRun ? Duration.ZERO : config.sessionTimeout().multipliedBy(2);
    Optional<String> refusal = new LastOwner(config, deployment, admin).refusal(emptyFor);
    if (refusal.isPresent()) {
      if (!hasRun) {
        throw new InvalidSettingException(refusal.get());
      }
      waitFor(refusal.get()); // before anybody reads that it is displaced
    }
    displaced = refusal.isPresent();
    return !displaced;
  }

  /** Returns true while another service keeps this one from the topics that it has counted into. */
  public boolean isDisplaced() {
    return displaced;
  }

  private void runWhileCurrent(GenerationPipeline started) throws InterruptedException {
    pipeline = started;
    try {
      started.start();
      hasRun = true;
      LOG.info(
          "Counting {}* at {} as {}",
          config.topicPrefix(),
          config.bootstrapServers(),
          started.generation().applicationId(config.applicationId()));
      while (!closing && !started.isDisplaced() && isCurrent(started.generation())) {
        TimeUnit.MILLISECONDS.sleep(POLL_MS);
        Duration back = clock.setBack();
        if (!back.isZero()) {
          waitFor(
              "the clock of this machine was set back by %d s, and Kafka's clients wait by it; counting starts again with new ones"
                  .formatted(back.toSeconds()));
          started.interruptOnClose();
          closeWatch();
          return;
        }
      }
      if (!closing) {
        waitFor(
            started.isDisplaced()
                ? "another service took the topics over; %s starts again"
                    .formatted(started.generation())
                : "another generation was promoted; %s stops".formatted(started.generation()));
      }
    } finally {
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
      return watch().refresh().current().equals(running);
    } catch (KafkaException e) {
      LOG.debug("The broker does not report the current generation: {}", e.toString());
      return true;
    }
  }

  private void waitFor(String what) {
    if (!what.equals(waitingFor)) {
      LOG.warn("Waiting: {}", what);
    }
    waitingFor = what;
  }

  /** Stops the pipeline and returns when it has stopped. */
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
