package org.aragora.telemetry.testbed.junit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnixDomainSocketAddress;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DockerTest {

  @Test
  void engineIsLookedForWhereDockerHostSays() {
    assertThat(Docker.address(Map.of("DOCKER_HOST", "unix:///run/d.sock")))
        .isEqualTo(UnixDomainSocketAddress.of("/run/d.sock"));
    assertThat(Docker.address(Map.of("DOCKER_HOST", "tcp://127.0.0.1:1234")))
        .isEqualTo(new InetSocketAddress("127.0.0.1", 1234));
    assertThat(Docker.address(Map.of("DOCKER_HOST", "ssh://somewhere"))).isNull();
    assertThat(Docker.address(Map.of("DOCKER_HOST", "not a uri"))).isNull();
  }

  @Test
  void missingEngineDoesNotAnswer() {
    assertThat(Docker.answers(UnixDomainSocketAddress.of("/nowhere/docker.sock"))).isFalse();
    assertThat(Docker.answers(null)).isFalse();
  }

  @Test
  void engineThatHangsDoesNotAnswer() throws IOException {
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThat(Docker.answers(silent.getLocalSocketAddress())).isFalse();
    }
  }
}
