package org.aragora.telemetry.chassis.door;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Content of the file, checked.
 *
 * @param tls null without TLS
 * @param users bcrypt hashes by user; empty: no password is asked for
 */
record WebConfig(@Nullable Tls tls, Map<String, String> users) {

  WebConfig {
    users = Map.copyOf(users);
  }

  /** Returns what a change to another content may not do, as the start of a sentence, or null. */
  @Nullable String lostIn(WebConfig next) {
    if ((next.tls() == null) != (tls == null)) {
      return "TLS is switched on or off";
    }
    if (next.users().isEmpty() && !users.isEmpty()) {
      return "passwords are switched off";
    }
    return requiresCertificate() && !next.requiresCertificate()
        ? "client certificates are made optional"
        : null;
  }

  private boolean requiresCertificate() {
    return tls != null && tls.clientAuth() == ClientAuth.REQUIRED;
  }

  /**
   * TLS of the server.
   *
   * @param clientCa certificates that sign those of clients; null without client certificates
   * @param protocols names of JSSE, such as TLSv1.3
   */
  record Tls(
      Path certificate,
      Path key,
      ClientAuth clientAuth,
      @Nullable Path clientCa,
      List<String> protocols) {

    Tls {
      protocols = List.copyOf(protocols);
    }

    /** The files that it names. */
    Set<Path> files() {
      return Stream.of(certificate, key, clientCa)
          .filter(each -> each != null)
          .collect(Collectors.toSet());
    }
  }

  /** Certificates that are asked of clients; the names are Go's, as in the file. */
  enum ClientAuth {
    NONE("NoClientCert"),
    IF_GIVEN("VerifyClientCertIfGiven"),
    REQUIRED("RequireAndVerifyClientCert");

    private final String name;

    ClientAuth(String name) {
      this.name = name;
    }

    static @Nullable ClientAuth of(String name) {
      return Stream.of(values()).filter(each -> each.name.equals(name)).findFirst().orElse(null);
    }

    static List<String> names() {
      return Stream.of(values()).map(each -> each.name).toList();
    }
  }
}
