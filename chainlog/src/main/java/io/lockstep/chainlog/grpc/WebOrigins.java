package io.lockstep.chainlog.grpc;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * Which web pages may call a service by gRPC-Web, and what their browsers must be told (Fetch
 * standard, "CORS protocol"). A request without an origin is not a page's, and none of this
 * concerns it. No credentials: tokens are in a header that the page sets itself.
 */
public final class WebOrigins {
  /** No page may call. */
  public static final WebOrigins NONE = new WebOrigins(Set.of());

  private static final int HTTPS_PORT = 443;
  private static final int HTTP_PORT = 80;
  private static final int PORT_MAX = 65_535;
  private static final int NO_CONTENT = 204;
  private static final int FORBIDDEN = 403;

  /** How long a browser need not ask again. Two hours is what the strictest ones keep. */
  private static final String MAX_AGE_SECONDS = "7200";

  private static final String REQUEST_HEADERS =
      "authorization, content-type, grpc-timeout, x-grpc-web, x-user-agent";
  private static final String RESPONSE_HEADERS =
      "grpc-status, grpc-message, grpc-status-details-bin";

  private final Set<String> origins;

  private WebOrigins(Set<String> origins) {
    this.origins = origins;
  }

  /**
   * Exactly these origins.
   *
   * @param origins as browsers write them: {@code https://chat.example} or {@code
   *     http://127.0.0.1:8080}, lower case, without a path and without a default port
   * @throws IllegalArgumentException for anything else, {@code *} and {@code null} among it
   */
  public static WebOrigins of(List<String> origins) {
    Set<String> all = new LinkedHashSet<>();
    for (String origin : origins) {
      if (!wellFormed(origin)) {
        throw new IllegalArgumentException(
            "not an origin as browsers write it (scheme://host[:port], lower case, no path, no"
                + " default port): "
                + origin);
      }
      all.add(origin);
    }
    return new WebOrigins(Set.copyOf(all));
  }

  private static boolean wellFormed(String origin) {
    URI uri;
    try {
      uri = new URI(origin);
    } catch (URISyntaxException e) {
      return false;
    }
    if (uri.getScheme() == null || uri.getHost() == null) {
      return false;
    }
    int usual =
        switch (uri.getScheme()) {
          case "https" -> HTTPS_PORT;
          case "http" -> HTTP_PORT;
          default -> 0;
        };
    int port = uri.getPort();
    String written = uri.getScheme() + "://" + uri.getHost() + (port < 0 ? "" : ":" + port);
    return usual != 0
        && port != usual
        && port != 0
        && port <= PORT_MAX
        && origin.equals(written)
        && origin.equals(origin.toLowerCase(Locale.ROOT));
  }

  /**
   * What is to be done with a request.
   *
   * @param answer status with which it is answered at once; empty: it goes on
   * @param headers of its answer, whatever that is
   */
  public record Verdict(OptionalInt answer, Map<String, String> headers) {}

  /**
   * Judges a request.
   *
   * @param method of HTTP
   * @param header value of a header of the request, or null
   */
  public Verdict judge(String method, UnaryOperator<String> header) {
    String origin = header.apply("origin");
    if (origin == null) {
      return new Verdict(OptionalInt.empty(), Map.of());
    }
    if (!origins.contains(origin)) {
      return new Verdict(OptionalInt.of(FORBIDDEN), Map.of("vary", "origin"));
    }
    if (method.equals("OPTIONS") && header.apply("access-control-request-method") != null) {
      return new Verdict(
          OptionalInt.of(NO_CONTENT),
          Map.of(
              "vary", "origin",
              "access-control-allow-origin", origin,
              "access-control-allow-methods", "POST",
              "access-control-allow-headers", REQUEST_HEADERS,
              "access-control-max-age", MAX_AGE_SECONDS));
    }
    return new Verdict(
        OptionalInt.empty(),
        Map.of(
            "vary", "origin",
            "access-control-allow-origin", origin,
            "access-control-expose-headers", RESPONSE_HEADERS));
  }
}
