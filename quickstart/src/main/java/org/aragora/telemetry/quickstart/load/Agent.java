package org.aragora.telemetry.quickstart.load;

import java.util.List;

/**
 * An agent of the sample and how its API behaves.
 *
 * @param medianMs usual duration of a call
 * @param failing share of calls that end with an error
 */
record Agent(String name, String provider, String model, double medianMs, double failing) {

  static final List<Agent> ALL =
      List.of(
          new Agent("claude", "anthropic", "claude-sonnet", 2_400, 0.02),
          new Agent("gpt", "openai", "gpt-large", 2_900, 0.03),
          new Agent("gemini", "google", "gemini-pro", 1_900, 0.03),
          new Agent("grok", "xai", "grok-large", 2_200, 0.06),
          new Agent("mistral", "mistral", "mistral-large", 1_400, 0.02),
          new Agent("deepseek", "openrouter", "deepseek-chat", 4_500, 0.08));
}
