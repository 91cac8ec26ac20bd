package org.aragora.telemetry.chassis.redact;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.re2j.Pattern;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.aragora.telemetry.schemas.text.Unicode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RedactorTest {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private final Redactor redactor =
      new Redactor(EnumSet.allOf(Redactor.Kind.class), List.of(), List.of(), List.of());

  @ParameterizedTest
  @ValueSource(
      strings = {
        "password=hunter2",
        "password: hunter2,",
        "{\"password\": \"hunter2 and more\"}",
        "db_password='hunter2'",
        "x-api-key: hunter2",
        "Authorization: Bearer hunter2.abc",
        "authorization: Basic aHVudGVyMjpodW50ZXIy",
        "sent with Bearer hunter2hunter2hunter2",
        "access_token=hunter2&next=1",
        "GET /x?token=hunter2 answered",
        "postgres://user:hunter2@db:5432/aragora",
        "redis://:hunter2@cache",
        "key sk-hunter2hunter2hunter2hunter2",
        "sk_live_hunter2hunter2hunter2",
        "ghp_hunter2hunter2hunter2hunter2hunter2",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJodW50ZXIyIn0.hunter2hunter2",
        "-----BEGIN RSA PRIVATE KEY-----\nhunter2\n-----END RSA PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----\nhunter2 without an end",
        "client_secret = hunter2",
        "Cookie: hunter2"
      })
  void secretIsTakenOut(String text) {
    assertThat(redactor.text(text)).doesNotContain("hunter2").contains(Redactor.MARK);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mail to jane.doe+x@example.co.uk today",
        "<jane.doe@example.com>",
        "jane.doe@example.com.",
        "user=jane.doe@example.com,id=7"
      })
  void addressIsTakenOut(String text) {
    assertThat(redactor.text(text)).doesNotContain("jane").doesNotContain("example");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "call +49 171 1234567 now",
        "+1 (212) 555-0187",
        "+12125550187",
        "(212) 555-0187",
        "call 212-555-0187.",
        "1-212-555-0187",
        "212.555.0187"
      })
  void phoneNumberIsTakenOut(String text) {
    assertThat(redactor.text(text)).doesNotContain("0187").doesNotContain("4567");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "card 4111111111111111 used",
        "4111 1111 1111 1111",
        "4111-1111-1111-1111",
        "amex 378282246310005",
        "card number: 5555555555554444"
      })
  void cardNumberIsTakenOut(String text) {
    assertThat(redactor.text(text))
        .contains(Redactor.MARK)
        .doesNotContain("11")
        .doesNotContain("55");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "trace 4bf92f3577b34da6a3ce929d0e0e4736 span 00f067aa0ba902b7",
        "total_tokens=1234 token_count: 17 tokens: 5",
        "max_token: 4096, token: 12",
        "session_id=abc request_id=req-1",
        "at 1764000000 and 1764000000123 and 1764000000123456789",
        "2026-11-24T12:00:00.123456Z took 12.345678 s",
        "550e8400-e29b-41d4-a716-446655440000",
        "adhoc_1a2b3c4d ended",
        "10.0.0.1:8080 and 192.168.100.200",
        "basic authentication is off",
        "http://jaeger:4318/v1/traces",
        "a@b and @decorator and x@localhost",
        "4111111111111112 is no card",
        "version 1.2.3 build 20261124",
        "secretary and tokenizer and passwordless",
        "Debate debate-42-7 ended: consensus after 12.5 s"
      })
  void ordinaryTextStaysAsItIs(String text) {
    assertThat(redactor.text(text)).isSameAs(text);
  }

  @Test
  void fieldsAreTakenOutByNameAndByContent() {
    Object clean =
        redactor.field(
            "",
            map(
                "api_key",
                "hunter2",
                "total_tokens",
                1234L,
                "token",
                12L,
                "trace_id",
                "4bf92f3577b34da6a3ce929d0e0e4736",
                "nested",
                Map.of("Password", 7L, "to", List.of("jane@example.com", true)),
                "secrets",
                List.of("hunter2", Map.of("a", "hunter2")),
                "db_password_prod",
                "expired",
                "tokens",
                Map.of("input", 5L),
                "card",
                4111111111111111L,
                "order_id",
                4111111111111111L));

    assertThat(clean)
        .isEqualTo(
            map(
                "api_key",
                Redactor.MARK,
                "total_tokens",
                1234L,
                "token",
                12L,
                "trace_id",
                "4bf92f3577b34da6a3ce929d0e0e4736",
                "nested",
                Map.of("Password", Redactor.MARK, "to", List.of(Redactor.MARK, true)),
                "secrets",
                Redactor.MARK,
                "db_password_prod",
                "expired",
                "tokens",
                Map.of("input", 5L),
                "card",
                Redactor.MARK,
                "order_id",
                4111111111111111L));
  }

  private static Map<String, Object> map(Object... entries) {
    Map<String, Object> map = new java.util.LinkedHashMap<>();
    for (int i = 0; i < entries.length; i += 2) {
      map.put((String) entries[i], entries[i + 1]);
    }
    return map;
  }

  @Test
  void patternThatMatchesTheMarkLeavesItAndOneThatCutsItTakesIt() {
    Redactor mine =
        new Redactor(
            Set.of(Redactor.Kind.EMAIL),
            List.of(),
            List.of(),
            List.of(Pattern.compile("[A-Z]+"), Pattern.compile("x .*$")));

    String once = mine.text("to jane@example.com ABC");
    assertThat(once).isEqualTo("to [REDACTED] [REDACTED]");
    assertThat(mine.text(once)).isEqualTo(once);
    assertThat(mine.text("x jane@example.com y")).isEqualTo("[REDACTED]");
  }

  @Test
  void whatIsTakenOutCanBeChosen() {
    Redactor mine =
        new Redactor(
            Set.of(Redactor.Kind.SECRETS),
            List.of("ticket"),
            List.of("csrf_token"),
            List.of(Pattern.compile("EMP-[0-9]+")));

    assertThat(mine.text("ticket=abc csrf_token=def EMP-123 jane@example.com"))
        .isEqualTo("ticket=[REDACTED] csrf_token=def [REDACTED] jane@example.com");
  }

  @Test
  void hostileTextTakesTimeInProportionToItsLength() {
    List<String> hostile =
        List.of(
            "eyJ-",
            "a@",
            "@",
            "a.",
            "+1",
            "4111 ",
            "password ",
            "password\"",
            "-----BEGIN ",
            "://",
            "Bearer ",
            "x-x-",
            "sk-",
            "1-212-",
            "a:a@",
            "password='\\",
            "(",
            "eyJ.",
            "a-token-",
            "password=\\",
            "password\\\"",
            "password=[",
            "password={\"",
            "cookie: \\\"",
            "\"cookie:a",
            "cookie=a\"",
            "cookie=a,",
            "?code=",
            "\"password:",
            "'authorization: is",
            "password=a,",
            "Cookie: a",
            "password:\n",
            "\\",
            "p\\\\\"=",
            "1234567:",
            "://a:/",
            "://a:b@",
            "a-a=",
            "key ",
            "a key=",
            "card 4",
            "https://hooks.slack.com/services/",
            "${",
            "password: str = ");
    for (String piece : hostile) {
      String text = piece.repeat(400_000 / piece.length());
      long begin = THREADS.getCurrentThreadCpuTime(); // other work on the machine does not count
      redactor.text(text);
      assertThat(Duration.ofNanos(THREADS.getCurrentThreadCpuTime() - begin))
          .as(piece)
          .isLessThan(Duration.ofSeconds(5));
    }
  }

  @Test
  void arbitraryTextNeverFails() {
    java.util.Random random = new java.util.Random(7);
    char[] alphabet = "aZ09@.:-_+()=/\"'\\ \n{}eyJsk€😀".toCharArray();
    for (int i = 0; i < 20_000; i++) {
      char[] text = new char[random.nextInt(60)];
      for (int at = 0; at < text.length; at++) {
        text[at] = alphabet[random.nextInt(alphabet.length)];
      }
      assertThat(redactor.text(new String(text))).as(Arrays.toString(text)).isNotNull();
    }
  }

  @Test
  void noRedactionSplitsACharacter() {
    java.util.Random random = new java.util.Random(11);
    List<String> pieces =
        List.of(
            "😀",
            "𝒳",
            "é",
            "a",
            "0",
            "password",
            "=",
            ":",
            " ",
            "\"",
            "'",
            "@",
            ".",
            "/",
            "://",
            "u:",
            "token: ",
            "Cookie: a=",
            ";",
            "+49 170",
            "4111 1111",
            "sk-",
            "Bearer ",
            "\\",
            "\n",
            "[");
    for (int i = 0; i < 50_000; i++) {
      StringBuilder text = new StringBuilder();
      for (int n = random.nextInt(80); n > 0; n--) {
        text.append(pieces.get(random.nextInt(random.nextBoolean() ? 3 : pieces.size())));
      }
      assertThat(redactor.text(text.toString())).matches(Unicode::isWellFormed);
    }
  }
}
