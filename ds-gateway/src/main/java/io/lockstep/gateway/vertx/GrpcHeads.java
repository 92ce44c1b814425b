package io.lockstep.gateway.vertx;

import com.google.rpc.Status;
import io.grpc.StatusRuntimeException;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.ReadOnlyHttp2Headers;
import io.netty.util.AsciiString;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/** Head and trailers of an answer over HTTP/2 (gRPC over HTTP2, "Responses"). */
final class GrpcHeads {
  private static final AsciiString STATUS = AsciiString.cached("grpc-status");
  private static final AsciiString MESSAGE = AsciiString.cached("grpc-message");
  private static final AsciiString DETAILS = AsciiString.cached(Statuses.DETAILS);
  private static final AsciiString OK_STATUS = AsciiString.cached("200");
  private static final AsciiString TYPE = AsciiString.cached("content-type");
  private static final AsciiString GRPC = AsciiString.cached("application/grpc");

  private static final Http2Headers HEAD =
      ReadOnlyHttp2Headers.serverHeaders(true, OK_STATUS, TYPE, GRPC);
  private static final Http2Headers OK =
      ReadOnlyHttp2Headers.trailers(true, STATUS, AsciiString.cached("0"));

  private GrpcHeads() {}

  /** Of a call that has begun. */
  static Http2Headers head() {
    return HEAD;
  }

  static Http2Headers ok() {
    return OK;
  }

  static Http2Headers trailers(StatusRuntimeException error) {
    return with(new DefaultHttp2Headers(), error);
  }

  /** Of a call that has not begun: the head is all there is. */
  static Http2Headers alone(StatusRuntimeException error) {
    return with(new DefaultHttp2Headers().setAll(HEAD), error);
  }

  private static Http2Headers with(Http2Headers headers, StatusRuntimeException error) {
    Status status = Statuses.proto(error);
    return headers
        .set(STATUS, Integer.toString(status.getCode()))
        .set(MESSAGE, percentEncoded(status.getMessage()))
        .set(DETAILS, Statuses.details(status));
  }

  /** What is not encoded need not be; whatever is, every client decodes. */
  private static String percentEncoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
