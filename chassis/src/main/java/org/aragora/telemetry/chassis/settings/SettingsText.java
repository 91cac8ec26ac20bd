package org.aragora.telemetry.chassis.settings;

import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Texts that are generated from declared settings: help, reference table, list of names. */
public final class SettingsText {
  private SettingsText() {}

  /** Returns the settings for {@code --help}, by subject, each in alphabetical order. */
  public static String help(Collection<Setting<?>> declared) {
    StringBuilder help = new StringBuilder();
    for (Subject subject : Subject.values()) {
      List<Setting<?>> settings =
          declared.stream()
              .filter(setting -> setting.subject() == subject)
              .sorted(Comparator.comparing(Setting::key))
              .toList();
      if (!settings.isEmpty()) {
        help.append(help.isEmpty() ? "" : "%n".formatted());
        help.append("%s:%n".formatted(subject.title()));
        settings.forEach(setting -> help.append(line(setting)));
      }
    }
    return help.toString();
  }

  private static String line(Setting<?> setting) {
    return "  %s (%s%s)%n      %s%n"
        .formatted(
            variables(setting, " or "),
            plain(setting.values()),
            setting.fallback().map(value -> "; default " + value).orElse(""),
            setting.doc().replace("`", ""));
  }

  /**
   * Returns the reference in Markdown: a table for each subject, in alphabetical order, each
   * setting once.
   *
   * @param programs the declared settings of each program, by its command
   */
  public static String table(Map<String, ? extends Collection<Setting<?>>> programs) {
    Map<Subject, Map<String, Map<String, Setting<?>>>> subjects = new EnumMap<>(Subject.class);
    Map<String, Subject> known = new HashMap<>();
    programs.forEach(
        (program, declared) ->
            declared.forEach(
                setting ->
                    subjects
                        .computeIfAbsent(
                            known.computeIfAbsent(setting.key(), key -> setting.subject()),
                            subject -> new TreeMap<>())
                        .computeIfAbsent(setting.key(), key -> new LinkedHashMap<>())
                        .put(program, setting)));
    StringBuilder text = new StringBuilder();
    subjects.forEach(
        (subject, keys) -> {
          text.append(text.isEmpty() ? "" : "\n").append("## ").append(subject.title());
          text.append(
              """


              | variable | default | values | read by | meaning |
              | --- | --- | --- | --- | --- |
              """);
          keys.forEach((key, readers) -> text.append(row(readers, programs.size())));
        });
    return text.toString();
  }

  private static String row(Map<String, Setting<?>> readers, int programs) {
    Setting<?> first = readers.values().iterator().next();
    return "| %s | %s | %s | %s | %s |\n"
        .formatted(
            variables(first, "<br>").replaceAll("[A-Z0-9_]{2,}", "`$0`"),
            defaults(readers),
            plain(first.values()),
            readers.size() == programs ? "all" : String.join(", ", readers.keySet()),
            first.doc().replace("|", "\\|"));
  }

  private static String defaults(Map<String, Setting<?>> readers) {
    Map<String, List<String>> programs =
        readers.entrySet().stream()
            .filter(each -> each.getValue().fallback().isPresent())
            .collect(
                Collectors.groupingBy(
                    each -> "`" + each.getValue().fallback().orElseThrow() + "`",
                    LinkedHashMap::new,
                    Collectors.mapping(Map.Entry::getKey, Collectors.toList())));
    if (programs.size() == 1) {
      return programs.keySet().iterator().next();
    }
    return programs.entrySet().stream()
        .map(each -> each.getKey() + " (" + String.join(", ", each.getValue()) + ")")
        .collect(Collectors.joining("<br>"));
  }

  /** Returns every name under {@link Settings#PREFIX} that some declared setting is read from. */
  public static SortedSet<String> names(Collection<Setting<?>> declared) {
    return declared.stream()
        .flatMap(
            setting ->
                setting.isSecret()
                    ? Stream.of(setting.key(), setting.fileKey())
                    : Stream.of(setting.key()))
        .filter(name -> name.startsWith(Settings.PREFIX))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static String variables(Setting<?> setting, String or) {
    return setting.isSecret() ? setting.key() + or + setting.fileKey() : setting.key();
  }

  private static String plain(String values) {
    return values.startsWith("a ") ? values.substring(2) : values;
  }
}
