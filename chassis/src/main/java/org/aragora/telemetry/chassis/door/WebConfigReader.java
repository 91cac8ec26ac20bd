package org.aragora.telemetry.chassis.door;

import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.aragora.telemetry.chassis.door.WebConfig.ClientAuth;
import org.aragora.telemetry.chassis.door.WebConfig.Tls;
import org.aragora.telemetry.schemas.text.TextFile;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Reads the file strictly: a key that is misspelt or not supported would leave a door open. Paths
 * in it are relative to its folder.
 */
final class WebConfigReader {
  private static final String TLS = "tls_server_config";
  private static final String USERS = "basic_auth_users";
  private static final Set<String> TLS_KEYS =
      Set.of(
          "cert_file",
          "key_file",
          "client_auth_type",
          "client_ca_file",
          "min_version",
          "max_version");

  /** A hash of a higher cost takes minutes to check. */
  private static final Pattern HASH =
      Pattern.compile("\\$2[aby]\\$(0[4-9]|1[0-6])\\$[./A-Za-z0-9]{53}");

  private static final List<String> VERSIONS = List.of("TLS12", "TLS13");

  private final Path folder;

  private WebConfigReader(Path folder) {
    this.folder = folder;
  }

  static WebConfig read(Path file) throws BadWebConfigException {
    Path folder = file.toAbsolutePath().getParent();
    return new WebConfigReader(folder == null ? file : folder).parse(text(file));
  }

  private static String text(Path file) throws BadWebConfigException {
    try {
      return TextFile.read(file);
    } catch (MalformedInputException e) {
      throw new BadWebConfigException("it is not UTF-8");
    } catch (IOException e) {
      throw new BadWebConfigException(
          "it cannot be read (%s)".formatted(e.getClass().getSimpleName()));
    }
  }

  private WebConfig parse(String text) throws BadWebConfigException {
    Map<String, Object> all = mapping(load(text), "the file");
    Tls tls = null;
    Map<String, String> users = new LinkedHashMap<>();
    for (Map.Entry<String, Object> entry : all.entrySet()) {
      switch (entry.getKey()) {
        case TLS -> tls = tls(mapping(entry.getValue(), TLS));
        case USERS -> users.putAll(users(mapping(entry.getValue(), USERS)));
        default -> throw unknown(entry.getKey(), Set.of(TLS, USERS));
      }
    }
    return new WebConfig(tls, users);
  }

  private static @Nullable Object load(String text) throws BadWebConfigException {
    try {
      return new Load(LoadSettings.builder().build()).loadFromString(text);
    } catch (MarkedYamlEngineException e) {
      // its message quotes the text
      int line = e.getProblemMark().map(mark -> mark.getLine() + 1).orElse(0);
      throw new BadWebConfigException("line %d is not YAML: %s".formatted(line, e.getProblem()));
    } catch (YamlEngineException e) {
      throw new BadWebConfigException("it is not YAML");
    }
  }

  private static Map<String, Object> mapping(@Nullable Object value, String name)
      throws BadWebConfigException {
    Map<String, Object> mapping = new LinkedHashMap<>();
    if (value == null) {
      return mapping;
    }
    if (!(value instanceof Map<?, ?> given)) {
      throw new BadWebConfigException(name + " must be a mapping");
    }
    for (Map.Entry<?, ?> entry : given.entrySet()) {
      mapping.put(String.valueOf(entry.getKey()), entry.getValue() == null ? "" : entry.getValue());
    }
    return mapping;
  }

  private static BadWebConfigException unknown(String key, Set<String> known) {
    return new BadWebConfigException(
        "%s is not supported; known are %s"
            .formatted(key, String.join(", ", known.stream().sorted().toList())));
  }

  private static Map<String, String> users(Map<String, Object> given) throws BadWebConfigException {
    Map<String, String> users = new LinkedHashMap<>();
    for (Map.Entry<String, Object> user : given.entrySet()) {
      String hash = String.valueOf(user.getValue());
      if (!HASH.matcher(hash).matches()) {
        throw new BadWebConfigException(
            "%s.%s is not a bcrypt hash of a cost from 4 to 16".formatted(USERS, user.getKey()));
      }
      if (user.getKey().isEmpty() || user.getKey().indexOf(':') >= 0) {
        throw new BadWebConfigException(USERS + " has a user without a name or with a colon");
      }
      users.put(user.getKey(), hash);
    }
    return users;
  }

  private Tls tls(Map<String, Object> given) throws BadWebConfigException {
    for (String key : given.keySet()) {
      if (!TLS_KEYS.contains(key)) {
        throw unknown(TLS + "." + key, TLS_KEYS);
      }
    }
    Path certificate = path(given, "cert_file");
    Path key = path(given, "key_file");
    if (certificate == null || key == null) {
      throw new BadWebConfigException(TLS + " must have cert_file and key_file");
    }
    Path clientCa = path(given, "client_ca_file");
    ClientAuth clientAuth = clientAuth(given, clientCa);
    int least = version(given, "min_version", "TLS12");
    int most = version(given, "max_version", "TLS13");
    if (least > most) {
      throw new BadWebConfigException(TLS + ".min_version is above max_version");
    }
    List<String> protocols =
        VERSIONS.subList(least, most + 1).stream()
            .map(each -> each.replace("TLS1", "TLSv1."))
            .toList();
    return new Tls(certificate, key, clientAuth, clientCa, protocols);
  }

  private static ClientAuth clientAuth(Map<String, Object> given, @Nullable Path clientCa)
      throws BadWebConfigException {
    String name = text(given, "client_auth_type");
    ClientAuth clientAuth = name.isEmpty() ? ClientAuth.NONE : ClientAuth.of(name);
    if (clientAuth == null) {
      throw new BadWebConfigException(
          "%s.client_auth_type must be one of %s"
              .formatted(TLS, String.join(", ", ClientAuth.names())));
    }
    if ((clientAuth == ClientAuth.NONE) != (clientCa == null)) {
      throw new BadWebConfigException(
          "%s.client_ca_file and a client_auth_type that verifies go together".formatted(TLS));
    }
    return clientAuth;
  }

  private static int version(Map<String, Object> given, String key, String fallback)
      throws BadWebConfigException {
    String name = text(given, key);
    int version = VERSIONS.indexOf(name.isEmpty() ? fallback : name);
    if (version < 0) {
      throw new BadWebConfigException(
          "%s.%s must be %s".formatted(TLS, key, String.join(" or ", VERSIONS)));
    }
    return version;
  }

  private @Nullable Path path(Map<String, Object> given, String key) {
    String text = text(given, key);
    return text.isEmpty() ? null : folder.resolve(text);
  }

  private static String text(Map<String, Object> given, String key) {
    return String.valueOf(given.getOrDefault(key, ""));
  }
}
