package org.aragora.telemetry.schemas.envelope;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.aragora.telemetry.schemas.event.EventData;
import org.aragora.telemetry.schemas.field.CallStatus;
import org.aragora.telemetry.schemas.field.DebateOutcome;
import org.aragora.telemetry.schemas.field.LogLevel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class EventTypeTest {

  @Test
  void everyRecordIsRegisteredOnce() {
    assertThat(Arrays.stream(EventType.values()).map(EventType::dataClass))
        .containsExactlyInAnyOrder(
            Arrays.stream(EventData.class.getPermittedSubclasses())
                .<Class<? extends EventData>>map(type -> type.asSubclass(EventData.class))
                .toArray(size -> newArray(size)));
  }

  @SuppressWarnings("unchecked")
  private static Class<? extends EventData>[] newArray(int size) {
    return (Class<? extends EventData>[]) new Class<?>[size];
  }

  @ParameterizedTest
  @EnumSource
  void aTypeIsFoundByItsName(EventType type) {
    assertThat(EventType.byName(type.typeName())).isSameAs(type);
    assertThat(type.typeName()).matches("ai\\.aragora(\\.[a-z_]+)+\\.v[1-9]");
  }

  @Test
  void namesOfValuesAreWhatTravels() {
    assertThat(DebateOutcome.NAMES.all())
        .containsExactly("cancelled", "consensus", "error", "no_consensus", "timeout");
    assertThat(CallStatus.NAMES.all()).containsExactly("error", "success", "timeout");
    assertThat(LogLevel.NAMES.all())
        .containsExactly("CRITICAL", "DEBUG", "ERROR", "INFO", "WARNING");
    assertThat(DebateOutcome.NAMES.find("CONSENSUS")).isNull();
  }
}
