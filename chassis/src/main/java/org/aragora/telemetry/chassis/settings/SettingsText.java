package org.aragora.telemetry.chassis.settings;

import java.util.Collection;
import java.util.Comparator;
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

  /** Returns the settings for {@code --help}, in alphabetical order. */
  public static String help(Collection<Setting<?>> declared) {
    return declared.stream()
        .sorted(Comparator.comparing(Setting::key))
        .map(
            setting ->
                "  %s (%s%s)%n      %s%n"
                    .formatted(
                        variables(setting, " or "),
                        plain(setting.values()),
                        setting.fallback().map(value -> "; default " + value).orElse(""),
                        setting.doc().replace("`", "")))
        .collect(Collectors.joining());
  }

  /**
   * Returns the reference table in Markdown, in alphabetical order, each setting once.
   *
   * @param programs the declared settings of each program, by its command
   */
  public static String table(Map<String, ? extends Collection<Setting<?>>> programs) {
    Map<String, Map<String, Setting<?>>> keys = new TreeMap<>();
    programs.forEach(
        (program, declared) ->
            declared.forEach(
                setting ->
                    keys.computeIfAbsent(setting.key(), key -> new LinkedHashMap<>())
                        .put(program, setting)));
    StringBuilder table =
        new StringBuilder(
            """
            | variable | default | values | read by | meaning |
            | --- | --- | --- | --- | --- |
            """);
    keys.forEach((key, readers) -> table.append(row(readers, programs.size())));
    return table.toString();
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
