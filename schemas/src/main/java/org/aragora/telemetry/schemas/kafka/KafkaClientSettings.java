package org.aragora.telemetry.schemas.kafka;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.SaslConfigs;
import org.apache.kafka.common.config.SslConfigs;
import org.apache.kafka.common.security.JaasContext;
import org.aragora.telemetry.schemas.text.TextFile;
import org.aragora.telemetry.schemas.text.Unicode;

/**
 * Settings of Kafka clients from the environment: {@code KAFKA_SECURITY_PROTOCOL} is {@code
 * security.protocol}, and so on for every setting that a client has.
 *
 * <ul>
 *   <li>A setting of some Kafka client, but not of the one that is asked for, is left out: one
 *       environment may serve several processes.
 *   <li>A setting that would break a guarantee ({@code acks}, {@code isolation.level}, ...) and a
 *       value that the client would refuse throw {@link InvalidSettingException}.
 *   <li>What Kubernetes adds for a service named kafka ({@code KAFKA_PORT}, {@code
 *       KAFKA_SERVICE_HOST}, ...) is skipped; every other {@code KAFKA_} variable that is not a
 *       setting is skipped with a warning.
 *   <li>A password may come as a file: {@code KAFKA_SASL_JAAS_CONFIG_FILE} names it.
 *   <li>An empty value counts as unset, except for {@code ssl.endpoint.identification.algorithm}:
 *       it switches the check of the host name off.
 * </ul>
 *
 * <pre>{@code
 * KafkaClientSettings settings =
 *     KafkaClientSettings.read(System.getenv(), ConsumerConfig.configNames(), Set.of());
 * settings.warnings().forEach(log::warn);
 * Map<String, Object> config = new HashMap<>(settings.values());
 * }</pre>
 *
 * @param values client settings by their Kafka names, {@code bootstrap.servers} always among them
 * @param warnings sentences to log once at the start
 */
public record KafkaClientSettings(Map<String, String> values, List<String> warnings) {

  /** Address of a broker if {@code KAFKA_BOOTSTRAP_SERVERS} is not set. */
  public static final String DEFAULT_BOOTSTRAP_SERVERS = "localhost:9092";

  /**
   * Settings that no process of ours leaves to its environment: each would lose, double or reorder
   * records, or make them unreadable.
   */
  public static final Set<String> REFUSED =
      Set.of(
          ProducerConfig.ACKS_CONFIG,
          ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG,
          ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION,
          ProducerConfig.TRANSACTIONAL_ID_CONFIG,
          ProducerConfig.TRANSACTION_TWO_PHASE_COMMIT_ENABLE_CONFIG,
          ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG,
          ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG,
          ProducerConfig.PARTITIONER_CLASS_CONFIG,
          ProducerConfig.PARTITIONER_IGNORE_KEYS_CONFIG,
          ConsumerConfig.ISOLATION_LEVEL_CONFIG,
          ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
          ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
          ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG,
          ConsumerConfig.GROUP_ID_CONFIG,
          ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG,
          ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG);

  private static final String PREFIX = "KAFKA_";
  private static final String FILE = "_FILE";
  private static final Pattern KUBERNETES =
      Pattern.compile("KAFKA_PORT.*|KAFKA_.*_PORT.*|KAFKA_SERVICE_.*|KAFKA_.*_SERVICE_HOST");
  private static final Map<String, ConfigDef.ConfigKey> CLIENT_KEYS = clientKeys();

  public KafkaClientSettings {
    values = Map.copyOf(values);
    warnings = List.copyOf(warnings);
  }

  /**
   * Reads an environment.
   *
   * @param environment such as {@link System#getenv()}
   * @param known Kafka names of the settings that the asking process can use, such as {@code
   *     ConsumerConfig.configNames()}; more may be there than the three clients have (Streams)
   * @param refused Kafka names that this process refuses beside {@link #REFUSED}
   * @throws InvalidSettingException in one sentence that names the variable
   */
  public static KafkaClientSettings read(
      Map<String, String> environment, Set<String> known, Set<String> refused) {
    Map<String, String> values = new HashMap<>();
    List<String> warnings = new ArrayList<>();
    withSecretsFromFiles(environment)
        .forEach(
            (variable, value) -> {
              if (!variable.startsWith(PREFIX) || KUBERNETES.matcher(variable).matches()) {
                return;
              }
              String name = settingOf(variable);
              if (REFUSED.contains(name) || refused.contains(name)) {
                throw new InvalidSettingException(
                    "%s is refused: %s is fixed by this program's guarantees; remove it."
                        .formatted(shown(variable, value), name));
              }
              boolean usable = known.contains(name);
              if (!usable && !CLIENT_KEYS.containsKey(name)) {
                warnings.add(
                    variable
                        + " is ignored, because "
                        + name
                        + " is not a setting of a Kafka client.");
              } else if (usable && hasMeaning(name, value)) {
                check(variable, name, value);
                values.put(name, value);
              }
            });
    values.putIfAbsent(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, DEFAULT_BOOTSTRAP_SERVERS);
    return new KafkaClientSettings(values, warnings);
  }

