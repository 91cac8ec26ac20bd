package org.aragora.telemetry.testbed.events;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Texts of characters outside of the basic plane, each two UTF-16 units and four bytes long. One
 * cut at any number of units or bytes leaves half a character in at least one of them.
 */
public final class AstralTexts {
  private static final String FACE = "\uD83D\uDE00";

  private AstralTexts() {}

  /** Texts about as long as a bound, in code points, UTF-16 units and bytes, at each parity. */
  public static List<String> around(int bound) {
    return Stream.of(bound, bound / 2, bound / 4, 2 * bound)
        .flatMap(
            length ->
                IntStream.rangeClosed(0, 3)
                    .boxed()
                    .flatMap(
                        shift ->
                            IntStream.rangeClosed(Math.max(0, length - 2), length + 2)
                                .mapToObj(faces -> "a".repeat(shift) + FACE.repeat(faces))))
        .toList();
  }
}
