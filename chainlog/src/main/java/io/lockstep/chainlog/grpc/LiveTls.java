package io.lockstep.chainlog.grpc;

import io.grpc.netty.GrpcSslContexts;
import io.grpc.util.AdvancedTlsX509KeyManager;
import io.grpc.util.AdvancedTlsX509TrustManager;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.OpenSslServerSessionContext;
import io.netty.handler.ssl.OpenSslSessionTicketKey;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSessionContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One side of TLS 1.3 as its files are now: handshakes that begin after they were replaced see the
 * new ones, connections that are there go on. Files that cannot be used, or that are being replaced
 * one after the other, change nothing: they are looked at again.
 */
final class LiveTls implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LiveTls.class);

  /** Longer than a ticket may live (RFC 8446, 4.6.1), so the JDK gives none out. */
  private static final long NO_TICKETS_SECONDS = TimeUnit.DAYS.toSeconds(8);

  private final SslProvider provider;
  private final AdvancedTlsX509KeyManager identity = new AdvancedTlsX509KeyManager();
  private final Optional<AdvancedTlsX509TrustManager> peers;

  /** One that is resumed must have begun with the same trust: no certificate is shown again. */
  private Optional<SSLSessionContext> sessions = Optional.empty();

  private final List<Followed<?>> followed = new ArrayList<>();
  private final ScheduledExecutorService looks =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofVirtual().name("certificate-files").factory());

  private LiveTls(TlsFiles files, SslProvider provider) {
    this.provider = provider;
    this.peers = files.peerTrust().map(file -> peerTrust());
    followed.add(new Followed<>("certificate", () -> PemIdentity.read(files), this::serve));
    peers.ifPresent(
        trust ->
            followed.add(
                new Followed<>(
                    "trust in peers",
                    () -> PemIdentity.readPeers(files.peerTrust().orElseThrow()),
                    now -> {
                      trust(trust, now);
                      sessions.ifPresent(LiveTls::forget);
                    })));
  }

  /**
   * Reads the files, and looks at them again and again until it is closed.
   *
   * @throws IllegalArgumentException when they are of no use
   * @throws java.io.UncheckedIOException when they cannot be read
   */
  static LiveTls start(TlsFiles files) {
    return start(files, TlsFiles.LOOK_EVERY, fastest());
  }

  static LiveTls start(TlsFiles files, Duration lookEvery, SslProvider provider) {
    LiveTls live = new LiveTls(files, provider);
    live.begin();
    var _ =
        live.looks.scheduleWithFixedDelay(
            live::look, lookEvery.toNanos(), lookEvery.toNanos(), TimeUnit.NANOSECONDS);
    return live;
  }

  /** BoringSSL where its library is there. */
  private static SslProvider fastest() {
    return OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK;
  }

  private static AdvancedTlsX509TrustManager peerTrust() {
    try {
      return AdvancedTlsX509TrustManager.newBuilder().build();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  SslContext server() throws SSLException {
    SslContextBuilder builder =
        GrpcSslContexts.configure(SslContextBuilder.forServer(identity), provider)
            .protocols("TLSv1.3")
            .sessionTimeout(NO_TICKETS_SECONDS);
    peers.ifPresent(trust -> builder.trustManager(trust).clientAuth(ClientAuth.REQUIRE));
    return keep(builder.build());
  }

  SslContext client() throws SSLException {
    SslContextBuilder builder =
        GrpcSslContexts.configure(SslContextBuilder.forClient(), provider)
            .protocols("TLSv1.3")
            .keyManager(identity);
    peers.ifPresent(builder::trustManager);
    return keep(builder.build());
  }

  private synchronized SslContext keep(SslContext context) {
    sessions = Optional.of(context.sessionContext());
    return context;
  }

  private void serve(PemIdentity now) {
    identity.updateIdentityCredentials(
        now.chain().toArray(X509Certificate[]::new), now.privateKey());
  }

  private static void trust(AdvancedTlsX509TrustManager trust, List<X509Certificate> now) {
    try {
      trust.updateTrustCredentials(now.toArray(X509Certificate[]::new));
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalArgumentException("the certificates of peers are of no use", e);
    }
  }

  /** A client's are its own; of a port's, BoringSSL's tickets are read with their key only. */
  private static void forget(SSLSessionContext sessions) {
    for (byte[] id : Collections.list(sessions.getIds())) {
      SSLSession session = sessions.getSession(id);
      if (session != null) {
        session.invalidate();
      }
    }
    if (sessions instanceof OpenSslServerSessionContext boring) {
      SecureRandom random = new SecureRandom();
      byte[] name = new byte[OpenSslSessionTicketKey.NAME_SIZE];
      byte[] hmac = new byte[OpenSslSessionTicketKey.HMAC_KEY_SIZE];
      byte[] aes = new byte[OpenSslSessionTicketKey.AES_KEY_SIZE];
      random.nextBytes(name);
      random.nextBytes(hmac);
      random.nextBytes(aes);
      boring.setTicketKeys(new OpenSslSessionTicketKey(name, hmac, aes));
    }
  }

  private synchronized void begin() {
    followed.forEach(Followed::begin);
  }

  /** Looks at the files. */
  synchronized void look() {
    followed.forEach(Followed::look);
  }

  @Override
  public void close() {
    looks.shutdownNow();
  }

  /** What is in some files, and in use. By one thread at a time. */
  private static final class Followed<T> {
    private final String what;
    private final Supplier<T> read;
    private final Consumer<T> use;
    private T used;
    private String warned = "";

    Followed(String what, Supplier<T> read, Consumer<T> use) {
      this.what = what;
      this.read = read;
      this.use = use;
    }

    void begin() {
      used = read.get();
      use.accept(used);
    }

    void look() {
      try {
        T now = read.get();
        if (!now.equals(used)) {
          use.accept(now);
          used = now;
          LOG.info("new connections see another {} of TLS between services", what);
        }
        warned = "";
      } catch (RuntimeException e) {
        String why = String.valueOf(e.getMessage());
        // Not with every look.
        if (!why.equals(warned)) {
          warned = why;
          LOG.warn("the {} of TLS between services stays as it is: {}", what, why);
        }
      }
    }
  }
}
