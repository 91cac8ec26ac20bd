package org.aragora.telemetry.schemas.field;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EndpointTemplateTest {
  private final EndpointTemplate endpoints = new EndpointTemplate();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "adhoc_1a2b3c4d",
        "playground_0a1b2c3d",
        "oracle-0123456789ab",
        "teams-1a2b3c4d",
        "slack-1a2b3c4d",
        "tg-123456789-1a2b3c4d",
        "tg--1001234567890-1a2b3c4d",
        "wa-4567-1a2b3c4d",
        "pulse-1764000000-1a2b3c",
        "gauntlet-20261124120000-1a2b3c",
        "nomic-20261124-120000",
        "0b7e4b1c-9f3a-4a51-8d2e-0123456789ab",
        "0B7E4B1C-9F3A-4A51-8D2E-0123456789AB",
        "42",
        "4bf92f3577b34da6a3ce929d0e0e4736"
      })
  void segmentsThatAreIdsBecomeOne(String id) {
    assertThat(endpoints.of("/api/v1/debates/" + id)).isEqualTo("/api/v1/debates/{id}");
    assertThat(endpoints.of("/api/v1/debates/" + id + "/export?full=1"))
        .isEqualTo("/api/v1/debates/{id}/export");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/",
        "/api/leaderboard",
        "/api/v1/debates/",
        "/api/v2/agents/claude-3",
        "/api/teams/slack",
        "/api/feedback",
        "/api/v1/debates/{id}",
        "//a//",
        "*"
      })
  void everythingElseStaysAsItIs(String endpoint) {
    assertThat(endpoints.of(endpoint)).isEqualTo(endpoint);
  }

  @ParameterizedTest
  @CsvSource({"/a?b=/1/2,/a", "/a#x,/a", "?x=1,/", "/1/2/3,/{id}/{id}/{id}"})
  void queriesAndFragmentsGo(String endpoint, String template) {
    assertThat(endpoints.of(endpoint)).isEqualTo(template);
  }

  @Test
  void aTemplateOfATemplateIsItself() {
    for (int i = 0; i < 10_000; i++) {
      String template = endpoints.of("/x/" + i + "/adhoc_1a2b3c4d?y=" + i);
      assertThat(endpoints.of(template)).isEqualTo(template);
    }
  }

  /** The cache holds at most 4,096 endpoints of 256 characters: 1,000 of 300 kB held 572 MiB. */
  @Test
  void longEndpointsAreNotKept() {
    List<WeakReference<String>> templates = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      templates.add(new WeakReference<>(endpoints.of("/" + "x".repeat(300) + i + "?q")));
    }
    System.gc();
    assertThat(templates).allMatch(template -> template.get() == null);
    String known = endpoints.of("/" + "x".repeat(200) + "?q");
    assertThat(endpoints.of("/" + "x".repeat(200) + "?q")).isSameAs(known);
  }
}
