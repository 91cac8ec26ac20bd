package org.aragora.telemetry.chassis.main;

import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.aragora.telemetry.chassis.settings.Spelling;
import picocli.CommandLine;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Sentences about a wrong use of a command, without the words of Java. */
final class Usage {
  private static final int NEAR = 3;

  private Usage() {}

  static void prepare(CommandLine command) {
    convert(command, List.of(int.class, Integer.class), Integer::valueOf, "a whole number");
    convert(command, List.of(long.class, Long.class), Long::valueOf, "a whole number");
    convert(command, List.of(double.class, Double.class), Double::valueOf, "a number");
    IParameterExceptionHandler other = command.getParameterExceptionHandler();
    command.setParameterExceptionHandler(
        (wrong, arguments) -> {
          String meant =
              wrong instanceof UnmatchedArgumentException unknown ? nearest(unknown) : "";
          if (meant.isEmpty()) {
            return other.handleParseException(wrong, arguments);
          }
          wrong
              .getCommandLine()
              .getErr()
              .println("%s%nPossible solutions: %s".formatted(wrong.getMessage(), meant));
          return ExitCodes.USAGE;
        });
  }

  private static <T> void convert(
      CommandLine command, List<Class<?>> types, Function<String, T> read, String what) {
    CommandLine.ITypeConverter<T> converter =
        text -> {
          try {
            return read.apply(text.strip());
          } catch (NumberFormatException e) {
            throw new TypeConversionException("'%s' is not %s".formatted(text, what));
          }
        };
    for (Class<?> type : types) {
      @SuppressWarnings("unchecked") // a primitive type has no parameter of its own
      Class<T> each = (Class<T>) type;
      command.registerConverter(each, converter);
    }
  }

  /**
   * Options that the first unknown one may mean; picocli asks for it only if it is the only one.
   */
  private static String nearest(UnmatchedArgumentException unknown) {
    String first = unknown.getUnmatched().get(0);
    String given = first.replaceFirst("=.*", "");
    boolean alone = unknown.getUnmatched().size() == 1 && given.equals(first);
    if (alone || !given.startsWith("--")) {
      return "";
    }
    return unknown.getCommandLine().getCommandSpec().options().stream()
        .map(OptionSpec::longestName)
        .filter(name -> Spelling.distance(given, name) <= NEAR)
        .sorted(Comparator.comparingInt(name -> Spelling.distance(given, name)))
        .collect(Collectors.joining(", "));
  }
}