  /** Addresses of the brokers: the value of {@code bootstrap.servers}. */
  public String bootstrapServers() {
    return values.getOrDefault(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, DEFAULT_BOOTSTRAP_SERVERS);
  }

  /** Never shows a value: passwords are among them. */
  @Override
  public String toString() {
    return "KafkaClientSettings" + new TreeSet<>(values.keySet());
  }

  /** Replaces each {@code KAFKA_X_FILE}, if X is a password, by X with the file's content. */
  private static Map<String, String> withSecretsFromFiles(Map<String, String> environment) {
    Map<String, String> variables = new TreeMap<>(environment);
    variables.replaceAll((variable, value) -> Unicode.withoutByteOrderMark(value));
    Map.copyOf(variables)
        .forEach(
            (variable, file) -> {
              if (!variable.startsWith(PREFIX) || !variable.endsWith(FILE) || file.isBlank()) {
                return;
              }
              String secret = variable.substring(0, variable.length() - FILE.length());
              ConfigDef.ConfigKey key = CLIENT_KEYS.get(settingOf(secret));
              if (key == null || key.type != ConfigDef.Type.PASSWORD) {
                return;
              }
              if (!variables.getOrDefault(secret, "").isBlank()) {
                throw new InvalidSettingException(
                    "%s is refused: %s is set too; remove one of them."
                        .formatted(variable, secret));
              }
              variables.remove(variable);
              variables.put(secret, content(variable, file));
            });
    return variables;
  }

  private static String content(String variable, String file) {
    try {
      String content = TextFile.readSecret(Path.of(file.strip()));
      if (!content.isBlank()) {
        return content;
      }
    } catch (IOException | IllegalArgumentException e) {
      throw new InvalidSettingException(
          "%s=%s is refused: the file cannot be read (%s)."
              .formatted(variable, file, e.getClass().getSimpleName()));
    }
    throw new InvalidSettingException(
        "%s=%s is refused: the file is empty.".formatted(variable, file));
  }

  private static String settingOf(String variable) {
    return variable.substring(PREFIX.length()).toLowerCase(Locale.ROOT).replace('_', '.');
  }

  private static boolean hasMeaning(String name, String value) {
    return !value.isBlank() || name.equals(SslConfigs.SSL_ENDPOINT_IDENTIFICATION_ALGORITHM_CONFIG);
  }

  private static void check(String variable, String name, String value) {
    if (name.equals(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG) && value.indexOf('@') >= 0) {
      throw new InvalidSettingException(
          "%s is refused: it contains credentials; set KAFKA_SASL_JAAS_CONFIG instead."
              .formatted(variable));
    }
    ConfigDef.ConfigKey key = CLIENT_KEYS.get(name);
    if (key == null) {
      return;
    }
    try {
      Object parsed = ConfigDef.parseType(name, value, key.type);
      if (key.validator != null) {
        key.validator.ensureValid(name, parsed);
      }
      if (name.equals(SaslConfigs.SASL_JAAS_CONFIG)) {
        JaasContext.loadClientContext(Map.of(name, parsed));
      }
    } catch (ConfigException | IllegalArgumentException e) {
      String shown = key.type == ConfigDef.Type.PASSWORD ? variable : shown(variable, value);
      throw new InvalidSettingException(
          "%s is refused: it is not valid for %s.".formatted(shown, name));
    }
  }

  /** A variable with its value, unless that may be an address with a password. */
  private static String shown(String variable, String value) {
    return value.indexOf('@') >= 0 ? variable : variable + "=" + value;
  }

  private static Map<String, ConfigDef.ConfigKey> clientKeys() {
    Map<String, ConfigDef.ConfigKey> keys = new HashMap<>();
    keys.putAll(AdminClientConfig.configDef().configKeys());
    keys.putAll(ProducerConfig.configDef().configKeys());
    keys.putAll(ConsumerConfig.configDef().configKeys());
    return Map.copyOf(keys);
  }
}
