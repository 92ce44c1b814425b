package io.lockstep.gateway;

import com.google.protobuf.MessageLite;
import com.google.rpc.ErrorInfo;
import com.google.rpc.Status;
import io.lockstep.api.v1.Reason;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;

/** Calls by gRPC-Web as a page's browser makes them. */
final class WebPage implements AutoCloseable {
  static final int PREFIX_BYTES = 5;
  private static final int TRAILERS = 0x80;
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final HttpClient http;
  private final String base;
  private final Optional<String> origin;
  private final Optional<String> token;

  private WebPage(HttpClient http, String base, Optional<String> origin, Optional<String> token) {
    this.http = http;
    this.base = base;
    this.origin = origin;
    this.token = token;
  }

  /** HTTP/1.1 without TLS, as browsers have it. */
  static WebPage plain(int port, String token) {
    return new WebPage(
        HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build(),
        "http://127.0.0.1:" + port,
        Optional.of(GatewayWorld.PAGE),
        Optional.of(token));
  }

  /** With TLS, and HTTP/2. */
  static WebPage secure(int port, String token, SSLContext trusted) {
    return new WebPage(
        HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).sslContext(trusted).build(),
        "https://127.0.0.1:" + port,
        Optional.of(GatewayWorld.PAGE),
        Optional.of(token));
  }

  WebPage of(Optional<String> otherOrigin) {
    return new WebPage(http, base, otherOrigin, token);
  }

  WebPage withToken(Optional<String> other) {
    return new WebPage(http, base, origin, other);
  }

  HttpResponse<byte[]> preflight(String method) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(base + path(method)))
            .method("OPTIONS", HttpRequest.BodyPublishers.noBody())
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "authorization,content-type,x-grpc-web");
    origin.ifPresent(value -> request.header("origin", value));
    return http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
  }

  private static String path(String method) {
    return "/io.lockstep.api.v1.Delivery/" + method;
  }

  Answer call(String method, MessageLite message) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(base + path(method)))
            .timeout(PATIENCE)
            .POST(HttpRequest.BodyPublishers.ofByteArray(RawHttp2.message(message.toByteArray())))
            .header("content-type", "application/grpc-web+proto")
            .header("x-grpc-web", "1");
    origin.ifPresent(value -> request.header("origin", value));
    token.ifPresent(value -> request.header("authorization", "Bearer " + value));
    return new Answer(http.send(request.build(), HttpResponse.BodyHandlers.ofInputStream()));
  }

  @Override
  public void close() {
    http.shutdownNow();
  }

  /** What comes back, message by message. */
  static final class Answer implements AutoCloseable {
    final HttpResponse<InputStream> http;
    private final DataInputStream in;
    private final Map<String, String> trailers = new LinkedHashMap<>();

    private Answer(HttpResponse<InputStream> http) {
      this.http = http;
      this.in = new DataInputStream(http.body());
    }

    /** The next message; empty when the trailers have come, or the headers had them. */
    Optional<byte[]> next() throws IOException {
      int flags;
      try {
        flags = in.readUnsignedByte();
      } catch (EOFException end) {
        http.headers().map().forEach((name, values) -> trailers.put(name, values.getFirst()));
        return Optional.empty();
      }
      byte[] bytes = new byte[in.readInt()];
      in.readFully(bytes);
      if ((flags & TRAILERS) == 0) {
        return Optional.of(bytes);
      }
      new String(bytes, StandardCharsets.US_ASCII)
          .lines()
          .forEach(
              line ->
                  trailers.put(
                      line.substring(0, line.indexOf(':')),
                      line.substring(line.indexOf(':') + 1).strip()));
      if (in.read() >= 0) {
        throw new AssertionError("there is something after the trailers");
      }
      return Optional.empty();
    }

    /** The gRPC status; to be asked for when there is no message any more. */
    int status() {
      return Integer.parseInt(trailers.get("grpc-status"));
    }

    Reason reason() throws Exception {
      Status status =
          Status.parseFrom(Base64.getDecoder().decode(trailers.get("grpc-status-details-bin")));
      if (status.getCode() != status()) {
        throw new AssertionError("two codes: " + trailers);
      }
      return Reason.valueOf(status.getDetails(0).unpack(ErrorInfo.class).getReason());
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }

  /** The bytes of a request as they are on the wire of HTTP/1.1. */
  static byte[] raw(String method, String token, MessageLite message) {
    byte[] body = RawHttp2.message(message.toByteArray());
    byte[] head =
        ("POST "
                + path(method)
                + " HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/grpc-web+proto\r\n"
                + "x-grpc-web: 1\r\norigin: "
                + GatewayWorld.PAGE
                + "\r\nauthorization: Bearer "
                + token
                + "\r\ncontent-length: "
                + body.length
                + "\r\n\r\n")
            .getBytes(StandardCharsets.US_ASCII);
    return ByteBuffer.allocate(head.length + body.length).put(head).put(body).array();
  }
}
