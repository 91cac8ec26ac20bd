package org.aragora.telemetry.doctor.tap;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.aragora.telemetry.schemas.envelope.EventType;
import org.aragora.telemetry.schemas.kafka.InvalidSettingException;
import org.aragora.telemetry.schemas.topic.InputTopic;

/**
 * The events that are shown.
 *
 * @param topics that are read
 * @param types empty: all
 * @param tests all of which must hold
 */
record Selection(Set<InputTopic> topics, Set<EventType> types, List<FieldTest> tests) {
  private static final String TYPE_PREFIX = "ai.aragora.";

  /**
   * Reads the options.
   *
   * @param topics with or without the prefix
   * @param types such as {@code debate.started}, or whole
   * @throws InvalidSettingException naming the option
   */
  static Selection of(
      List<String> topics, List<String> types, List<String> tests, String topicPrefix) {
    Set<InputTopic> ofTopics = new TreeSet<>();
    topics.forEach(name -> ofTopics.add(topic(name, topicPrefix)));
    Set<EventType> ofTypes = new TreeSet<>();
    types.forEach(name -> ofTypes.addAll(type(name)));
    if (ofTopics.isEmpty()) {
      ofTypes.forEach(type -> ofTopics.add(type.topic()));
    }
    return new Selection(
        ofTopics.isEmpty() ? Set.of(InputTopic.values()) : ofTopics,
        ofTypes,
        tests.stream().map(Selection::test).toList());
  }

  private static InputTopic topic(String name, String prefix) {
    InputTopic whole = InputTopic.byName(prefix, name);
    InputTopic found = whole == null ? InputTopic.byName("", name) : whole;
    if (found == null) {
      throw refusal(
          "--topic", name, Arrays.stream(InputTopic.values()).map(InputTopic::suffix).toList());
    }
    return found;
  }

  private static List<EventType> type(String name) {
    List<EventType> found =
        Arrays.stream(EventType.values())
            .filter(type -> type.typeName().equals(name) || shortName(type).equals(name))
            .toList();
    if (found.isEmpty()) {
      throw refusal(
          "--type", name, Arrays.stream(EventType.values()).map(Selection::shortName).toList());
    }
    return found;
  }

  private static String shortName(EventType type) {
    return type.typeName().substring(TYPE_PREFIX.length()).replaceFirst("\\.v\\d+$", "");
  }

  private static FieldTest test(String text) {
    FieldTest test = FieldTest.parse(text);
    if (test == null) {
      throw new InvalidSettingException(
          "--where=%s is refused: it must be FIELD=VALUE, such as debate_id=d-1.".formatted(text));
    }
    return test;
  }

  private static InvalidSettingException refusal(String option, String value, List<String> names) {
    return new InvalidSettingException(
        "%s=%s is refused: it must be one of %s."
            .formatted(option, value, names.stream().collect(Collectors.joining(", "))));
  }

  /** Returns true if records that are not events are shown. */
  boolean isOfAll() {
    return types.isEmpty() && tests.isEmpty();
  }

  boolean contains(EventType type, Map<?, ?> event) {
    return (types.isEmpty() || types.contains(type))
        && tests.stream().allMatch(test -> test.matches(event));
  }
}
