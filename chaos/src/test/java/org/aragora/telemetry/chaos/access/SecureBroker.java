package org.aragora.telemetry.chaos.access;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.acl.AclBinding;
import org.aragora.telemetry.testbed.broker.EmbeddedBroker;

/**
 * A broker that speaks SASL_SSL alone and that permits nothing to anybody but its administrator
 * until an ACL does. The secrets of its clients are files.
 */
final class SecureBroker implements AutoCloseable {
  private static final String PASSWORD = "changeit";
  private static final String ADMIN = "admin";

  private final Path directory;
  private final EmbeddedBroker broker;
  private final Admin admin;

  SecureBroker(Path directory, Collection<String> principals) throws Exception {
    this.directory = directory;
    Path keyStore = directory.resolve("broker.p12");
    Path trustStore = directory.resolve("clients.p12");
    Path certificate = directory.resolve("broker.pem");
    String pass = "-storepass " + PASSWORD;
    keytool(
        "-genkeypair -alias broker -keyalg RSA -dname CN=localhost -validity 2 -storetype PKCS12"
            + " -ext san=dns:localhost,ip:127.0.0.1 -keystore "
            + keyStore
            + " "
            + pass);
    keytool(
        "-exportcert -rfc -alias broker -file "
            + certificate
            + " -keystore "
            + keyStore
            + " "
            + pass);
    keytool(
        "-importcert -noprompt -alias broker -storetype PKCS12 -file "
            + certificate
            + " -keystore "
            + trustStore
            + " "
            + pass);
    Files.writeString(directory.resolve("trust.password"), PASSWORD + "\n");
    List<String> all = new ArrayList<>(principals);
    all.add(ADMIN);
    for (String principal : all) {
      Files.writeString(directory.resolve(principal + ".jaas"), login(principal) + ";\n");
    }
    String users =
        all.stream()
            .map(each -> " user_" + each + "=\"" + each + "-secret\"")
            .collect(Collectors.joining());
    broker =
        EmbeddedBroker.builder()
            .directory(directory.resolve("broker"))
            .clientSettings(client(ADMIN))
            .setting("listener.security.protocol.map", "PLAINTEXT:SASL_SSL,CONTROLLER:PLAINTEXT")
            .setting("inter.broker.listener.name", "PLAINTEXT")
            .setting("sasl.enabled.mechanisms", "PLAIN")
            .setting("sasl.mechanism.inter.broker.protocol", "PLAIN")
            .setting("listener.name.plaintext.plain.sasl.jaas.config", login(ADMIN) + users + ";")
            .setting(
                "authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer")
            // The controller's port is the broker's own.
            .setting("super.users", "User:" + ADMIN + ";User:ANONYMOUS")
            .setting("ssl.keystore.location", keyStore.toString())
            .setting("ssl.keystore.type", "PKCS12")
            .setting("ssl.keystore.password", PASSWORD)
            .setting("ssl.truststore.location", trustStore.toString())
            .setting("ssl.truststore.type", "PKCS12")
            .setting("ssl.truststore.password", PASSWORD)
            .start();
    Map<String, Object> config = new HashMap<>(client(ADMIN));
    config.put("bootstrap.servers", broker.bootstrapServers());
    admin = Admin.create(config);
  }

  private static String login(String principal) {
    return "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"%1$s\" password=\"%1$s-secret\""
        .formatted(principal);
  }

  private Map<String, String> client(String principal) {
    return Map.of(
        "security.protocol",
        "SASL_SSL",
        "sasl.mechanism",
        "PLAIN",
        "sasl.jaas.config",
        login(principal) + ";",
        "ssl.truststore.location",
        directory.resolve("clients.p12").toString(),
        "ssl.truststore.password",
        PASSWORD);
  }

  /** Client settings of the administrator. */
  Map<String, Object> administrator() {
    Map<String, Object> config = new HashMap<>(client(ADMIN));
    config.put("bootstrap.servers", broker.bootstrapServers());
    return config;
  }

  /** The environment of a program that logs in as a principal. */
  Map<String, String> environment(String principal) {
    return Map.of(
        "KAFKA_BOOTSTRAP_SERVERS", broker.bootstrapServers(),
        "KAFKA_SECURITY_PROTOCOL", "SASL_SSL",
        "KAFKA_SASL_MECHANISM", "PLAIN",
        "KAFKA_SASL_JAAS_CONFIG_FILE", directory.resolve(principal + ".jaas").toString(),
        "KAFKA_SSL_TRUSTSTORE_LOCATION", directory.resolve("clients.p12").toString(),
        "KAFKA_SSL_TRUSTSTORE_PASSWORD_FILE", directory.resolve("trust.password").toString());
  }

  void permit(Collection<AclBinding> bindings) throws Exception {
    admin.createAcls(bindings).all().get();
  }

  void forbid(AclBinding binding) throws Exception {
    admin.deleteAcls(List.of(binding.toFilter())).all().get();
  }

  private static void keytool(String arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of(arguments.split(" ")));
    Process keytool = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(keytool.getInputStream().readAllBytes());
    if (keytool.waitFor() != 0) {
      throw new IOException(output);
    }
  }

  @Override
  public void close() {
    admin.close();
    broker.close();
  }
}
