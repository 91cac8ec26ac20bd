package org.aragora.telemetry.exporter.backend;

import java.util.List;
import org.aragora.telemetry.schemas.event.DebateCompleted;
import org.aragora.telemetry.schemas.event.DebateStarted;
import org.aragora.telemetry.schemas.text.Unicode;
import org.jspecify.annotations.Nullable;

/**
 * Data of a debate's start that the export of its end contains.
 *
 * @param task subject of the debate, cut at 2000 characters
 * @param agents names of the first 50 participants
 * @param agentCount number of all participants
 * @param domain subject area
 */
public record DebateStart(
    @Nullable String task,
    List<String> agents,
    int agentCount,
    @Nullable String domain,
    @Nullable Long plannedRounds) {

  private static final int MAX_TASK_CHARS = 2_000;
  private static final int MAX_AGENTS = 50;
  private static final int MAX_AGENT_CHARS = 200;

  public DebateStart {
    agents = List.copyOf(agents);
  }

  static DebateStart of(DebateStarted started) {
    String task = started.task();
    return new DebateStart(
        task == null ? null : Unicode.cut(task, MAX_TASK_CHARS),
        started.agents().stream()
            .limit(MAX_AGENTS)
            .map(name -> Unicode.cut(name, MAX_AGENT_CHARS))
            .toList(),
        started.agents().size(),
        started.domain(),
        started.plannedRounds());
  }

  /** Domain of a debate: that of its end, else that of its start, else {@code general}. */
  public static String domain(DebateCompleted end, @Nullable DebateStart start) {
    String domain = end.domain();
    if ((domain == null || domain.isEmpty()) && start != null) {
      domain = start.domain();
    }
    return domain == null || domain.isEmpty() ? "general" : domain;
  }
}
