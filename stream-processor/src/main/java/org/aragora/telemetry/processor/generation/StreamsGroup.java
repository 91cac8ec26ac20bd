package org.aragora.telemetry.processor.generation;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.RetriableException;
import org.aragora.telemetry.processor.settings.ProcessorConfig;
import org.aragora.telemetry.schemas.kafka.InvalidSettingException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The settings of a group with the protocol {@code streams}. They belong to the group on the broker
 * and not to its members: session timeout, heartbeat interval, standby replicas.
 */
final class StreamsGroup {
  private static final Logger LOG = LoggerFactory.getLogger(StreamsGroup.class);
  private static final long TIMEOUT_SECONDS = 15;
  private static final String SESSION = "streams.session.timeout.ms";
  private static final String HEARTBEAT = "streams.heartbeat.interval.ms";
  private static final String STANDBY = "streams.num.standby.replicas";

  /** Answers within half a session timeout that keep one late answer from ending the lease. */
  private static final int LEAST_HEARTBEATS = 3;

  private final Admin admin;
  private final String group;
  private final ConfigResource resource;

  private StreamsGroup(Admin admin, String group) {
    this.admin = admin;
    this.group = group;
    this.resource = new ConfigResource(ConfigResource.Type.GROUP, group);
  }

  /**
   * Sets the group's settings where the brokers allow it.
   *
   * @return the configuration with the session timeout that is in force
   * @throws InvalidSettingException if that one is too short for the heartbeat interval in force
   */
  static ProcessorConfig inForce(ProcessorConfig config, String group, Admin admin)
      throws ExecutionException, InterruptedException, TimeoutException {
    if (!config.usesStreamsProtocol()) {
      return config;
    }
    StreamsGroup streams = new StreamsGroup(admin, group);
    streams.set(config);
    Config inForce = streams.read();
    Duration session = Duration.ofMillis(number(inForce, SESSION, group));
    Duration heartbeat = Duration.ofMillis(number(inForce, HEARTBEAT, group));
    if (session.dividedBy(2).compareTo(heartbeat.multipliedBy(LEAST_HEARTBEATS)) < 0) {
      throw new InvalidSettingException(
          "ARAGORA_TELEMETRY_GROUP_PROTOCOL=streams is refused: in the group %s half of %s=%d is less than %d times %s=%d; change one of them with kafka-configs.sh --entity-type groups"
              .formatted(
                  group,
                  SESSION,
                  session.toMillis(),
                  LEAST_HEARTBEATS,
                  HEARTBEAT,
                  heartbeat.toMillis()));
    }
    return config.withSessionTimeout(session);
  }

  private void set(ProcessorConfig config)
      throws ExecutionException, InterruptedException, TimeoutException {
    Config before = read();
    Map<String, Long> wanted = new LinkedHashMap<>();
    wanted.put(HEARTBEAT, config.heartbeatInterval().toMillis());
    wanted.put(SESSION, config.sessionTimeout().toMillis());
    wanted.put(STANDBY, (long) config.standbyReplicas());
    for (Map.Entry<String, Long> setting : wanted.entrySet()) {
      if (number(before, setting.getKey(), group) != setting.getValue()) {
        set(setting.getKey(), setting.getValue());
      }
    }
  }

  /** One setting a request, so that a refused one does not keep the others out. */
  private void set(String name, long value)
      throws ExecutionException, InterruptedException, TimeoutException {
    ConfigEntry entry = new ConfigEntry(name, Long.toString(value));
    try {
      admin
          .incrementalAlterConfigs(
              Map.of(resource, List.of(new AlterConfigOp(entry, AlterConfigOp.OpType.SET))))
          .all()
          .get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RetriableException
          || !(e.getCause() instanceof ApiException refusal)) {
        throw e;
      }
      LOG.warn(
          "The brokers do not take {}={} for the group {}; theirs stays in force: {}",
          name,
          value,
          group,
          refusal.getMessage());
    }
  }

  private Config read() throws ExecutionException, InterruptedException, TimeoutException {
    try {
      return Objects.requireNonNull(
          admin
              .describeConfigs(List.of(resource))
              .all()
              .get(TIMEOUT_SECONDS, TimeUnit.SECONDS)
              .get(resource));
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RetriableException
          || !(e.getCause() instanceof ApiException refusal)) {
        throw e;
      }
      throw new InvalidSettingException(
          "ARAGORA_TELEMETRY_GROUP_PROTOCOL=streams is refused: the settings of the group %s cannot be read (%s)"
              .formatted(group, refusal.getMessage()));
    }
  }

  private static long number(Config config, String name, String group) {
    ConfigEntry entry = config.get(name);
    if (entry == null || entry.value() == null) {
      throw new InvalidSettingException(
          "ARAGORA_TELEMETRY_GROUP_PROTOCOL=streams is refused: the brokers report no %s of the group %s"
              .formatted(name, group));
    }
    return Long.parseLong(entry.value());
  }
}
