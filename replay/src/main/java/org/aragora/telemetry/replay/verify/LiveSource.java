package org.aragora.telemetry.replay.verify;

import org.aragora.telemetry.counting.generation.Generation;
import org.aragora.telemetry.replay.read.Consumers;

/**
 * Where the values of the live service are.
 *
 * @param consumers to read them with
 * @param topicPrefix what the names of topics begin with
 * @param generation that the service counts into
 */
public record LiveSource(Consumers consumers, String topicPrefix, Generation generation) {}
