package io.lockstep.gateway;

import io.lockstep.chainlog.vertx.ConnectionLimits;
import io.lockstep.gateway.admission.OpenLimits;
import io.lockstep.gateway.admission.RateLimits;
import io.lockstep.gateway.streams.CreditLimits;
import io.lockstep.gateway.streams.FanoutLimits;
import java.time.Duration;

/**
 * Limits of one gateway. A submission is answered within the two timeouts, which together are less
 * than a client waits by default.
 *
 * @param eventLoops threads that serve clients
 * @param pendingMax submissions that may wait for their outcome
 * @param answerTimeout longest wait for the outcome of a submission
 * @param ownerTimeout longest wait for an owner or the key store
 * @param groupViewsMax groups whose newest passes are known without asking
 * @param certificateCheck how often the files of the clients' TLS are looked at for a new
 *     certificate
 * @param connections limits of the clients' connections
 * @param open how many calls and streams clients may have
 * @param rates how fast clients may send
 * @param fanout limits of each event loop's fan-out
 */
public record GatewayLimits(
    int eventLoops,
    int pendingMax,
    Duration answerTimeout,
    Duration ownerTimeout,
    int groupViewsMax,
    Duration certificateCheck,
    ConnectionLimits connections,
    OpenLimits open,
    RateLimits rates,
    FanoutLimits fanout) {
  public static final GatewayLimits DEFAULT =
      new GatewayLimits(
          Math.max(1, Runtime.getRuntime().availableProcessors()),
          10_000,
          Duration.ofSeconds(5),
          Duration.ofSeconds(4),
          10_000,
          Duration.ofSeconds(10),
          ConnectionLimits.DEFAULT,
          OpenLimits.DEFAULT,
          RateLimits.DEFAULT,
          FanoutLimits.DEFAULT);

  public GatewayLimits {
    if (eventLoops < 1
        || pendingMax < 1
        || groupViewsMax < 1
        || !answerTimeout.isPositive()
        || !ownerTimeout.isPositive()
        || !certificateCheck.isPositive()) {
      throw new IllegalArgumentException("limits must be positive");
    }
  }

  /** The same with another number of threads that serve clients. */
  public GatewayLimits withEventLoops(int count) {
    return new GatewayLimits(
        count,
        pendingMax,
        answerTimeout,
        ownerTimeout,
        groupViewsMax,
        certificateCheck,
        connections,
        open,
        rates,
        fanout);
  }

  /** The same with another grace period for the pass of a new epoch. */
  public GatewayLimits withGrace(Duration grace) {
    return new GatewayLimits(
        eventLoops,
        pendingMax,
        answerTimeout,
        ownerTimeout,
        groupViewsMax,
        certificateCheck,
        connections,
        open,
        rates,
        fanout.withGraceMillis(grace.toMillis()));
  }

  /** The same with another credit for each stream of a client. */
  public GatewayLimits withCredit(CreditLimits credit) {
    return new GatewayLimits(
        eventLoops,
        pendingMax,
        answerTimeout,
        ownerTimeout,
        groupViewsMax,
        certificateCheck,
        connections,
        open,
        rates,
        fanout.withCredit(credit));
  }

  /** The same with another wait for outcomes. */
  public GatewayLimits withAnswerTimeout(Duration timeout) {
    return new GatewayLimits(
        eventLoops,
        pendingMax,
        timeout,
        ownerTimeout,
        groupViewsMax,
        certificateCheck,
        connections,
        open,
        rates,
        fanout);
  }

  /** The same with another interval between looks at the certificate. */
  public GatewayLimits withCertificateCheck(Duration interval) {
    return new GatewayLimits(
        eventLoops,
        pendingMax,
        answerTimeout,
        ownerTimeout,
        groupViewsMax,
        interval,
        connections,
        open,
        rates,
        fanout);
  }

  /** The same with other rates. */
  public GatewayLimits withRates(RateLimits others) {
    return new GatewayLimits(
        eventLoops,
        pendingMax,
        answerTimeout,
        ownerTimeout,
        groupViewsMax,
        certificateCheck,
        connections,
        open,
        others,
        fanout);
  }

  /** The same with other limits of connections. */
  public GatewayLimits withConnections(ConnectionLimits others) {
    return new GatewayLimits(
        eventLoops,
        pendingMax,
        answerTimeout,
        ownerTimeout,
        groupViewsMax,
        certificateCheck,
        others,
        open,
        rates,
        fanout);
  }

  /** The same with other limits of what is open. */
  public GatewayLimits withOpen(OpenLimits others) {
    return new GatewayLimits(
        eventLoops,
        pendingMax,
        answerTimeout,
        ownerTimeout,
        groupViewsMax,
        certificateCheck,
        connections,
        others,
        rates,
        fanout);
  }
}
