/**
 * The stream processor: a service that reads the input topics and serves the totals on {@code
 * /metrics}. {@link org.aragora.telemetry.processor.pipeline.PipelineTopology} is where its stages
 * meet.
 */
@NullMarked
package org.aragora.telemetry.processor;

import org.jspecify.annotations.NullMarked;
