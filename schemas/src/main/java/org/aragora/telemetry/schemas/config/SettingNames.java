package org.aragora.telemetry.schemas.config;

import java.util.Set;

/**
 * Every setting of ours that any of the services has, without the prefix: one environment may serve
 * several of them, so each accepts the others' settings and refuses what none has.
 */
final class SettingNames {
  static final Set<String> ALL =
      Set.of(
          // all
          "TOPIC_PREFIX",
          "LAUNCHER_JAVA_OPTS",
          // stream-processor
          "APPLICATION_ID",
          "STATE_DIR",
          "STREAM_THREADS",
          "STANDBY_REPLICAS",
          "GROUP_PROTOCOL",
          "COMMIT_INTERVAL_MS",
          "SESSION_TIMEOUT_MS",
          "TRANSACTION_TIMEOUT_MS",
          "CACHE_MAX_BYTES",
          "MAX_CLOCK_SKEW_SECONDS",
          "LATE_GRACE_SECONDS",
          "DEBATE_DEADLINE_SECONDS",
          "BIRTH_SECONDS",
          "SERIES_LIMIT",
          "CREATE_TOPICS",
          "PARTITIONS",
          "METRICS_HOST",
          "STALL_SECONDS");

  private SettingNames() {}
}
