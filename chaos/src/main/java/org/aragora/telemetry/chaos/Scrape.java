package org.aragora.telemetry.chaos;

import java.util.Map;

/**
 * What one instance answered to one scrape.
 *
 * @param slot which instance
 * @param startNanos before the request was sent, by {@link System#nanoTime}
 * @param endNanos after the answer was read
 * @param values every series that comes from the topics
 * @param rebalancedNanos when the instance last took part in a rebalance, -1 if it does not say
 */
record Scrape(
    int slot, long startNanos, long endNanos, Map<Series, Double> values, long rebalancedNanos) {}
