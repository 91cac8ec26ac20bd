package org.aragora.telemetry.chaos.access;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/** The table under "Access" of docs/how-to/operate.md. */
final class AclTable {
  private static final Path FILE = Path.of("..", "docs", "how-to", "operate.md");
  private static final Pattern NAME = Pattern.compile("`([^`]+)`");
  private static final Map<String, ResourceType> TYPES =
      Map.of(
          "topic", ResourceType.TOPIC,
          "group", ResourceType.GROUP,
          "transactional id", ResourceType.TRANSACTIONAL_ID,
          "cluster", ResourceType.CLUSTER);

  private AclTable() {}

  /**
   * Returns the permissions of a program; each row names its principal, type, names, operations.
   */
  static List<AclBinding> of(String principal) throws IOException {
    List<AclBinding> bindings = new ArrayList<>();
    for (String line : Files.readAllLines(FILE)) {
      String[] cells = line.split(" *\\| *");
      if (cells.length == 5 && cells[1].equals(principal) && TYPES.containsKey(cells[2])) {
        for (String operation : cells[4].split(", *")) {
          bindings.addAll(bindings(principal, cells[2], cells[3], operation));
        }
      }
    }
    return bindings;
  }

  private static List<AclBinding> bindings(
      String principal, String type, String names, String operation) {
    List<AclBinding> bindings = new ArrayList<>();
    AccessControlEntry entry =
        new AccessControlEntry(
            "User:" + principal,
            "*",
            AclOperation.fromString(
                operation.replaceAll("(?<=[a-z])(?=[A-Z])", "_").toUpperCase(Locale.ROOT)),
            AclPermissionType.ALLOW);
    Matcher name = NAME.matcher(type.equals("cluster") ? "`kafka-cluster`" : names);
    while (name.find()) {
      String text = name.group(1);
      boolean prefixed = text.endsWith("*");
      bindings.add(
          new AclBinding(
              new ResourcePattern(
                  TYPES.get(type),
                  prefixed ? text.substring(0, text.length() - 1) : text,
                  prefixed ? PatternType.PREFIXED : PatternType.LITERAL),
              entry));
    }
    return bindings;
  }
}
