package io.lockstep.directory;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.MessageLite;
import com.google.rpc.ErrorInfo;
import com.google.rpc.Status;
import io.lockstep.api.v1.EnrollClientResponse;
import io.lockstep.api.v1.LookupRequest;
import io.lockstep.api.v1.LookupResponse;
import io.lockstep.api.v1.Reason;
import io.lockstep.chainlog.grpc.WebOrigins;
import io.lockstep.chainlog.kafka.EmbeddedBroker;
import io.lockstep.directory.account.Person;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The service as browsers see it: gRPC-Web and CORS. */
@Timeout(120)
class WebEndToEndTest {
  private static final String PAGE = "https://chat.example";
  private static final InetSocketAddress ANY =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  private static final int PREFIX_BYTES = 5;

  @TempDir static Path dir;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final Person alice = new Person("alice", new SecureRandom());
  private URI base;

  @Test
  void aBrowserEnrolsAndLooksUpAndIsToldWhatItDidWrong() throws Exception {
    try (EmbeddedBroker broker = EmbeddedBroker.start(dir.resolve("kafka"));
        DirectoryNode node =
            DirectoryNode.start(
                DirectoryConfig.embedded(
                        broker.connection(), dir.resolve("one"), ANY, Registration.OPEN)
                    .withWeb(WebConfig.of(ANY, Optional.empty(), WebOrigins.of(List.of(PAGE)))))) {
      base = URI.create("http://127.0.0.1:" + node.webPort().orElseThrow());
      assertEquals(403, preflight("https://evil.example").statusCode());
      HttpResponse<byte[]> allowed = preflight(PAGE);
      assertEquals(204, allowed.statusCode());
      assertEquals(Optional.of(PAGE), allowed.headers().firstValue("access-control-allow-origin"));

      assertEquals(0, call("Register", alice.register(""), "").length);
      EnrollClientResponse enrolled =
          EnrollClientResponse.parseFrom(call("EnrollClient", alice.enroll(), ""));
      LookupRequest lookup = LookupRequest.newBuilder().setUserName("alice").build();
      LookupResponse found =
          LookupResponse.parseFrom(call("Lookup", lookup, "Bearer " + enrolled.getToken()));
      assertArrayEquals(alice.clientKey(), found.getClients(0).getSignatureKey().toByteArray());

      assertEquals(Reason.TOKEN_MISSING, refused("Lookup", lookup, ""));
      Person bob = new Person("alice", new SecureRandom());
      assertEquals(Reason.USER_EXISTS, refused("Register", bob.register(""), ""));
    }
  }

  private HttpResponse<byte[]> preflight(String origin) throws Exception {
    return http.send(
        HttpRequest.newBuilder(base.resolve("/io.lockstep.api.v1.Authentication/Register"))
            .method("OPTIONS", HttpRequest.BodyPublishers.noBody())
            .header("origin", origin)
            .header("access-control-request-method", "POST")
            .build(),
        HttpResponse.BodyHandlers.ofByteArray());
  }

  private HttpResponse<byte[]> post(String method, MessageLite message, String authorization)
      throws Exception {
    byte[] bytes = message.toByteArray();
    HttpRequest.Builder request =
        HttpRequest.newBuilder(base.resolve("/io.lockstep.api.v1.Authentication/" + method))
            .header("origin", PAGE)
            .header("content-type", "application/grpc-web+proto")
            .POST(
                HttpRequest.BodyPublishers.ofByteArray(
                    ByteBuffer.allocate(PREFIX_BYTES + bytes.length)
                        .put((byte) 0)
                        .putInt(bytes.length)
                        .put(bytes)
                        .array()));
    if (!authorization.isEmpty()) {
      request.header("authorization", authorization);
    }
    HttpResponse<byte[]> response =
        http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    assertEquals(200, response.statusCode());
    assertEquals(Optional.of(PAGE), response.headers().firstValue("access-control-allow-origin"));
    return response;
  }

  /** The message of an answer that is one message and then trailers. */
  private byte[] call(String method, MessageLite message, String authorization) throws Exception {
    byte[] body = post(method, message, authorization).body();
    assertEquals(0, body[0]);
    int end = PREFIX_BYTES + ByteBuffer.wrap(body).getInt(1);
    assertEquals((byte) 0x80, body[end]);
    String trailers =
        new String(
            body, end + PREFIX_BYTES, body.length - end - PREFIX_BYTES, StandardCharsets.US_ASCII);
    assertTrue(trailers.contains("grpc-status:0\r\n"), trailers);
    return Arrays.copyOfRange(body, PREFIX_BYTES, end);
  }

  private Reason refused(String method, MessageLite message, String authorization)
      throws Exception {
    HttpResponse<byte[]> response = post(method, message, authorization);
    assertEquals(0, response.body().length);
    String details = response.headers().firstValue("grpc-status-details-bin").orElseThrow();
    return Reason.valueOf(
        Status.parseFrom(Base64.getDecoder().decode(details))
            .getDetails(0)
            .unpack(ErrorInfo.class)
            .getReason());
  }
}
