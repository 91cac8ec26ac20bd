package org.aragora.telemetry.replay.output;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.TreeMap;
import org.aragora.telemetry.counting.metric.MetricDescriptor;
import org.aragora.telemetry.counting.metric.MetricType;
import org.aragora.telemetry.counting.metric.SeriesKey;
import org.aragora.telemetry.counting.value.HistogramAggregate;
import org.aragora.telemetry.counting.value.SumAggregate;
import org.aragora.telemetry.replay.read.Minutes;
import org.junit.jupiter.api.Test;

class OpenMetricsOutputTest {
  private static final long MINUTE = 29_000_000;
  private static final MetricDescriptor COUNTER =
      MetricDescriptor.of(MetricType.COUNTER, "a_total", "Help", "l");
  private static final MetricDescriptor HISTOGRAM =
      MetricDescriptor.secondsHistogram("h", "Help", List.of(".5", "10"));

  private final Minutes minutes = new Minutes();

  private void add(long minute, String label) {
    ((SumAggregate) minutes.minute(new SeriesKey("a_total", List.of(label)), COUNTER, minute))
        .add(1);
  }

  private String write(long endMinute) throws IOException {
    StringBuilder text = new StringBuilder();
    new OpenMetricsOutput(text, new OpenMetricsOutput.Settings("j", "i", endMinute))
        .write(
            new Result(
                List.of(COUNTER, HISTOGRAM),
                new TreeMap<>(),
                new TreeMap<>(),
                new TreeMap<>(WindowId.BY_SERIES),
                new TreeMap<>(),
                minutes,
                MINUTE * 60_000));
    return text.toString();
  }

  @Test
  void seriesBeginsWithZeroAndHasASampleEveryMinute() throws IOException {
    add(MINUTE, "x\"");
    add(MINUTE + 2, "x\"");

    assertThat(write(Long.MAX_VALUE))
        .startsWith(
            """
            # TYPE a counter
            # HELP a Help
            a_total{l="x\\"",instance="i",job="j"} 0 1740000000
            a_total{l="x\\"",instance="i",job="j"} 1 1740000060
            a_total{l="x\\"",instance="i",job="j"} 1 1740000120
            a_total{l="x\\"",instance="i",job="j"} 2 1740000180
            """)
        .endsWith("# EOF\n");
  }

  @Test
  void noSampleLiesAfterTheEnd() throws IOException {
    add(MINUTE, "x");
    add(MINUTE + 2, "x");

    assertThat(write(MINUTE + 1)).contains(" 1740000060\n").doesNotContain("1740000120");
  }

  @Test
  void eventOfYearsAgoIsInTheFirstSampleOfTheDayBefore() throws IOException {
    add(MINUTE - 1_000_000, "x");
    add(MINUTE, "x");

    assertThat(write(Long.MAX_VALUE).lines().filter(line -> line.startsWith("a_total")))
        .hasSize(24 * 60 + 2)
        .first()
        .isEqualTo("a_total{l=\"x\",instance=\"i\",job=\"j\"} 1 " + (MINUTE - 1440) * 60);
  }

  @Test
  void histogramIsCumulativeWithTheBoundsOfTheLiveService() throws IOException {
    ((HistogramAggregate) minutes.minute(new SeriesKey("h", List.of()), HISTOGRAM, MINUTE))
        .observe(1_500_000_001L);

    assertThat(write(Long.MAX_VALUE))
        .contains(
            """
            h_bucket{instance="i",job="j",le="0.5"} 0 1740000060
            h_bucket{instance="i",job="j",le="10.0"} 1 1740000060
            h_bucket{instance="i",job="j",le="+Inf"} 1 1740000060
            h_count{instance="i",job="j"} 1 1740000060
            h_sum{instance="i",job="j"} 1.500000001 1740000060
            """);
  }
}
