package org.aragora.telemetry.replay.verify;

import org.aragora.telemetry.counting.generation.Generation;
import org.aragora.telemetry.replay.read.Consumers;

/**
 * The topics of the live service.
 *
 * @param consumers create the consumers to read with
 * @param topicPrefix prefix of the names of all topics
 * @param generation the generation that the service counts into
 */
public record LiveSource(Consumers consumers, String topicPrefix, Generation generation) {}
