package org.aragora.telemetry.chassis.door;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import at.favre.lib.crypto.bcrypt.BCrypt;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.aragora.telemetry.chassis.http.Health;
import org.aragora.telemetry.chassis.http.StatusServer;
import org.aragora.telemetry.schemas.kafka.InvalidSettingException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** The door end to end, over real sockets. */
class DoorTest {
  private static final Duration SOON = Duration.ofSeconds(10);
  private static final String HASH = BCrypt.withDefaults().hashToString(6, "secret".toCharArray());

  @TempDir static Path identities;
  private static TestIdentity server;
  private static TestIdentity otherServer;
  private static TestIdentity client;
  private static TestIdentity stranger;

  @TempDir Path directory;
  private final ListAppender<ILoggingEvent> log = new ListAppender<>();
  private final Logger logger = (Logger) LoggerFactory.getLogger(Door.class);
  private final List<StatusServer> started = new ArrayList<>();

  @BeforeAll
  static void makeIdentities() throws Exception {
    server = TestIdentity.make(identities, "server", "EC");
    otherServer = TestIdentity.make(identities, "other", "RSA");
    client = TestIdentity.make(identities, "client", "EC");
    stranger = TestIdentity.make(identities, "stranger", "EC");
  }

  @BeforeEach
  void keepTheLog() {
    log.start();
    logger.addAppender(log);
    logger.setLevel(ch.qos.logback.classic.Level.INFO);
  }

  @AfterEach
  void stop() {
    started.forEach(StatusServer::close);
    logger.detachAppender(log);
  }

  @Test
  void withoutAFileAnybodyMayAsk() throws Exception {
    StatusServer open = start(DoorSettings.OPEN);

    assertThat(get(open, "/metrics").statusCode()).isEqualTo(200);
  }

  @Test
  void passwordIsAskedForOnEveryPath() throws Exception {
    StatusServer guarded = start(users("prometheus", HASH), false);

    for (String path : List.of("/metrics", "/health/live", "/health/ready", "/", "/nothing")) {
      HttpResponse<String> refused = get(guarded, path);
      assertThat(refused.statusCode()).as(path).isEqualTo(401);
      assertThat(refused.headers().firstValue("WWW-Authenticate"))
          .hasValueSatisfying(value -> assertThat(value).startsWith("Basic realm="));
    }
    assertThat(get(guarded, "/metrics", "prometheus", "secret").statusCode()).isEqualTo(200);
    assertThat(get(guarded, "/nothing", "prometheus", "secret").statusCode()).isEqualTo(404);
  }

