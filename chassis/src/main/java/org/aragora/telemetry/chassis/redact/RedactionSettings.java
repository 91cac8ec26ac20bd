package org.aragora.telemetry.chassis.redact;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.aragora.telemetry.chassis.settings.Setting;
import org.aragora.telemetry.chassis.settings.Settings;
import org.aragora.telemetry.chassis.settings.Subject;
import org.jspecify.annotations.Nullable;

/** Settings of redaction, the same for every service. */
public final class RedactionSettings {

  private static final Setting<Set<Redactor.Kind>> KINDS =
      Setting.list(Settings.PREFIX + "REDACTION")
          .about(Subject.REDACTION)
          .map(RedactionSettings::kinds)
          .fallback("secrets,email,phone,card")
          .doc(
              "Kinds of text to remove from lines and span attributes: secrets, email, phone,"
                  + " card; none for nothing.");

  private static final Setting<List<String>> KEYS =
      Setting.list(Settings.PREFIX + "REDACTION_KEYS")
          .about(Subject.REDACTION)
          .doc("Further field names whose values are secrets.");

  private static final Setting<List<String>> KEEP_KEYS =
      Setting.list(Settings.PREFIX + "REDACTION_KEEP_KEYS")
          .about(Subject.REDACTION)
          .doc("Field names whose values are never secrets, despite their names.");

  private static final Setting<List<Pattern>> PATTERNS =
      Setting.text(Settings.PREFIX + "REDACTION_PATTERNS")
          .about(Subject.REDACTION)
          .map(RedactionSettings::patterns)
          .doc(
              "Further patterns to remove, in RE2 syntax, separated by blanks (write \\s for"
                  + " one).");

  private static final Setting<Boolean> DEAD_LETTERS =
      Setting.flag(Settings.PREFIX + "DEAD_LETTER_REDACTION")
          .about(Subject.REDACTION)
          .fallback("false")
          .doc(
              "Redaction of dead letters too. One that redaction has changed cannot be sent back by"
                  + " redrive.");

  /** All settings of redaction. */
  public static final List<Setting<?>> ALL =
      List.of(KINDS, KEYS, KEEP_KEYS, PATTERNS, DEAD_LETTERS);

  private RedactionSettings() {}

  /** The redactor of everything that leaves. */
  public static Redactor redactor(Settings settings) {
    return new Redactor(
        settings.get(KINDS),
        settings.find(KEYS).orElse(List.of()),
        settings.find(KEEP_KEYS).orElse(List.of()),
        settings.find(PATTERNS).orElse(List.of()));
  }

  /** The redaction of dead letters, null if they keep what was written. */
  public static @Nullable RecordRedaction ofDeadLetters(Settings settings) {
    return settings.get(DEAD_LETTERS) ? new RecordRedaction(redactor(settings)) : null;
  }

  private static Set<Redactor.Kind> kinds(List<String> names) {
    Set<Redactor.Kind> kinds = EnumSet.noneOf(Redactor.Kind.class);
    for (String name : names) {
      if (!name.equalsIgnoreCase("none")) {
        try {
          kinds.add(Redactor.Kind.valueOf(name.toUpperCase(Locale.ROOT)));
        } catch (IllegalArgumentException e) {
          throw new IllegalArgumentException(
              "each of it must be one of secrets, email, phone, card, none", e);
        }
      }
    }
    return kinds;
  }

  private static List<Pattern> patterns(String text) {
    List<Pattern> patterns = new ArrayList<>();
    for (String each : text.split("\\s+", -1)) {
      try {
        patterns.add(Pattern.compile(each));
      } catch (PatternSyntaxException e) {
        throw new IllegalArgumentException(e.getMessage(), e);
      }
    }
    return patterns;
  }
}
