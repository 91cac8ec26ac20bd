package org.aragora.telemetry.exporter.spans;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManagerFactory;
import org.aragora.telemetry.chassis.settings.Settings;
import org.aragora.telemetry.exporter.backend.Answer;
import org.aragora.telemetry.exporter.backend.Backend;
import org.aragora.telemetry.exporter.backend.Conversion;
import org.aragora.telemetry.exporter.backend.Converter;
import org.aragora.telemetry.exporter.contract.TestEvents;
import org.aragora.telemetry.exporter.http.HttpAnswers;
import org.aragora.telemetry.exporter.http.HttpPush;
import org.aragora.telemetry.exporter.http.Tls;
import org.aragora.telemetry.schemas.kafka.InvalidSettingException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Both ways to a backend over TLS that asks for a client certificate; one key pair for both ends.
 */
class TlsTest {

  private static final char[] PASSWORD = "changeit".toCharArray();

  @TempDir Path directory;
  private HttpsServer server;
  private String certificate;
  private String key;

  @BeforeEach
  void start() throws Exception {
    KeyStore store = keyPair();
    certificate = pem("CERTIFICATE", store.getCertificate("me").getEncoded());
    key = pem("PRIVATE KEY", store.getKey("me", PASSWORD).getEncoded());
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(store, PASSWORD);
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("me", store.getCertificate("me"));
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 8);
    server.setHttpsConfigurator(
        new HttpsConfigurator(context) {
          @Override
          public void configure(HttpsParameters parameters) {
            SSLParameters wanted = getSSLContext().getDefaultSSLParameters();
            wanted.setNeedClientAuth(true);
            parameters.setSSLParameters(wanted);
          }
        });
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            exchange.getRequestBody().readAllBytes();
            exchange.sendResponseHeaders(200, -1);
          }
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private KeyStore keyPair() throws Exception {
    Path file = directory.resolve("me.p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "me",
                "-keyalg",
                "EC",
                "-dname",
                "CN=127.0.0.1",
                "-ext",
                "san=ip:127.0.0.1",
                "-validity",
                "2",
                "-storetype",
                "PKCS12",
                "-storepass",
                new String(PASSWORD),
                "-keystore",
                file.toString())
            .inheritIO()
            .start();
    assertThat(keytool.waitFor(60, TimeUnit.SECONDS)).isTrue();
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(file)) {
      store.load(in, PASSWORD);
    }
    return store;
  }

  private String pem(String what, byte[] der) throws IOException {
    Path file = directory.resolve(what.replace(' ', '-') + ".pem");
    String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
    Files.writeString(
        file, "-----BEGIN " + what + "-----\n" + body + "\n-----END " + what + "-----\n");
    return file.toString();
  }

  private String address() {
    return "https://127.0.0.1:" + server.getAddress().getPort();
  }

  private Answer<Object> push(SSLContext context) throws Exception {
    URI uri = URI.create(address() + "/push");
    try (HttpPush push = new HttpPush(uri, Map.of(), Duration.ofSeconds(20), context)) {
      return push.post(new byte[1])
          .handle(
              (response, failure) ->
                  failure == null
                      ? HttpAnswers.of(uri, response)
                      : HttpAnswers.<Object>of(uri, failure))
          .get(30, TimeUnit.SECONDS);
    }
  }

  @Test
  void linesGoOverTlsWithAClientCertificate() throws Exception {
    assertThat(push(Tls.context(certificate, certificate, key, "X_")))
        .isInstanceOf(Answer.Acknowledged.class);
    assertThat(push(null))
        .isInstanceOfSatisfying(
            Answer.Transient.class, answer -> assertThat(answer.cause()).isEqualTo("tls"));
  }

  @Test
  void spansGoOverTlsWithAClientCertificate() throws Exception {
    Map<String, String> environment = new HashMap<>();
    environment.put("OTEL_EXPORTER_OTLP_ENDPOINT", address());
    environment.put("OTEL_EXPORTER_OTLP_CERTIFICATE", certificate);
    environment.put("OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE", certificate);
    environment.put("OTEL_EXPORTER_OTLP_CLIENT_KEY", key);
    environment.put("OTEL_TRACES_SAMPLER", "always_on");
    assertThat(send(environment)).isInstanceOf(Answer.Acknowledged.class);

    environment.keySet().removeIf(name -> name.contains("CLIENT") || name.contains("CERTIFICATE"));
    assertThat(send(environment))
        .isInstanceOfSatisfying(
            Answer.Transient.class, answer -> assertThat(answer.cause()).isEqualTo("tls"));
  }

  private static Answer<List<SpanData>> send(Map<String, String> environment) throws Exception {
    var definition = SpansMain.definition();
    Settings settings = Settings.read(definition.settings(), environment);
    Converter<List<SpanData>> converter = definition.converter().apply(settings);
    Conversion<List<SpanData>> conversion =
        converter.convert(TestEvents.record("aragora.requests", 0, 0, TestEvents.failedRequest(1)));
    try (Backend<List<SpanData>> backend = definition.backend().apply(settings)) {
      return backend
          .send(List.of(((Conversion.Export<List<SpanData>>) conversion).payload()))
          .toCompletableFuture()
          .get(30, TimeUnit.SECONDS);
    }
  }

  @Test
  void halfOfAPairOrAFileThatIsNoneRefusesToStart() {
    assertThatThrownBy(() -> Tls.context(null, certificate, null, "X_"))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining("X_CLIENT_KEY");
    assertThatThrownBy(() -> Tls.context("/no/such", null, null, "X_"))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining("/no/such");
  }

  @Test
  void aByteOrderMarkBeforeAPemFileIsSkipped() throws Exception {
    for (String file : List.of(certificate, key)) {
      Files.writeString(Path.of(file), "\uFEFF" + Files.readString(Path.of(file)));
    }
    linesGoOverTlsWithAClientCertificate();
    spansGoOverTlsWithAClientCertificate();
  }
}
