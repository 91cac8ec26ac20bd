package org.aragora.telemetry.testbed.service;

import java.nio.file.Path;

/**
 * The surroundings that all services of a run share.
 *
 * @param bootstrapServers of the broker
 * @param topicPrefix of all topics
 * @param directory of the services' logs
 */
public record ServiceEnvironment(String bootstrapServers, String topicPrefix, Path directory) {}
