package org.aragora.telemetry.chassis.settings;

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
          "STALL_SECONDS",
          // exporters
          "AGENT_SERVICE_SPANS",
          "DEBATE_LOOKBACK_SECONDS",
          "EXPORT_BATCH_AGE_MS",
          "EXPORT_BATCH_BYTES",
          "EXPORT_BATCH_RECORDS",
          "EXPORT_BUFFER_BYTES",
          "EXPORT_COMMIT_MS",
          "EXPORT_DRAIN_SECONDS",
          "EXPORT_IN_FLIGHT",
          "EXPORT_PROGRESS_SECONDS",
          "EXPORT_REBALANCE_WAIT_MS",
          "EXPORT_RETRY_BASE_MS",
          "EXPORT_RETRY_MAX_MS",
          "EXPORT_UNACKNOWLEDGED_RECORDS",
          "LOGS_GROUP_ID",
          "LOGS_MIN_LEVEL",
          "LOKI_APP",
          "LOKI_BEARER_TOKEN",
          "LOKI_CA_CERTIFICATE",
          "LOKI_CLIENT_CERTIFICATE",
          "LOKI_CLIENT_KEY",
          "LOKI_NAMESPACE",
          "LOKI_PASSWORD",
          "LOKI_STRUCTURED_METADATA",
          "LOKI_TENANT",
          "LOKI_TIMEOUT_MS",
          "LOKI_USERNAME",
          "REDACTION",
          "REDACTION_KEEP_KEYS",
          "REDACTION_KEYS",
          "REDACTION_PATTERNS",
          "SPANS_GROUP_ID");

  private SettingNames() {}
}
