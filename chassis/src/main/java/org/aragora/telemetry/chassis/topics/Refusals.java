package org.aragora.telemetry.chassis.topics;

import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.errors.TopicAuthorizationException;

/** Names the permission that is missing; the brokers' own answer about one topic does not. */
public final class Refusals {
  private Refusals() {}

  /**
   * Returns the failure of a request about a topic.
   *
   * @param operation that the request needs, as an ACL calls it
   */
  public static ExecutionException named(ExecutionException e, String operation, String topic) {
    return e.getCause() instanceof AuthorizationException
        ? new ExecutionException(
            new TopicAuthorizationException(
                "Not authorized: this user lacks %s on the topic %s".formatted(operation, topic),
                Set.of(topic)))
        : e;
  }

  /** Returns the failure of a request about a group; see {@link #named}. */
  public static ExecutionException namedGroup(
      ExecutionException e, String operation, String group) {
    return e.getCause() instanceof GroupAuthorizationException
        ? new ExecutionException(
            new GroupAuthorizationException(
                "Not authorized: this user lacks %s on the group %s".formatted(operation, group),
                group))
        : e;
  }
}
