package org.aragora.telemetry.doctor.top;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeSet;
import org.aragora.telemetry.chassis.quantile.Quantile;
import org.aragora.telemetry.doctor.top.figures.DeadLetters;
import org.aragora.telemetry.doctor.top.figures.History;
import org.aragora.telemetry.doctor.top.figures.Snapshot;
import org.aragora.telemetry.doctor.top.screen.Layout;
import org.aragora.telemetry.doctor.top.screen.Line;
import org.aragora.telemetry.doctor.top.screen.Table;
import org.aragora.telemetry.doctor.top.screen.Tone;
import org.jspecify.annotations.Nullable;

/** All that the terminal shows, as lines of a width: the verdict first. */
final class Board {
  private static final int NAME = 15;
  private static final int NARROW = 50;
  private static final int SHORT_TIME_BELOW = 100;

  private final View view;
  private final int width;
  private final List<Line> lines = new ArrayList<>();

  /**
   * Content of the board.
   *
   * @param snapshot null if there was no answer yet
   * @param remark a sentence about the process that answers, or does not; empty if there is none
   */
  record View(
      String address,
      @Nullable Snapshot snapshot,
      History.Rates rates,
      DeadLetters deadLetters,
      Verdict verdict,
      String remark) {}

  private Board(View view, int width) {
    this.view = view;
    this.width = width;
  }

  static List<Line> lines(View view, int width) {
    Board board = new Board(view, width);
    board.addAll();
    return board.lines;
  }

  private void addAll() {
    Snapshot now = view.snapshot();
    lines.add(Line.of(view.verdict().words(), view.verdict().tone()));
    lines.addAll(Layout.sentence(view.remark(), view.verdict().tone(), width));
    if (now == null) {
      lines.add(Line.of(view.address(), Tone.QUIET));
      return;
    }
    addHealth(now.service());
    lines.addAll(Layout.flow(facts(now), 3, width));
    lines.add(Line.empty());
    lines.addAll(Layout.grid(stats(now), width));
    lines.add(Line.empty());
    lines.addAll(ledger(now));
    lines.add(Line.empty());
    lines.addAll(ExporterTable.lines(now.exporters(), view.rates().exporters(), width));
    lines.addAll(processors(now));
    addDeadLetters();
  }

  private void addHealth(Snapshot.Service service) {
    if (!service.live().ok()) {
      lines.addAll(Layout.sentence(service.live().cause(), Tone.BAD, width));
    }
    if (!service.ready().ok() && !service.ready().cause().equals(service.live().cause())) {
      lines.addAll(Layout.sentence(service.ready().cause(), view.verdict().tone(), width));
    }
    if (!service.live().ok() || !service.ready().ok()) {
      String section =
          service.live().ok() ? "TelemetryNothingComplete" : "TelemetryProcessorStopped";
      lines.add(Line.of("See " + section + " in docs/runbook.md.", Tone.QUIET));
    }
  }

  private List<Line> facts(Snapshot now) {
    Snapshot.Service service = now.service();
    OptionalDouble lag = now.highest("lagSeconds");
    OptionalDouble missing = now.total("missing");
    boolean behind = lag.orElse(0) > Verdict.BEHIND_SECONDS;
    return List.of(
        fact("lag", Figure.duration(lag), behind ? Tone.WARN : Tone.STRONG),
        fact("written", Figure.perSecond(view.rates().appended()), Tone.STRONG),
        fact("read", Figure.perSecond(view.rates().read()), Tone.STRONG),
        fact("missing", Figure.whole(missing), missing.orElse(0) > 0 ? Tone.WARN : Tone.STRONG),
        ledgerFact(now),
        fact("serves", served(now.serving()), now.serving().isPart() ? Tone.WARN : Tone.STRONG),
        fact("state", service.state().toLowerCase(Locale.ROOT), Tone.STRONG),
        fact(
            "generation",
            service.generation() < 0 ? "none yet" : String.valueOf(service.generation()),
            Tone.STRONG),
        Line.of(service.applicationId() + " " + service.version(), Tone.QUIET),
        Line.of(view.address(), Tone.QUIET),
        Line.of(Figure.moment(now.timeMs()), Tone.QUIET));
  }

  private static Line fact(String name, String value, Tone tone) {
    return Line.of(name + " ", Tone.QUIET).add(value, tone);
  }

  private static Line ledgerFact(Snapshot now) {
    if (now.serving().ledgersBalance().isEmpty()) {
      return fact("ledger", "served by another process", Tone.PLAIN);
    }
    return now.serving().ledgersBalance().get()
        ? fact("ledger", "balances, " + Figure.whole(now.total("read")) + " read", Tone.STRONG)
        : fact("ledger", "does not balance", Tone.BAD);
  }

