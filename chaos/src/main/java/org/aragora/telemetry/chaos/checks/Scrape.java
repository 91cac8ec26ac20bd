package org.aragora.telemetry.chaos.checks;

import java.util.Map;

/**
 * Response of one instance to one scrape.
 *
 * @param slot which instance
 * @param startNanos before the request was sent, by {@link System#nanoTime}
 * @param endNanos after the answer was read
 * @param values every series that comes from the topics
 * @param rebalancedNanos time of the instance's last rebalance, -1 if it does not report it
 */
record Scrape(
    int slot,
    long startNanos,
    long endNanos,
    Map<ServedSeries, Double> values,
    long rebalancedNanos) {}
