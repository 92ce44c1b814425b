package io.lockstep.gateway.vertx;

import io.lockstep.api.StreamKey;
import io.lockstep.api.v1.ClaimRequest;
import io.lockstep.api.v1.CountRequest;
import io.lockstep.api.v1.DeliveryGrpc;
import io.lockstep.api.v1.GetGroupInfoRequest;
import io.lockstep.api.v1.GetGroupInfoResponse;
import io.lockstep.api.v1.KeysGrpc;
import io.lockstep.api.v1.PublishRequest;
import io.lockstep.api.v1.Reason;
import io.lockstep.api.v1.SendRequest;
import io.lockstep.api.v1.SubmitRequest;
import io.lockstep.api.v1.SubmitResponse;
import io.lockstep.gateway.admission.Admitted;
import io.lockstep.gateway.admission.GroupView;
import io.lockstep.gateway.admission.Outcome;
import io.lockstep.gateway.admission.Rates;
import io.lockstep.gateway.admission.Refused;
import io.lockstep.gateway.admission.SubmitAdmission;
import io.lockstep.gateway.admission.SubmitLimits;
import io.lockstep.gateway.grpc.KeysForwarding;
import io.lockstep.gateway.log.GroupInfos;
import io.lockstep.gateway.log.GroupViews;
import io.lockstep.gateway.log.Submissions;
import io.lockstep.gateway.meter.GatewayMeter;
import io.lockstep.gateway.token.ClientIdentity;
import io.lockstep.gateway.token.TokenVerifier;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** What the unary methods do, put together from the other packages. Thread-safe. */
final class EdgeServices {
  private final TokenVerifier tokens;
  private final GroupViews views;
  private final Submissions submissions;
  private final GroupInfos groupInfos;
  private final Optional<KeysForwarding> keys;
  private final OpenedCalls calls;
  private final Rates rates;
  private final GatewayMeter meter;
  private final Duration wholeWithin;

  EdgeServices(Edge.Parts parts, OpenedCalls calls) {
    this.calls = calls;
    this.tokens = parts.tokens();
    this.views = parts.views();
    this.submissions = parts.submissions();
    this.groupInfos = parts.groupInfos();
    this.keys = parts.keys();
    this.rates = parts.rates();
    this.meter = parts.meter();
    this.wholeWithin = parts.limits().connections().request();
  }

  ClientIdentity identity(Caller caller) throws Refused {
    ClientIdentity identity = tokens.verify(caller.authorization(), System.currentTimeMillis());
    caller.proven().run();
    return identity;
  }

  void bindTo(ServiceBinding delivery, Lifecycle lifecycle) {
    delivery.add(
        DeliveryGrpc.getSubmitMethod(),
        new Unary<>(SubmitRequest.parser(), lifecycle, wholeWithin, this::submit));
    delivery.add(
        DeliveryGrpc.getGetGroupInfoMethod(),
        new Unary<>(GetGroupInfoRequest.parser(), lifecycle, wholeWithin, this::groupInfo));
    delivery.add(
        DeliveryGrpc.getSendMethod(),
        new Unary<>(
            SendRequest.parser(),
            lifecycle,
            wholeWithin,
            (request, caller) -> calls.send(request, identity(caller))));
  }

  void bindKeysTo(ServiceBinding methods, Lifecycle lifecycle) {
    methods.add(
        KeysGrpc.getPublishMethod(),
        new Unary<>(
            PublishRequest.parser(),
            lifecycle,
            wholeWithin,
            (request, caller) -> keyStore().publish(request, identity(caller))));
    methods.add(
        KeysGrpc.getClaimMethod(),
        new Unary<>(
            ClaimRequest.parser(),
            lifecycle,
            wholeWithin,
            (request, caller) -> keyStore().claim(request, identity(caller))));
    methods.add(
        KeysGrpc.getCountMethod(),
        new Unary<>(
            CountRequest.parser(),
            lifecycle,
            wholeWithin,
            (request, caller) -> keyStore().count(request, identity(caller))));
  }

  private KeysForwarding keyStore() throws Refused {
    return keys.orElseThrow(
        () -> new Refused(Reason.SERVICE_UNAVAILABLE, "this gateway knows no key store"));
  }

  private CompletableFuture<SubmitResponse> submit(SubmitRequest request, Caller caller)
      throws Refused {
    long begun = System.nanoTime();
    try {
      return admitted(request, caller)
          .whenComplete(
              (response, failure) ->
                  meter.submitted(
                      failure == null ? outcome(response) : lowerCase(Statuses.reason(failure)),
                      System.nanoTime() - begun));
    } catch (Refused | RuntimeException e) {
      meter.submitted(lowerCase(Statuses.reason(e)), System.nanoTime() - begun);
      throw e;
    }
  }

  private static String outcome(SubmitResponse response) {
    return response.getDuplicate() ? "duplicate" : lowerCase(response.getOutcomeCase());
  }

  private static String lowerCase(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  private CompletableFuture<SubmitResponse> admitted(SubmitRequest request, Caller caller)
      throws Refused {
    Admitted admitted = SubmitAdmission.admit(request);
    String client = admitted.needsToken() ? identity(caller).clientId() : caller.connection();
    int bytes = request.getSerializedSize();
    rates.submit(client, bytes);
    return checked(admitted)
        .thenAccept(
            fine -> {
              caller.proven().run();
              try {
                rates.proven(admitted.key(), bytes);
              } catch (Refused e) {
                throw new CompletionException(e);
              }
            })
        .thenCompose(fine -> submissions.submit(admitted.command()))
        .thenApply(
            entry -> {
              try {
                return Outcome.of(entry);
              } catch (Refused e) {
                throw new CompletionException(e);
              }
            });
  }

  /** What is certain already is refused here, so that it does not get into the log. */
  private CompletableFuture<Void> checked(Admitted admitted) {
    return switch (admitted.proof()) {
      case Admitted.TokenToCreate create -> CompletableFuture.completedFuture(null);
      case Admitted.Pass pass -> checkView(admitted);
      case Admitted.TokenToJoin join -> checkView(admitted);
    };
  }

  private CompletableFuture<Void> checkView(Admitted admitted) {
    return views
        .view(admitted.key())
        .thenAccept(
            view -> {
              try {
                known(view).check(admitted.proof());
              } catch (Refused e) {
                throw new CompletionException(e);
              }
            });
  }

  private static GroupView known(Optional<GroupView> view) throws Refused {
    return view.orElseThrow(() -> new Refused(Reason.UNKNOWN_GROUP, "there is no such group"));
  }

  private CompletableFuture<GetGroupInfoResponse> groupInfo(
      GetGroupInfoRequest request, Caller caller) throws Refused {
    var _ = identity(caller);
    int size = request.getGroupId().size();
    if (size == 0 || size > SubmitLimits.GROUP_ID_MAX) {
      throw new Refused(
          Reason.INVALID_FIELD, "group_id must have 1 to " + SubmitLimits.GROUP_ID_MAX + " bytes");
    }
    return groupInfos.newest(StreamKey.ofGroup(request.getGroupId()));
  }
}