  private static String served(Snapshot.Serving serving) {
    if (serving.all() == 0) {
      return "nothing yet";
    }
    return serving.isPart()
        ? "%d of %d partitions (%s)"
            .formatted(serving.partitions().size(), serving.all(), ranges(serving.partitions()))
        : "all %d partitions".formatted(serving.all());
  }

  /** Returns numbers as ranges: {@code 0-3, 7}. */
  static String ranges(Collection<Integer> numbers) {
    StringBuilder text = new StringBuilder();
    int from = 0;
    int last = Integer.MIN_VALUE;
    for (int number : new TreeSet<>(numbers)) {
      if (number != last + 1 || text.isEmpty()) {
        text.append(last > from ? "-" + last : "").append(text.isEmpty() ? "" : ", ");
        text.append(number);
        from = number;
      }
      last = number;
    }
    return text.append(last > from ? "-" + last : "").toString();
  }

  private List<Line> stats(Snapshot now) {
    History.Rates rates = view.rates();
    OptionalDouble requests = now.figure("requests");
    OptionalDouble errors = now.figure("serverErrors");
    OptionalDouble share = rates.errors();
    OptionalDouble p99 = rates.p99();
    OptionalDouble calls = rates.agentCalls();
    Tone errorTone = tone(share, 0.001, 0.01);
    return List.of(
        stat("Requests", Figure.perSecond(rates.requests()), total(requests), Tone.STRONG),
        stat("Errors 5xx", Figure.percent(share), total(errors), errorTone),
        p99.isPresent()
            ? stat("P99 latency", Figure.duration(p99), "in 1 min", tone(p99, 0.5, 1))
            : stat("P99 latency", latency(now), "of all time", Tone.STRONG),
        stat("Active debates", Figure.whole(now.figure("activeDebates")), "now", Tone.STRONG),
        stat("WebSockets", Figure.whole(now.figure("webSocketConnections")), "now", Tone.STRONG),
        stat("Agent calls", Figure.perSecond(calls), total(now.figure("agentCalls")), Tone.STRONG));
  }

  private static String latency(Snapshot now) {
    return Figure.duration(Quantile.of(0.99, now.buckets()));
  }

  private String total(OptionalDouble value) {
    return (width < NARROW ? Figure.rough(value) : Figure.whole(value)) + " in total";
  }

  private static Tone tone(OptionalDouble value, double warn, double bad) {
    double known = value.orElse(0);
    return known >= bad ? Tone.BAD : known >= warn ? Tone.WARN : Tone.STRONG;
  }

  private static Line stat(String name, String value, String note, Tone tone) {
    return Line.of(name, Tone.QUIET)
        .pad(NAME)
        .add(value, tone)
        .pad(NAME + 9)
        .add(" " + note, Tone.QUIET);
  }

  private List<Line> ledger(Snapshot now) {
    if (now.topics().isEmpty()) {
      return List.of(Line.of("The ledgers are not served here.", Tone.QUIET));
    }
    Table exact = LedgerTable.of(now, false);
    return (exact.width() <= width ? exact : LedgerTable.of(now, true)).lines(width);
  }

  private List<Line> processors(Snapshot now) {
    if (now.owners().size() + now.silent().size() < 2) {
      return List.of();
    }
    List<Line> all = new ArrayList<>();
    all.add(Line.of("Processors and their partitions", Tone.QUIET));
    for (Map.Entry<String, List<Integer>> owner : now.owners().entrySet()) {
      String partitions = owner.getValue().isEmpty() ? "none" : ranges(owner.getValue());
      all.add(Line.empty().add(owner.getKey() + "  ").add(partitions, Tone.STRONG));
    }
    for (String address : now.silent()) {
      all.add(Line.empty().add(address + "  ").add("no figures", Tone.WARN));
    }
    all.add(Line.empty());
    return all;
  }

  private void addDeadLetters() {
    DeadLetters dead = view.deadLetters();
    if (!dead.failure().isEmpty()) {
      lines.addAll(Layout.sentence("Dead letters: " + dead.failure(), Tone.QUIET, width));
      return;
    }
    String title = dead.letters().isEmpty() ? "No dead letters" : "Last dead letters";
    lines.add(Line.of(title, Tone.QUIET));
    for (DeadLetters.DeadLetter each : dead.letters()) {
      String time = Figure.moment(each.timeMs());
      lines.add(
          Line.of(width < SHORT_TIME_BELOW ? time.substring(11) : time, Tone.QUIET)
              .add(" " + each.reason(), Tone.WARN)
              .add(" " + each.topic() + " " + each.place() + " " + each.rule()));
    }
  }
}
