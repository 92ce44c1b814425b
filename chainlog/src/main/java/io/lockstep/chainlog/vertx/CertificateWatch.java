package io.lockstep.chainlog.vertx;

import io.lockstep.chainlog.grpc.TlsFiles;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.net.ServerSSLOptions;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives a server the certificate that is in its files now. Files that cannot be used, or that are
 * being replaced one after the other, change nothing: they are looked at again.
 */
public final class CertificateWatch {
  private static final Logger LOG = LoggerFactory.getLogger(CertificateWatch.class);

  private final HttpServer server;
  private final TlsFiles files;
  private final ServerSSLOptions options;
  private PortCertificate served;
  private PortCertificate tried;
  private String warned = "";

  /**
   * @param served what the server was made with
   * @param options all else that the server was made with
   */
  public CertificateWatch(
      HttpServer server, TlsFiles files, PortCertificate served, ServerSSLOptions options) {
    this.server = server;
    this.files = files;
    this.options = options;
    this.served = served;
    this.tried = served;
  }

  /** Looks again and again, on the event loop that this is called on. */
  public void lookEvery(Duration interval, Vertx vertx) {
    vertx.setPeriodic(
        interval.toMillis(),
        id -> {
          var _ = look();
        });
  }

  /**
   * On the event loop; the files are small, and in the system's cache. Completes with true when new
   * connections see another certificate from now on.
   */
  public Future<Boolean> look() {
    PortCertificate now;
    try {
      now = PortCertificate.read(files);
    } catch (RuntimeException e) {
      warnOnce(e.getMessage());
      return Future.succeededFuture(false);
    }
    if (now.equals(served) || now.equals(tried)) {
      return Future.succeededFuture(false);
    }
    tried = now;
    return server
        .updateSSLOptions(options.copy().setKeyCertOptions(now.options()))
        .map(
            changed -> {
              served = now;
              warned = "";
              LOG.info("new connections see a new certificate");
              return true;
            })
        .otherwise(
            failure -> {
              warnOnce(failure.getMessage());
              return false;
            });
  }

  /** Not with every look. */
  private void warnOnce(String why) {
    if (!why.equals(warned)) {
      warned = why;
      LOG.warn("the certificate stays as it is: {}", why);
    }
  }
}
