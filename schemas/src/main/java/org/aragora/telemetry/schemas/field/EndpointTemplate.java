package org.aragora.telemetry.schemas.field;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Makes a template of a request's path, so that ids do not become series or span names: the query
 * is removed, and each segment that is an id becomes <code>{id}</code>. A template stays as it is.
 * Not thread-safe.
 *
 * <p>The id formats are those that Aragora gives to debates: {@code adhoc_1a2b3c4d}, {@code
 * playground_…}, {@code oracle-…}, {@code teams-…}, {@code slack-…}, {@code tg-…-…}, {@code
 * wa-…-…}, {@code pulse-…-…}, {@code gauntlet-…-…}, {@code nomic-…-…}; and UUIDs, numbers and long
 * hexadecimal ids.
 */
public final class EndpointTemplate {
  /** Bounds of the cache, a few mebibytes in all: a longer endpoint is not worth keeping. */
  private static final int CACHED = 4096;

  private static final int CACHED_CHARS = 256;

  private static final Pattern ID =
      Pattern.compile(
          "\\d+"
              + "|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
              + "|(?=[a-z]*\\d)[0-9a-f]{16,}"
              + "|(?:adhoc|playground)_[0-9a-f]{8,}"
              + "|(?:oracle|teams|slack)-[0-9a-f]{8,}"
              + "|(?:tg|wa|pulse|gauntlet)-[0-9-]{1,20}-[0-9a-f]{6,}"
              + "|nomic-\\d+-\\d+",
          Pattern.CASE_INSENSITIVE);

  private final Map<String, String> known =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, String> eldest) {
          return size() > CACHED;
        }
      };

  /** The template of an endpoint, {@code /} for an empty one. */
  public String of(String endpoint) {
    if (endpoint.length() > CACHED_CHARS) {
      return make(endpoint);
    }
    String template = known.get(endpoint);
    if (template == null) {
      template = make(endpoint);
      known.put(endpoint, template);
    }
    return template;
  }

  /** An endpoint without query and fragment, ids as they are. */
  public static String path(String endpoint) {
    return endpoint.substring(0, indexOfQuery(endpoint));
  }

  private static String make(String endpoint) {
    String path = path(endpoint);
    StringBuilder template = new StringBuilder(path.length());
    int from = 0;
    while (from <= path.length()) {
      int slash = path.indexOf('/', from);
      int to = slash < 0 ? path.length() : slash;
      String segment = path.substring(from, to);
      template.append(ID.matcher(segment).matches() ? "{id}" : segment);
      if (slash >= 0) {
        template.append('/');
      }
      from = to + 1;
    }
    return template.isEmpty() ? "/" : template.toString();
  }

  private static int indexOfQuery(String endpoint) {
    for (int i = 0; i < endpoint.length(); i++) {
      if (endpoint.charAt(i) == '?' || endpoint.charAt(i) == '#') {
        return i;
      }
    }
    return endpoint.length();
  }
}
