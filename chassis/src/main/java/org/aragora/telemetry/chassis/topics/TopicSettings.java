package org.aragora.telemetry.chassis.topics;

import org.aragora.telemetry.chassis.settings.Setting;
import org.aragora.telemetry.chassis.settings.Subject;
import org.aragora.telemetry.schemas.topic.Topics;

/** Settings of the topics, for every program that reads or writes some. */
public final class TopicSettings {
  /** Prefix of the names of all topics. */
  public static final Setting<String> PREFIX =
      Setting.text(Topics.PREFIX_VARIABLE)
          .about(Subject.TOPICS)
          .fallback(Topics.DEFAULT_PREFIX)
          .map(prefix -> Topics.checkPrefix(prefix, Topics.PREFIX_VARIABLE))
          .doc("Prefix of the names of all topics.");

  private TopicSettings() {}
}
