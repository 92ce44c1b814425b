package io.lockstep.deploy.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A headless Chromium with one page, driven by the DevTools protocol. It finds no host but
 * 127.0.0.1.
 */
final class Chromium implements AutoCloseable {
  private static final Duration START_MAX = Duration.ofSeconds(30);
  private static final Duration ANSWER_MAX = Duration.ofSeconds(20);
  private static final Duration END_MAX = Duration.ofSeconds(10);
  private static final long LOOK_MILLIS = 20;
  private static final ObjectMapper JSON = new ObjectMapper();

  /** What the page wrote to its console, and what went wrong in it. */
  final Queue<String> console = new ConcurrentLinkedQueue<>();

  private final Process process;
  private final HttpClient http = HttpClient.newHttpClient();
  private final AtomicInteger ids = new AtomicInteger();
  private final Map<Integer, CompletableFuture<JsonNode>> asked = new ConcurrentHashMap<>();
  private WebSocket page;

  private Chromium(Process process) {
    this.process = process;
  }

  /**
   * Opens a page.
   *
   * @param profile an empty directory
   */
  static Chromium open(String executable, Path profile, String url) throws Exception {
    Process process =
        new ProcessBuilder(
                executable,
                "--headless=new",
                // Chromium's own sandbox does not run as root, nor in most containers.
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--no-first-run",
                "--no-proxy-server",
                "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
                "--remote-debugging-port=0",
                "--user-data-dir=" + profile,
                "about:blank")
            .redirectErrorStream(true)
            .redirectOutput(profile.resolve("chromium.log").toFile())
            .start();
    Chromium chromium = new Chromium(process);
    try {
      chromium.attach(profile.resolve("DevToolsActivePort"));
      var _ = chromium.ask("Runtime.enable", Map.of());
      var _ = chromium.ask("Page.enable", Map.of());
      var _ = chromium.ask("Page.navigate", Map.of("url", url));
      return chromium;
    } catch (Exception e) {
      chromium.close();
      throw e;
    }
  }

  private void attach(Path portFile) throws Exception {
    long end = System.nanoTime() + START_MAX.toNanos();
    while (!Files.exists(portFile) || Files.readAllLines(portFile).size() < 2) {
      if (!process.isAlive() || System.nanoTime() - end > 0) {
        throw new IOException(
            "Chromium does not come up: "
                + Files.readString(portFile.resolveSibling("chromium.log")));
      }
      TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
    }
    String port = Files.readAllLines(portFile).getFirst();
    JsonNode target =
        JSON.readTree(
            http.send(
                    HttpRequest.newBuilder(
                            URI.create("http://127.0.0.1:" + port + "/json/new?about:blank"))
                        .PUT(HttpRequest.BodyPublishers.noBody())
                        .build(),
                    HttpResponse.BodyHandlers.ofString())
                .body());
    page =
        http.newWebSocketBuilder()
            .buildAsync(URI.create(target.get("webSocketDebuggerUrl").asText()), new Listener())
            .get(ANSWER_MAX.toSeconds(), TimeUnit.SECONDS);
  }

  private JsonNode ask(String method, Map<String, ?> parameters) throws Exception {
    int id = ids.incrementAndGet();
    CompletableFuture<JsonNode> answer = new CompletableFuture<>();
    asked.put(id, answer);
    var _ =
        page.sendText(
                JSON.writeValueAsString(Map.of("id", id, "method", method, "params", parameters)),
                true)
            .get(ANSWER_MAX.toSeconds(), TimeUnit.SECONDS);
    return answer.get(ANSWER_MAX.toSeconds(), TimeUnit.SECONDS);
  }

  /** The value of a JavaScript expression, as text. */
  String evaluate(String expression) throws Exception {
    JsonNode result =
        ask(
            "Runtime.evaluate",
            Map.of("expression", expression, "awaitPromise", true, "returnByValue", true));
    if (result.has("exceptionDetails")) {
      throw new IllegalStateException(expression + ": " + result.get("exceptionDetails"));
    }
    return result.at("/result/value").asText();
  }

  /** Waits until an expression is true. */
  void await(String expression, Duration atMost) throws Exception {
    long end = System.nanoTime() + atMost.toNanos();
    while (!evaluate("Boolean(" + expression + ")").equals("true")) {
      if (System.nanoTime() - end > 0) {
        throw new AssertionError(
            "not within " + atMost.toSeconds() + " s: " + expression + "\nconsole: " + console);
      }
      TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
    }
  }

  @Override
  public void close() {
    List<ProcessHandle> all = process.descendants().toList();
    process.destroy();
    try {
      if (!process.waitFor(END_MAX.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    all.forEach(ProcessHandle::destroyForcibly);
    http.shutdownNow();
  }

  private final class Listener implements WebSocket.Listener {
    private final StringBuilder text = new StringBuilder();

    @Override
    public CompletionStage<?> onText(WebSocket socket, CharSequence part, boolean last) {
      text.append(part);
      if (last) {
        take(text.toString());
        text.setLength(0);
      }
      socket.request(1);
      return null;
    }

    private void take(String message) {
      try {
        JsonNode node = JSON.readTree(message);
        if (node.has("id")) {
          CompletableFuture<JsonNode> answer = asked.remove(node.get("id").asInt());
          if (node.has("error")) {
            answer.completeExceptionally(new IOException(node.get("error").toString()));
          } else {
            answer.complete(node.get("result"));
          }
        } else if (node.path("method").asText().equals("Runtime.consoleAPICalled")
            || node.path("method").asText().equals("Runtime.exceptionThrown")) {
          console.add(node.get("params").toString());
        }
      } catch (IOException e) {
        console.add("not understood: " + message);
      }
    }
  }
}
