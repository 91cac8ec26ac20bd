package org.aragora.telemetry.schemas.envelope;

import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.aragora.telemetry.schemas.event.AgentCallCompleted;
import org.aragora.telemetry.schemas.event.DebateCompleted;
import org.aragora.telemetry.schemas.event.DebateStarted;
import org.aragora.telemetry.schemas.event.EloUpdated;
import org.aragora.telemetry.schemas.event.EventData;
import org.aragora.telemetry.schemas.event.InstanceHeartbeat;
import org.aragora.telemetry.schemas.event.InstanceStopped;
import org.aragora.telemetry.schemas.event.LogEmitted;
import org.aragora.telemetry.schemas.event.RequestCompleted;
import org.aragora.telemetry.schemas.event.RoundCompleted;
import org.aragora.telemetry.schemas.event.WebsocketClosed;
import org.aragora.telemetry.schemas.event.WebsocketOpened;
import org.aragora.telemetry.schemas.field.FieldReader;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.jspecify.annotations.Nullable;

/**
 * The one registry of event types: CloudEvents {@code type}, topic and record of each.
 *
 * <p>Handle all types in a {@code switch} expression without {@code default}: it does not compile
 * until it handles a type that was added.
 */
public enum EventType {
  DEBATE_STARTED(
      "ai.aragora.debate.started.v1", InputTopic.DEBATES, DebateStarted.class, DebateStarted::read),
  ROUND_COMPLETED(
      "ai.aragora.debate.round_completed.v1",
      InputTopic.DEBATES,
      RoundCompleted.class,
      RoundCompleted::read),
  DEBATE_COMPLETED(
      "ai.aragora.debate.completed.v1",
      InputTopic.DEBATES,
      DebateCompleted.class,
      DebateCompleted::read),
  ELO_UPDATED("ai.aragora.elo.updated.v1", InputTopic.DEBATES, EloUpdated.class, EloUpdated::read),
  REQUEST_COMPLETED(
      "ai.aragora.request.completed.v1",
      InputTopic.REQUESTS,
      RequestCompleted.class,
      RequestCompleted::read),
  WEBSOCKET_OPENED(
      "ai.aragora.websocket.opened.v1",
      InputTopic.REQUESTS,
      WebsocketOpened.class,
      WebsocketOpened::read),
  WEBSOCKET_CLOSED(
      "ai.aragora.websocket.closed.v1",
      InputTopic.REQUESTS,
      WebsocketClosed.class,
      WebsocketClosed::read),
  AGENT_CALL_COMPLETED(
      "ai.aragora.agent.call_completed.v1",
      InputTopic.AGENT_CALLS,
      AgentCallCompleted.class,
      AgentCallCompleted::read),
  INSTANCE_HEARTBEAT(
      "ai.aragora.instance.heartbeat.v1",
      InputTopic.INSTANCES,
      InstanceHeartbeat.class,
      InstanceHeartbeat::read),
  INSTANCE_STOPPED(
      "ai.aragora.instance.stopped.v1",
      InputTopic.INSTANCES,
      InstanceStopped.class,
      InstanceStopped::read),
  LOG_EMITTED("ai.aragora.log.emitted.v1", InputTopic.LOGS, LogEmitted.class, LogEmitted::read);

  private static final Map<String, EventType> BY_NAME =
      Arrays.stream(values()).collect(Collectors.toMap(EventType::typeName, Function.identity()));
  private static final Map<Class<?>, EventType> BY_CLASS =
      Arrays.stream(values()).collect(Collectors.toMap(EventType::dataClass, Function.identity()));

  private final String typeName;
  private final InputTopic topic;
  private final Class<? extends EventData> dataClass;

  @SuppressWarnings("ImmutableEnumChecker") // a method reference without state
  private final Function<FieldReader, EventData> reader;

  <T extends EventData> EventType(
      String typeName, InputTopic topic, Class<T> dataClass, Function<FieldReader, T> reader) {
    this.typeName = typeName;
    this.topic = topic;
    this.dataClass = dataClass;
    this.reader = reader::apply;
  }

  /** The CloudEvents {@code type}, such as {@code ai.aragora.debate.started.v1}. */
  public String typeName() {
    return typeName;
  }

  /** The one topic on which it is valid. */
  public InputTopic topic() {
    return topic;
  }

  /** Its record. */
  public Class<? extends EventData> dataClass() {
    return dataClass;
  }

  /** Reads its record. Throws the exception of {@code in} if a field breaks its rule. */
  public EventData read(FieldReader in) {
    return reader.apply(in);
  }

  /**
   * Finds a type by its CloudEvents {@code type}.
   *
   * @return null if it is not listed
   */
  public static @Nullable EventType byName(String typeName) {
    return BY_NAME.get(typeName);
  }

  /** The type of a record. */
  @SuppressWarnings("NullAway") // every permitted record is registered; EventTypeTest holds it so
  public static EventType of(EventData data) {
    return BY_CLASS.get(data.getClass());
  }
}
