package org.aragora.telemetry.quickstart;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BrokerCountTest {

  @Test
  void sourceIsTheEnvelopesNotTheDatas() {
    assertThat(
            BrokerCount.sourceOf(
                "{\"data\":{\"source\":\"/x\",\"a\":[{}]},\"seq\":1,\"source\":\"/aragora/telemetry\"}"
                    .getBytes(UTF_8)))
        .isEqualTo("/aragora/telemetry");
  }

  @Test
  void whatIsNoEventHasNoSource() {
    assertThat(BrokerCount.sourceOf(null)).isNull();
    assertThat(BrokerCount.sourceOf(new byte[0])).isNull();
    assertThat(BrokerCount.sourceOf("[1".getBytes(UTF_8))).isNull();
    assertThat(BrokerCount.sourceOf("{\"source\":7}".getBytes(UTF_8))).isNull();
    assertThat(BrokerCount.sourceOf("{\"a\":".getBytes(UTF_8))).isNull();
  }
}
