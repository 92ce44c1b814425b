package io.lockstep.chainlog.vertx;

import io.lockstep.chainlog.grpc.WebOrigins;
import io.vertx.core.http.HttpServerRequest;

/** Says to browsers which pages may call, before a request comes to gRPC. */
public final class Cors {
  private final WebOrigins origins;

  public Cors(WebOrigins origins) {
    this.origins = origins;
  }

  /** Whether the request goes on; if not, it is answered. */
  public boolean letsIn(HttpServerRequest request) {
    WebOrigins.Verdict verdict = origins.judge(request.method().name(), request::getHeader);
    verdict.headers().forEach(request.response().headers()::set);
    verdict
        .answer()
        .ifPresent(
            status -> {
              var _ = request.response().setStatusCode(status).end();
            });
    return verdict.answer().isEmpty();
  }
}
