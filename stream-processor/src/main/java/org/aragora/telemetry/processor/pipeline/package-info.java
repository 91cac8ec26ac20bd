/**
 * Counting and serving, hosted by Kafka Streams. {@link
 * org.aragora.telemetry.processor.pipeline.PipelineTopology} is where they meet.
 */
@NullMarked
package org.aragora.telemetry.processor.pipeline;

import org.jspecify.annotations.NullMarked;
