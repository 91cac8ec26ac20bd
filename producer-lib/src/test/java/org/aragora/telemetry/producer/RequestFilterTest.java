package org.aragora.telemetry.producer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.startup.Tomcat;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.tomcat.util.descriptor.web.FilterDef;
import org.apache.tomcat.util.descriptor.web.FilterMap;
import org.aragora.telemetry.producer.servlet.RequestFilter;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.awaitility.Awaitility;
import org.eclipse.jetty.ee10.servlet.FilterHolder;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.MDC;

/**
 * Requests to real servers, each with the filter before a servlet whose answer depends on the path.
 */
@Timeout(120)
class RequestFilterTest {

  /** A servlet of a host. */
  private static final class Host extends HttpServlet {
    private static final long serialVersionUID = 1L;

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response)
        throws IOException, ServletException {
      switch (request.getRequestURI().replaceAll(".*/do/|;.*", "")) {
        case "ok" -> response.getWriter().print(MDC.get("request_id"));
        case "created" -> response.setStatus(201);
        case "missing" -> response.sendError(404);
        case "raises" -> throw new IllegalStateException("on purpose");
        case "servlet-exception" -> throw new ServletException("on purpose");
        case "raises-late" -> {
          response.setStatus(202);
          response.flushBuffer();
          throw new IllegalStateException("on purpose");
        }
        case "forward" -> request.getRequestDispatcher("/do/created").forward(request, response);
        case "spring" ->
            request.setAttribute(
                "org.springframework.web.servlet.HandlerMapping.bestMatchingPattern",
                "/orders/{order}");
        case "async" -> later(request.startAsync(), response, 203);
        case "async-at-once" -> {
          response.setStatus(203);
          request.startAsync().complete();
        }
        case "async-dispatch" -> {
          if (request.getDispatcherType() == DispatcherType.REQUEST) {
            AsyncContext async = request.startAsync();
            async.start(() -> async.dispatch("/do/created"));
          }
        }
        case "async-timeout" -> request.startAsync().setTimeout(200);
        case "async-answers-timeout" -> timeout(request.startAsync(), response);
        default -> response.setStatus(418);
      }
    }

    private static void later(AsyncContext async, HttpServletResponse response, int status) {
      async.start(
          () -> {
            Awaitility.await().pollDelay(Duration.ofMillis(300)).until(() -> true);
            response.setStatus(status);
            async.complete();
          });
    }