  @ParameterizedTest
  @CsvSource({
    "prometheus,wrong",
    "nobody,secret",
    "prometheus,''",
    "'',secret",
    "PROMETHEUS,secret"
  })
  void wrongUserOrPasswordIsRefused(String user, String password) throws Exception {
    StatusServer guarded = start(users("prometheus", HASH), false);

    for (int attempt = 0; attempt < 2; attempt++) {
      HttpResponse<String> refused = get(guarded, "/metrics", user, password);
      assertThat(refused.statusCode()).isEqualTo(401);
      assertThat(refused.headers().firstValue("WWW-Authenticate")).isPresent();
      assertThat(refused.body()).doesNotContain(HASH);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"Basic", "Basic ?", "Basic bm9jb2xvbg==", "Bearer secret", "basic \u00e4"})
  void headerThatIsNotALoginIsRefused(String header) throws Exception {
    StatusServer guarded = start(users("prometheus", HASH), false);
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + guarded.port() + "/metrics"))
            .header("Authorization", header)
            .build();

    assertThat(
            HttpClient.newHttpClient()
                .send(request, HttpResponse.BodyHandlers.ofString())
                .statusCode())
        .isEqualTo(401);
  }

  @Test
  void passwordLongerThanBcryptReadsIsWrong() throws Exception {
    String longest = "x".repeat(72);
    String hash =
        BCrypt.with(
                at.favre.lib.crypto.bcrypt.LongPasswordStrategies.truncate(
                    BCrypt.Version.VERSION_2A))
            .hashToString(4, longest.toCharArray());
    StatusServer guarded = start(users("a", hash), false);

    assertThat(get(guarded, "/metrics", "a", longest + "y").statusCode()).isEqualTo(401);
  }

  @Test
  void healthIsExemptIfTheSettingSaysSo() throws Exception {
    StatusServer guarded = start(users("prometheus", HASH), true);

    assertThat(get(guarded, "/health/live").statusCode()).isEqualTo(200);
    assertThat(get(guarded, "/health/ready").statusCode()).isEqualTo(200);
    for (String path :
        List.of("/metrics", "/", "/health", "/health/live/x", "/health/../metrics")) {
      assertThat(get(guarded, path).statusCode()).as(path).isIn(400, 401);
    }
  }

  @Test
  void tlsIsSpokenAndPlainTextIsNot() throws Exception {
    StatusServer guarded = start(tls(server, ""), false);

    assertThat(get(guarded, TestIdentity.anonymous(server), "/metrics").statusCode())
        .isEqualTo(200);
    assertThatThrownBy(() -> get(guarded, TestIdentity.anonymous(otherServer), "/metrics"))
        .isInstanceOf(SSLException.class);
    assertThatThrownBy(() -> get(guarded, "/metrics")).isInstanceOf(IOException.class);
  }

  @Test
  void oldestVersionIsThatOfTheFile() throws Exception {
    StatusServer guarded = start(tls(server, "  min_version: TLS13\n"), false);
    SSLContext trusting = TestIdentity.anonymous(server);

    assertThat(get(guarded, trusting, "/metrics").statusCode()).isEqualTo(200);
    HttpClient old =
        HttpClient.newBuilder()
            .sslContext(trusting)
            .sslParameters(new javax.net.ssl.SSLParameters(null, new String[] {"TLSv1.2"}))
            .build();
    assertThatThrownBy(() -> old.send(request(guarded, "https", "/metrics"), text()))
        .isInstanceOf(IOException.class);
  }

  @Test
  void clientCertificateIsRequiredAndChecked() throws Exception {
    StatusServer guarded = start(tls(server, mutual()), false);

    assertThat(get(guarded, client.client(server), "/metrics").statusCode()).isEqualTo(200);
    assertThatThrownBy(() -> get(guarded, TestIdentity.anonymous(server), "/metrics"))
        .isInstanceOf(IOException.class);
    assertThatThrownBy(() -> get(guarded, stranger.client(server), "/metrics"))
        .isInstanceOf(IOException.class);
  }

  @Test
  void exemptHealthNeedsNoClientCertificateAndEverythingElseDoes() throws Exception {
    StatusServer guarded = start(tls(server, mutual()), true);
    SSLContext anonymous = TestIdentity.anonymous(server);

    assertThat(get(guarded, anonymous, "/health/live").statusCode()).isEqualTo(200);
    assertThat(get(guarded, anonymous, "/metrics").statusCode()).isEqualTo(403);
    assertThat(get(guarded, anonymous, "/metrics").body()).contains("client certificate");
    assertThat(get(guarded, client.client(server), "/metrics").statusCode()).isEqualTo(200);
    // It sends no certificate, because the server names another issuer.
    assertThat(get(guarded, stranger.client(server), "/metrics").statusCode()).isEqualTo(403);
  }

  @Test
  void usersOfAChangedFileAreInForce() throws Exception {
    Path file = users("prometheus", HASH);
    StatusServer guarded = start(file, false);
    assertThat(get(guarded, "/metrics", "prometheus", "secret").statusCode()).isEqualTo(200);

    String other = BCrypt.withDefaults().hashToString(4, "other".toCharArray());
    Files.writeString(file, "basic_auth_users:\n  prometheus: " + other + "\n");

    await()
        .atMost(SOON)
        .until(() -> get(guarded, "/metrics", "prometheus", "other").statusCode() == 200);
    assertThat(get(guarded, "/metrics", "prometheus", "secret").statusCode()).isEqualTo(401);
  }

  @Test
  void changedCertificateIsInForce() throws Exception {
    Path certificate = Files.copy(server.certificate(), directory.resolve("tls.crt"));
    Path key = Files.copy(server.key(), directory.resolve("tls.key"));
    Path file =
        Files.writeString(
            directory.resolve("web.yml"),
            "tls_server_config:\n  cert_file: tls.crt\n  key_file: tls.key\n");
    StatusServer guarded = start(file, false);
    assertThat(get(guarded, TestIdentity.anonymous(server), "/metrics").statusCode())
        .isEqualTo(200);

    Files.copy(otherServer.key(), key, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    Files.copy(
        otherServer.certificate(), certificate, java.nio.file.StandardCopyOption.REPLACE_EXISTING);

    await()
        .atMost(SOON)
        .ignoreExceptions()
        .until(
            () ->
                get(guarded, TestIdentity.anonymous(otherServer), "/metrics").statusCode() == 200);
  }

  @Test
  void certificateThatComesAfterTheFileThatNamesItIsInForceAndLoggedOnce() throws Exception {
    Path file = tls(server, "");
    StatusServer guarded = start(file, false);
    Path certificate = directory.resolve("new.crt");

    Files.writeString(
        file, "tls_server_config:\n  cert_file: new.crt\n  key_file: " + otherServer.key() + "\n");
    await()
        .atMost(SOON)
        .untilAsserted(
            () ->
                assertThat(messages())
                    .anyMatch(line -> line.contains(certificate + " cannot be read")));
    Files.copy(otherServer.certificate(), certificate);

    await()
        .atMost(SOON)
        .ignoreExceptions()
        .until(
            () ->
                get(guarded, TestIdentity.anonymous(otherServer), "/metrics").statusCode() == 200);
    await().during(Duration.ofSeconds(3)).atMost(SOON).until(() -> inForce() == 1);
  }

  private long inForce() {
    return messages().stream().filter(line -> line.contains("is in force")).count();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "basic_auth_users: {a: plain}",
        "basic_auth_user: {}",
        "x: [",
        "tls_server_config: {cert_file: a, key_file: b}",
        "",
        "basic_auth_users:\n"
      })
  void changeThatIsRefusedKeepsTheOldConfigurationAndIsLogged(String bad) throws Exception {
    Path file = users("prometheus", HASH);
    StatusServer guarded = start(file, false);

    Files.writeString(file, bad);

    await()
        .atMost(SOON)
        .untilAsserted(
            () ->
                assertThat(messages())
                    .anyMatch(line -> line.contains("is refused") && line.contains("stays")));
    assertThat(get(guarded, "/metrics", "prometheus", "secret").statusCode()).isEqualTo(200);
    assertThat(get(guarded, "/metrics").statusCode()).isEqualTo(401);
  }

  @Test
  void fileThatIsStillBeingWrittenDoesNotOpenTheDoorToStrangers() throws Exception {
    Path file = tls(server, mutual());
    StatusServer guarded = start(file, false);

    tls(server, ""); // the lines of client certificates are not there yet

    await()
        .atMost(SOON)
        .untilAsserted(
            () ->
                assertThat(messages())
                    .anyMatch(line -> line.contains("client certificates are made optional")));
    assertThatThrownBy(() -> get(guarded, TestIdentity.anonymous(server), "/metrics"))
        .isInstanceOf(IOException.class);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "basic_auth_users: {a: plain}                  | basic_auth_users.a is not a bcrypt hash",
        "basic_auth_user: {a: b}                       | basic_auth_user is not supported; known are",
        "tls_server_config: {cert_file: a.crt}         | must have cert_file and key_file",
        "tls_server_config: {cert_file: a, key_file: b, min_version: TLS10} | min_version must be TLS12 or TLS13",
        "tls_server_config: {cert_file: a, key_file: b, ciphers: []} | tls_server_config.ciphers is not supported",
        "tls_server_config: {cert_file: a, key_file: b, client_auth_type: RequireAnyClientCert} | client_auth_type must be one of",
        "tls_server_config: {cert_file: a, key_file: b, client_auth_type: RequireAndVerifyClientCert} | go together",
        "tls_server_config: {cert_file: a, key_file: b} | a cannot be read (NoSuchFileException)",
        "basic_auth_users: [a]                         | basic_auth_users must be a mapping",
        "'basic_auth_users: {a: b, a: c}'              | is not YAML",
        "'a: ['                                        | is not YAML",
      })
  void badFileIsRefusedAtTheStartInASentence(String content, String reason) throws Exception {
    Path file = Files.writeString(directory.resolve("web.yml"), content);

    assertThatThrownBy(() -> start(file, false))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageStartingWith("ARAGORA_TELEMETRY_WEB_CONFIG_FILE=" + file + " is refused: ")
        .hasMessageContaining(reason)
        .hasMessageEndingWith(".");
  }

  @Test
  void missingFileAndKeyOfAnotherCertificateAreRefused() throws Exception {
    assertThatThrownBy(() -> start(directory.resolve("nowhere.yml"), false))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining("it cannot be read");
    Path mixed =
        Files.writeString(
            directory.resolve("web.yml"),
            "tls_server_config:\n  cert_file: %s\n  key_file: %s\n"
                .formatted(server.certificate(), client.key()));
    assertThatThrownBy(() -> start(mixed, false))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining("is not the key of");
  }

  @Test
  void filesMayBeginWithAByteOrderMark() throws Exception {
    String certificate = marked("tls.crt", Files.readString(server.certificate()));
    String key = marked("tls.key", Files.readString(server.key()));
    String ca = marked("ca.crt", Files.readString(client.certificate()));
    marked(
        "web.yml",
        "tls_server_config:\n  cert_file: %s\n  key_file: %s\n  client_ca_file: %s\n  client_auth_type: RequireAndVerifyClientCert\n"
            .formatted(certificate, key, ca));
    StatusServer guarded = start(directory.resolve("web.yml"), true);

    assertThat(get(guarded, TestIdentity.anonymous(server), "/health/live").statusCode())
        .isEqualTo(200);
  }

  private String marked(String name, String text) throws IOException {
    Files.writeString(directory.resolve(name), "\uFEFF" + text);
    return name;
  }

  @Test
  void floodOfWrongPasswordsTakesLittleCpuAndNothingFromWhoIsKnown() throws Exception {
    StatusServer guarded =
        start(
            users("prometheus", BCrypt.withDefaults().hashToString(10, "secret".toCharArray())),
            true);
    assertThat(get(guarded, "/metrics", "prometheus", "secret").statusCode()).isEqualTo(200);

    HttpClient flooding = HttpClient.newHttpClient();
    List<CompletableFuture<Integer>> answers = new ArrayList<>();
    long start = System.nanoTime();
    for (int i = 0; i < 200; i++) {
      HttpRequest request = login(request(guarded, "http", "/metrics"), "prometheus", "wrong" + i);
      answers.add(
          flooding
              .sendAsync(request, HttpResponse.BodyHandlers.discarding())
              .thenApply(HttpResponse::statusCode));
    }
    for (int i = 0; i < 10; i++) {
      long asked = System.nanoTime();
      assertThat(get(guarded, "/metrics", "prometheus", "secret").statusCode()).isEqualTo(200);
      assertThat(get(guarded, "/health/live").statusCode()).isEqualTo(200);
      assertThat(Duration.ofNanos(System.nanoTime() - asked)).isLessThan(Duration.ofSeconds(2));
    }
    List<Integer> codes = answers.stream().map(CompletableFuture::join).toList();
    assertThat(codes).isSubsetOf(401, 429).contains(429);
    double share = passwordCpuNanos() / (double) (System.nanoTime() - start);
    assertThat(share).as("share of a core").isLessThan(0.5);
  }

  private static double passwordCpuNanos() {
    var threads = ManagementFactory.getThreadMXBean();
    return Arrays.stream(threads.getThreadInfo(threads.getAllThreadIds()))
        .filter(each -> each != null && each.getThreadName().equals("aragora-password"))
        .mapToLong(each -> threads.getThreadCpuTime(each.getThreadId()))
        .sum();
  }

  private String mutual() {
    return "  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: "
        + client.certificate()
        + "\n";
  }

  private Path users(String user, String hash) throws IOException {
    return Files.writeString(
        directory.resolve("web.yml"), "basic_auth_users:\n  %s: %s\n".formatted(user, hash));
  }

  private Path tls(TestIdentity identity, String more) throws IOException {
    return Files.writeString(
        directory.resolve("web.yml"),
        "tls_server_config:\n  cert_file: %s\n  key_file: %s\n"
                .formatted(identity.certificate(), identity.key())
            + more);
  }

  private StatusServer start(Path file, boolean healthExempt) {
    return start(new DoorSettings(file, healthExempt));
  }

  private StatusServer start(DoorSettings door) {
    StatusServer status =
        StatusServer.start(
            new StatusServer.Address("127.0.0.1", 0, door),
            new PrometheusRegistry(),
            () -> Health.good("it runs"),
            () -> Health.good("it works"));
    started.add(status);
    return status;
  }

  private List<String> messages() {
    return List.copyOf(log.list).stream().map(ILoggingEvent::getFormattedMessage).toList();
  }

  private static HttpResponse.BodyHandler<String> text() {
    return HttpResponse.BodyHandlers.ofString();
  }

  private static HttpRequest request(StatusServer server, String scheme, String path) {
    return HttpRequest.newBuilder(URI.create(scheme + "://127.0.0.1:" + server.port() + path))
        .timeout(SOON)
        .build();
  }

  private static HttpRequest login(HttpRequest request, String user, String password) {
    String login = Base64.getEncoder().encodeToString((user + ":" + password).getBytes());
    return HttpRequest.newBuilder(request, (name, value) -> true)
        .header("Authorization", "Basic " + login)
        .build();
  }

  private static HttpResponse<String> get(StatusServer server, String path) throws Exception {
    return HttpClient.newHttpClient().send(request(server, "http", path), text());
  }

  private static HttpResponse<String> get(
      StatusServer server, String path, String user, String password) throws Exception {
    return HttpClient.newHttpClient()
        .send(login(request(server, "http", path), user, password), text());
  }

  private static HttpResponse<String> get(StatusServer server, SSLContext context, String path)
      throws Exception {
    return HttpClient.newBuilder()
        .sslContext(context)
        .connectTimeout(Duration.ofMillis(TimeUnit.SECONDS.toMillis(5)))
        .build()
        .send(request(server, "https", path), text());
  }
}
