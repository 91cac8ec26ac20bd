/**
 * Counting and serving, hosted by Kafka Streams. {@link
 * org.aragora.telemetry.processor.pipeline.PipelineTopology} connects them.
 */
@NullMarked
package org.aragora.telemetry.processor.pipeline;

import org.jspecify.annotations.NullMarked;
