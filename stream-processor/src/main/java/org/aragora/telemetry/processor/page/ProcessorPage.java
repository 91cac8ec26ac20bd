package org.aragora.telemetry.processor.page;

import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.net.InetAddress;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.aragora.telemetry.chassis.http.Health;
import org.aragora.telemetry.chassis.page.PageContent;
import org.aragora.telemetry.processor.generation.GenerationPipeline;
import org.jspecify.annotations.Nullable;

/** Source of the page's figures: the state of this process, and the series that it serves. */
public final class ProcessorPage implements Supplier<PageContent> {
  /**
   * Constants of the process.
   *
   * @param address of its page for other processors, empty if it has not been named
   */
  public record Identity(
      String version, String revision, String applicationId, String topicPrefix, String address) {}

  private final Identity identity;
  private final Peers peers;
  private final ExporterPages exporters;
  private final Supplier<@Nullable GenerationPipeline> pipeline;
  private final Supplier<Health> live;
  private final Supplier<Health> ready;

  /**
   * Prepares the figures.
   *
   * @param exporters addresses of the exporters that the page shows
   * @param pipeline returns the running pipeline, null while none runs
   */
  public ProcessorPage(
      Identity identity,
      List<URI> exporters,
      Supplier<@Nullable GenerationPipeline> pipeline,
      Supplier<Health> live,
      Supplier<Health> ready) {
    this.identity = identity;
    PageClient client = new PageClient(PageClient.PATIENCE);
    this.peers = new Peers(identity.address(), client);
    this.exporters = new ExporterPages(exporters, client, InetAddress::getAllByName);
    this.pipeline = pipeline;
    this.live = live;
    this.ready = ready;
  }

  /** Collects the figures of this process, and asks other processors and the exporters. */
  @Override
  public PageContent get() {
    CompletableFuture<List<ExporterReport>> reports = exporters.ask();
    GenerationPipeline running = pipeline.get();
    List<Peers.Answer> others = running == null ? List.of() : peers.ask(running.addresses());
    return content(figures(running), others, reports.join());
  }

  /** Collects the figures of this process alone. */
  public PageContent own() {
    return content(figures(pipeline.get()), List.of(), List.of());
  }

  private static PageContent content(
      PageFigures figures, List<Peers.Answer> others, List<ExporterReport> exporters) {
    return new PageContent(
        PageJson.of(figures, others, exporters), PageRows.of(figures, exporters));
  }

  private PageFigures figures(@Nullable GenerationPipeline running) {
    List<Integer> served = running == null ? List.of() : running.servedPartitions();
    PageCollector collector =
        new PageCollector(
            running == null
                ? MetricSnapshots.of()
                : running.collectSeries(PageCollector.FAMILIES::contains));
    return new PageFigures(
        System.currentTimeMillis(),
        new PageFigures.Service(
            identity,
            running == null ? -1 : running.generation().number(),
            running == null ? "CONNECTING" : running.state(),
            Health.of(live),
            Health.of(ready)),
        new PageFigures.Serving(
            served,
            running == null ? 0 : running.metricsPartitions(),
            running == null ? Optional.empty() : running.ledgersBalance()),
        collector.traffic(),
        collector.topics(identity.topicPrefix()),
        running == null ? OptionalLong.empty() : running.appendedRecords());
  }
}
