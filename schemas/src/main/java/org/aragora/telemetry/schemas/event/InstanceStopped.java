package org.aragora.telemetry.schemas.event;

import org.jspecify.annotations.Nullable;

/**
 * An instance stopped in an orderly way.
 *
 * @param instanceId id of the instance, not empty
 */
public record InstanceStopped(String instanceId) implements EventData {

  @Override
  public @Nullable String key() {
    return null;
  }
}
