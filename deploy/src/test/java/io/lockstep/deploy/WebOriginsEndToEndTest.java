package io.lockstep.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code lockstep up --web-origins}: pages of these origins may call both services. */
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class WebOriginsEndToEndTest {
  private static final String PAGE = "http://127.0.0.1:8080";
  private static final String OTHER_PAGE = "https://chat.example";
  private static final String STRANGER = "https://evil.example";
  private static final String LOOKUP = "/io.lockstep.api.v1.Authentication/Lookup";
  private static final String LISTEN = "/io.lockstep.api.v1.Delivery/Listen";
  private static final String FOR_BROWSERS = "  for browsers  ";
  private static final byte[] EMPTY_MESSAGE = new byte[5];

  @TempDir private static Path dir;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @Test
  void pagesOfTheseOriginsMayCallBothServicesAndNoOthers() throws Exception {
    NodeProcess.Ports ports = NodeProcess.Ports.free();
    try (NodeProcess node =
        NodeProcess.start(
            dir.resolve("node"),
            dir.resolve("profile.properties"),
            ports,
            "--web-origins",
            PAGE + "," + OTHER_PAGE,
            "--authentication-web-port",
            "0")) {
      String authentication =
          node.said().stream()
              .filter(line -> line.startsWith(FOR_BROWSERS))
              .map(line -> line.substring(FOR_BROWSERS.length()))
              .findFirst()
              .orElseThrow(() -> new AssertionError(node.said()));
      for (String method :
          new String[] {authentication + LOOKUP, "http://127.0.0.1:" + ports.gateway() + LISTEN}) {
        for (String page : new String[] {PAGE, OTHER_PAGE}) {
          HttpResponse<Void> allowed = preflight(method, page);
          assertEquals(204, allowed.statusCode(), method);
          assertEquals(Optional.of(page), mayRead(allowed));
          // It comes as far as the service, which wants a token.
          HttpResponse<Void> answer = call(method, page);
          assertEquals(200, answer.statusCode());
          assertEquals(Optional.of(page), mayRead(answer));
          assertEquals(Optional.of("16"), answer.headers().firstValue("grpc-status"));
        }
        assertEquals(403, preflight(method, STRANGER).statusCode());
        assertEquals(403, call(method, STRANGER).statusCode());
      }
    }
  }

  @Test
  void whatIsNoOriginIsRefusedByName() {
    CommandRun run =
        CommandRun.of("up", "--data", dir.resolve("none").toString(), "--web-origins", PAGE + "/");
    assertEquals(2, run.exitCode(), run::everything);
    assertTrue(run.err().contains("--web-origins: not an origin"), run::everything);
  }

  private static Optional<String> mayRead(HttpResponse<?> answer) {
    return answer.headers().firstValue("access-control-allow-origin");
  }

  private HttpResponse<Void> preflight(String method, String page) throws Exception {
    return http.send(
        HttpRequest.newBuilder(URI.create(method))
            .method("OPTIONS", HttpRequest.BodyPublishers.noBody())
            .header("origin", page)
            .header("access-control-request-method", "POST")
            .build(),
        HttpResponse.BodyHandlers.discarding());
  }

  private HttpResponse<Void> call(String method, String page) throws Exception {
    return http.send(
        HttpRequest.newBuilder(URI.create(method))
            .header("origin", page)
            .header("content-type", "application/grpc-web+proto")
            .POST(HttpRequest.BodyPublishers.ofByteArray(EMPTY_MESSAGE))
            .build(),
        HttpResponse.BodyHandlers.discarding());
  }
}