    private static void timeout(AsyncContext async, HttpServletResponse response) {
      async.setTimeout(200);
      async.addListener(
          new AsyncListener() {
            @Override
            public void onTimeout(AsyncEvent event) {
              response.setStatus(503);
              event.getAsyncContext().complete();
            }

            @Override
            public void onComplete(AsyncEvent event) {}

            @Override
            public void onError(AsyncEvent event) {}

            @Override
            public void onStartAsync(AsyncEvent event) {}
          });
    }
  }

  /** The tests, for one server. */
  abstract static class Contract {
    private final MockProducer<byte[], byte[]> client = Broker.acknowledging(4);
    private final TelemetryProducer telemetry =
        TelemetryProducer.builder("web-1")
            .client(() -> client)
            .heartbeatInterval(Duration.ZERO)
            .build();
    private final HttpClient http = HttpClient.newHttpClient();

    /** Starts it with a filter and the servlet; returns its port. */
    abstract int start(Filter filter, HttpServlet servlet) throws Exception;

    abstract void stop() throws Exception;

    @AfterEach
    void end() throws Exception {
      stop();
      telemetry.close();
    }

    private HttpResponse<String> get(String path, String... headers) throws Exception {
      int port = start(new RequestFilter(telemetry), new Host());
      HttpRequest.Builder request =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
      if (headers.length > 0) {
        request.headers(headers);
      }
      return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private JsonNode event() {
      Awaitility.await()
          .atMost(20, TimeUnit.SECONDS)
          .until(() -> telemetry.stats().topics().get("aragora.requests").offered() > 0);
      return Broker.json(events().get(0));
    }

    private List<org.apache.kafka.clients.producer.ProducerRecord<byte[], byte[]>> events() {
      assertThat(telemetry.flush(Duration.ofSeconds(20))).isTrue();
      var events = Broker.sent(client, InputTopic.REQUESTS);
      assertThat(events).hasSizeLessThanOrEqualTo(1);
      return events;
    }

    @ParameterizedTest
    @CsvSource({
      "ok, 200",
      "created, 201",
      "missing, 404",
      "raises, 500",
      "servlet-exception, 500",
      "forward, 201",
      "async, 203",
      "async-at-once, 203",
      "async-dispatch, 201",
      "async-timeout, 500",
      "async-answers-timeout, 503"
    })
    void oneEventHasTheStatusOfTheAnswer(String name, int status) throws Exception {
      assertThat(get("/app/do/" + name).statusCode()).isEqualTo(status);
      JsonNode data = event().path("data");
      assertThat(data.path("status").asInt()).isEqualTo(status);
      assertThat(data.path("method").asText()).isEqualTo("GET");
      assertThat(data.path("endpoint").asText()).isEqualTo("/app/do/" + name);
      assertThat(data.path("request_id").asText()).isNotEmpty();
      double least = name.equals("async") ? 0.25 : 0;
      assertThat(data.path("duration_seconds").asDouble()).isBetween(least, 20.0);
    }

    @Test
    void exceptionAfterTheAnswerKeepsItsStatus() throws Exception {
      try {
        get("/app/do/raises-late");
      } catch (IOException e) {
        // The server cuts the connection.
      }
      assertThat(event().path("data").path("status").asInt()).isEqualTo(202);
    }

    @Test
    void endpointIsThePatternOfSpringsHandler() throws Exception {
      get("/app/do/spring");
      assertThat(event().path("data").path("endpoint").asText()).isEqualTo("/app/orders/{order}");
    }

    @Test
    void queryAndPathParametersStayOut() throws Exception {
      get("/app/do/ok;jsessionid=secret?token=secret");
      assertThat(event().toString()).doesNotContain("secret");
      assertThat(event().path("data").path("endpoint").asText()).isEqualTo("/app/do/ok");
    }

    @Test
    void idsOfTheCallerAreTaken() throws Exception {
      String trace = "4bf92f3577b34da6a3ce929d0e0e4736";
      String body =
          get(
                  "/app/do/ok",
                  "X-Request-Id",
                  "r-77",
                  "traceparent",
                  "00-" + trace + "-00f067aa0ba902b7-01")
              .body();
      assertThat(body).as("request_id in the MDC").isEqualTo("r-77");
      assertThat(event().path("data").path("request_id").asText()).isEqualTo("r-77");
      assertThat(event().path("parentspanid").asText()).isEqualTo("00f067aa0ba902b7");
      assertThat(event().path("traceparent").asText())
          .startsWith("00-" + trace + "-")
          .endsWith("-01")
          .doesNotContain("00f067aa0ba902b7");
    }

    @Test
    void probesAreLeftOut() throws Exception {
      get("/app/healthz");
      assertThat(events()).isEmpty();
      assertThat(telemetry.stats().topics().get("aragora.requests").offered()).isZero();
    }
  }

  @Nested
  class OnJetty extends Contract {
    private final Server server = new Server();

    @Override
    int start(Filter filter, HttpServlet servlet) throws Exception {
      ServerConnector connector = new ServerConnector(server);
      connector.setHost("127.0.0.1");
      server.addConnector(connector);
      ServletContextHandler handler = new ServletContextHandler();
      handler.addFilter(filterHolder(filter), "/*", EnumSet.allOf(DispatcherType.class));
      ServletHolder holder = new ServletHolder(servlet);
      holder.setAsyncSupported(true);
      handler.setContextPath("/app");
      handler.addServlet(holder, "/do/*");
      server.setHandler(handler);
      server.start();
      return connector.getLocalPort();
    }

    private static FilterHolder filterHolder(Filter filter) {
      FilterHolder holder = new FilterHolder(filter);
      holder.setAsyncSupported(true);
      return holder;
    }

    @Override
    void stop() throws Exception {
      server.stop();
    }
  }

  @Nested
  class OnTomcat extends Contract {
    private final Tomcat server = new Tomcat();
    @TempDir Path directory;

    @Override
    int start(Filter filter, HttpServlet servlet) throws Exception {
      server.setBaseDir(directory.toString());
      Connector connector = new Connector();
      connector.setPort(0);
      connector.setProperty("address", "127.0.0.1");
      server.setConnector(connector);
      var context =
          server.addContext("/app", Files.createDirectories(directory.resolve("x")).toString());
      FilterDef definition = new FilterDef();
      definition.setFilterName("telemetry");
      definition.setFilter(filter);
      definition.setAsyncSupported("true");
      context.addFilterDef(definition);
      FilterMap map = new FilterMap();
      map.setFilterName("telemetry");
      map.addURLPattern("/*");
      for (DispatcherType type : DispatcherType.values()) {
        map.setDispatcher(type.name());
      }
      context.addFilterMap(map);
      Tomcat.addServlet(context, "host", servlet).setAsyncSupported(true);
      context.addServletMappingDecoded("/do/*", "host");
      server.start();
      return connector.getLocalPort();
    }

    @Override
    void stop() throws Exception {
      server.stop();
      server.destroy();
    }
  }
}
