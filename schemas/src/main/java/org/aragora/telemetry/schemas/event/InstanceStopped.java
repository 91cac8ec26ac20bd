package org.aragora.telemetry.schemas.event;

import org.aragora.telemetry.schemas.field.FieldReader;
import org.aragora.telemetry.schemas.field.FieldWriter;
import org.jspecify.annotations.Nullable;

/**
 * An instance stopped in an orderly way.
 *
 * @param instanceId id of the instance, not empty
 */
public record InstanceStopped(String instanceId) implements EventData {

  public static InstanceStopped read(FieldReader in) {
    return new InstanceStopped(in.name("instance_id"));
  }

  @Override
  public void write(FieldWriter out) {
    out.name("instance_id", instanceId);
  }

  @Override
  public @Nullable String key() {
    return null;
  }
}
