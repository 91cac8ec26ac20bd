package org.aragora.telemetry.processor.flow;

import java.util.List;

/** A counted event with everything that it does to series. */
public record MeasuredEvent(CountedEvent event, List<Measurement> measurements) {}
