package org.example;

import io.micrometer.core.instrument.MeterRegistry;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.aragora.telemetry.producer.TelemetryProducer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.web.servlet.context.ServletWebServerApplicationContext;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/** A Spring Boot application with the configuration of docs/how-to/java.md; it asks itself. */
@SpringBootApplication
@RestController
public class Host {
  private static final Logger LOG = LoggerFactory.getLogger(Host.class);

  @GetMapping("/orders/{id}")
  String order(@PathVariable("id") String id) {
    LOG.warn("order {} is late", id);
    return id;
  }

  public static void main(String[] arguments) throws Exception {
    Readme.main(arguments);
    var application =
        (ServletWebServerApplicationContext)
            SpringApplication.run(Host.class, "--server.port=0", "--server.address=127.0.0.1");
    try (application) {
      URI address =
          URI.create(
              "http://127.0.0.1:" + application.getWebServer().getPort() + "/orders/17?key=secret");
      String answer =
          HttpClient.newHttpClient()
              .send(HttpRequest.newBuilder(address).build(), HttpResponse.BodyHandlers.ofString())
              .body();
      TelemetryProducer telemetry = application.getBean(TelemetryProducer.class);
      double acknowledged = 0;
      for (int i = 0; i < 100 && acknowledged < 1; i++) {
        telemetry.flush(Duration.ofMillis(100));
        acknowledged =
            application
                .getBean(MeterRegistry.class)
                .get("aragora.telemetry.client.acknowledged")
                .tag("topic", "aragora.requests")
                .functionCounter()
                .count();
      }
      if (!answer.equals("17") || acknowledged != 1) {
        throw new IllegalStateException(answer + ", acknowledged requests " + acknowledged);
      }
    }
  }
}
