package io.lockstep.chainlog.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WebOriginsTest {
  private static final WebOrigins ORIGINS =
      WebOrigins.of(List.of("https://chat.example", "http://127.0.0.1:8080", "http://[::1]:9"));

  @ParameterizedTest
  @ValueSource(strings = {"https://chat.example", "http://127.0.0.1:8080", "http://[::1]:9"})
  void aListedOriginMayCall(String origin) {
    WebOrigins.Verdict verdict = ORIGINS.judge("POST", Map.of("origin", origin)::get);
    assertEquals(OptionalInt.empty(), verdict.answer());
    assertEquals(origin, verdict.headers().get("access-control-allow-origin"));
    assertEquals("origin", verdict.headers().get("vary"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://chat.example.evil",
        "http://chat.example",
        "https://chat.example:8443",
        "https://CHAT.example",
        "null",
        ""
      })
  void anotherOneMayNot(String origin) {
    WebOrigins.Verdict verdict = ORIGINS.judge("POST", Map.of("origin", origin)::get);
    assertEquals(OptionalInt.of(403), verdict.answer());
    assertEquals(Map.of("vary", "origin"), verdict.headers());
  }

  @Test
  void aPreflightIsAnsweredAndAnOptionsRequestThatIsNoneIsNot() {
    Map<String, String> asks =
        Map.of("origin", "https://chat.example", "access-control-request-method", "POST");
    WebOrigins.Verdict preflight = ORIGINS.judge("OPTIONS", asks::get);
    assertEquals(OptionalInt.of(204), preflight.answer());
    assertEquals("POST", preflight.headers().get("access-control-allow-methods"));
    assertEquals(OptionalInt.empty(), ORIGINS.judge("POST", asks::get).answer());
    assertEquals(
        OptionalInt.empty(),
        ORIGINS.judge("OPTIONS", Map.of("origin", "https://chat.example")::get).answer());
  }

  @Test
  void aRequestWithoutAnOriginIsNotOfAPage() {
    WebOrigins.Verdict verdict = WebOrigins.NONE.judge("POST", name -> null);
    assertEquals(OptionalInt.empty(), verdict.answer());
    assertTrue(verdict.headers().isEmpty());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "*",
        "null",
        "",
        "chat.example",
        "https://",
        "https://chat.example/",
        "https://chat.example/app",
        "https://chat.example?",
        "https://Chat.example",
        "https://chat.example:443",
        "http://chat.example:80",
        "https://chat.example:99999",
        "https://chat.example:0",
        "https://chat.example:",
        "https://user@chat.example",
        "ftp://chat.example",
        "https://*.example",
        "https://chat.example https://b.example"
      })
  void whatIsNoOriginIsRefused(String text) {
    assertThrows(IllegalArgumentException.class, () -> WebOrigins.of(List.of(text)));
  }
}
