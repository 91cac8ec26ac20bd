package org.aragora.telemetry.processor.page;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.stream.Stream;

/** The figures of the exporters, from their pages. One thread asks. */
final class ExporterPages {
  private static final String PATH = "api/v1/snapshot";
  private static final int MOST = 64;

  private final List<URI> addresses;
  private final PageClient client;
  private final Names resolver;
  private final Map<URI, CompletableFuture<List<URI>>> lookups = new HashMap<>();

  /** Runs lookups, which block while a name server is away. */
  private final Executor threads =
      Executors.newCachedThreadPool(
          task -> {
            Thread thread = new Thread(task, "aragora-page-names");
            thread.setDaemon(true);
            return thread;
          });

  /** Finds all addresses of a host. */
  interface Names {
    InetAddress[] addresses(String host) throws UnknownHostException;
  }

  /** {@code addresses}: base addresses of their pages. */
  ExporterPages(List<URI> addresses, PageClient client, Names resolver) {
    this.addresses = List.copyOf(addresses);
    this.client = client;
    this.resolver = resolver;
  }

  /** Asks all at the same time. There is a report for each address, in the order of the setting. */
  CompletableFuture<List<ExporterReport>> ask() {
    List<CompletableFuture<List<ExporterReport>>> asked =
        addresses.stream().map(this::ask).toList();
    return CompletableFuture.allOf(asked.toArray(new CompletableFuture<?>[0]))
        .thenApply(
            all -> distinct(asked.stream().map(CompletableFuture::join).flatMap(List::stream)));
  }

  /** Two names of one address are one exporter. */
  private static List<ExporterReport> distinct(Stream<ExporterReport> reports) {
    Map<String, ExporterReport> byAddress = new LinkedHashMap<>();
    reports.forEach(each -> byAddress.putIfAbsent(each.address(), each));
    return List.copyOf(byAddress.values());
  }

  private CompletableFuture<List<ExporterReport>> ask(URI address) {
    return places(address)
        .copy()
        .completeOnTimeout(List.of(), client.patience().toMillis() / 2, MILLISECONDS)
        .thenCompose(
            places ->
                places.isEmpty()
                    ? CompletableFuture.completedFuture(
                        List.of(
                            ExporterReport.silent(
                                address.toString(), "does not answer: its name has no address")))
                    : each(places));
  }

  private CompletableFuture<List<ExporterReport>> each(List<URI> places) {
    List<CompletableFuture<ExporterReport>> reports = new ArrayList<>();
    for (URI place : places.subList(0, Math.min(places.size(), MOST))) {
      reports.add(
          client.get(page(place)).thenApply(reply -> ExporterReport.of(place.toString(), reply)));
    }
    if (places.size() > MOST) {
      reports.add(
          CompletableFuture.completedFuture(
              ExporterReport.silent(
                  places.get(MOST).toString(),
                  "and %d more are not asked".formatted(places.size() - MOST - 1))));
    }
    return CompletableFuture.allOf(reports.toArray(new CompletableFuture<?>[0]))
        .thenApply(all -> reports.stream().map(CompletableFuture::join).toList());
  }

  /** Address of the figures below that of the page, which may have a path. */
  private static URI page(URI base) {
    String path = base.getRawPath();
    return base.resolve(path.endsWith("/") ? path + PATH : path + "/" + PATH);
  }

  /** A lookup that has not ended is not started again. */
  private CompletableFuture<List<URI>> places(URI address) {
    CompletableFuture<List<URI>> last = lookups.get(address);
    if (last == null || last.isDone()) {
      last = CompletableFuture.supplyAsync(() -> lookUp(address), threads);
      lookups.put(address, last);
    }
    return last;
  }

  /**
   * The addresses of a name: those of IPv4 if it has any, as a machine with both would count twice.
   * A certificate is for a name, so with TLS the name is asked.
   */
  private List<URI> lookUp(URI address) {
    if ("https".equals(address.getScheme())) {
      return List.of(address);
    }
    try {
      Collection<InetAddress> all = List.of(resolver.addresses(address.getHost()));
      boolean four = all.stream().anyMatch(Inet4Address.class::isInstance);
      List<URI> places = new ArrayList<>();
      for (InetAddress each : all) {
        if (each instanceof Inet4Address == four) {
          places.add(with(address, each));
        }
      }
      places.sort(null);
      return places;
    } catch (UnknownHostException | URISyntaxException e) {
      return List.of();
    }
  }

  private static URI with(URI address, InetAddress host) throws URISyntaxException {
    return new URI(
        address.getScheme(),
        null,
        host.getHostAddress(),
        address.getPort(),
        address.getPath(),
        null,
        null);
  }
}
