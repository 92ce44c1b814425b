package io.lockstep.keystore.store;

import com.google.protobuf.ByteString;
import io.lockstep.api.v1.ClaimRequest;
import io.lockstep.api.v1.ClaimResponse;
import io.lockstep.api.v1.ClaimResult;
import io.lockstep.api.v1.ClaimedKeyPackage;
import io.lockstep.api.v1.CountResponse;
import io.lockstep.api.v1.PublishRequest;
import io.lockstep.api.v1.PublishResponse;
import io.lockstep.api.v1.Reason;
import io.lockstep.keystore.credential.PackageRefused;
import io.lockstep.keystore.credential.PackageVerifier;
import io.lockstep.keystore.law.Freshness;
import io.lockstep.keystore.law.KeyLimits;
import io.lockstep.keystore.law.StreamKeys;
import io.lockstep.log.v1.ClaimKeyPackage;
import io.lockstep.log.v1.KeyCommand;
import io.lockstep.log.v1.KeyEntry;
import io.lockstep.log.v1.KeyPackageClaimed;
import io.lockstep.log.v1.KeyState;
import io.lockstep.log.v1.KeysRefused;
import io.lockstep.log.v1.PublishKeyPackages;
import io.lockstep.log.v1.StoredKeyPackage;
import io.lockstep.mls.KeyPackageUse;
import java.security.cert.TrustAnchor;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Publishes, hands out and counts key packages. */
public final class KeyPackages {
  /** Clients in one claim. */
  public static final int CLAIMED_CLIENTS_MAX = 256;

  private final KeyLog log;
  private final Set<TrustAnchor> anchors;
  private final InstantSource clock;

  public KeyPackages(KeyLog log, Set<TrustAnchor> anchors, InstantSource clock) {
    this.log = log;
    this.anchors = Set.copyOf(anchors);
    this.clock = clock;
  }

  /** Verifies every package, then stores all or none. */
  public PublishResponse publish(Caller caller, PublishRequest request) {
    if (request.getOneTimeCount() > KeyLimits.ONE_TIME_MAX) {
      throw new Refusal(
          Reason.TOO_MANY_KEY_PACKAGES, "at most " + KeyLimits.ONE_TIME_MAX + " in a call");
    }
    PackageVerifier verifier =
        new PackageVerifier(anchors, caller.clientId().toByteArray(), clock.instant());
    PublishKeyPackages.Builder publish =
        PublishKeyPackages.newBuilder().setInboxId(caller.inboxId());
    for (int i = 0; i < request.getOneTimeCount(); i++) {
      publish.addOneTime(verified(verifier, request.getOneTime(i), KeyPackageUse.ONCE, i));
    }
    if (!request.getLastResort().isEmpty()) {
      publish.setLastResort(
          verified(
              verifier,
              request.getLastResort(),
              KeyPackageUse.LAST_RESORT,
              request.getOneTimeCount()));
    }
    KeyCommand command =
        KeyCommand.newBuilder().setClientId(caller.clientId()).setPublish(publish).build();
    requirePublished(log.submit(List.of(command)).getFirst());
    CountResponse count = count(caller);
    return PublishResponse.newBuilder()
        .setOneTime(count.getOneTime())
        .setLastResort(count.getLastResort())
        .build();
  }

  /** One claim of the log for each client named; they have the claim id in common. */
  public ClaimResponse claim(ClaimRequest request) {
    requireWellFormed(request);
    ClaimKeyPackage claim =
        ClaimKeyPackage.newBuilder()
            .setClaimId(request.getClaimId())
            .setCipherSuite(request.getCipherSuite())
            .build();
    List<KeyCommand> commands = new ArrayList<>();
    for (ByteString clientId : request.getClientIdsList()) {
      commands.add(KeyCommand.newBuilder().setClientId(clientId).setClaim(claim).build());
    }
    List<KeyEntry> answers = log.submit(commands);
    ClaimResponse.Builder response = ClaimResponse.newBuilder();
    for (int i = 0; i < answers.size(); i++) {
      response.addResults(result(request.getClientIds(i), answers.get(i)));
    }
    return response.build();
  }

  /** What may be handed out now. */
  public CountResponse count(Caller caller) {
    KeyState state =
        log.state(StreamKeys.client(caller.clientId())).orElseGet(KeyState::getDefaultInstance);
    long now = clock.millis();
    long oneTime =
        state.getOneTimeList().stream().filter(stored -> Freshness.isFresh(stored, now)).count();
    return CountResponse.newBuilder()
        .setOneTime(Math.toIntExact(oneTime))
        .setLastResort(state.hasLastResort() && Freshness.isFresh(state.getLastResort(), now))
        .build();
  }

  private static StoredKeyPackage verified(
      PackageVerifier verifier, ByteString message, KeyPackageUse use, int index) {
    try {
      return verifier.verify(message, use);
    } catch (PackageRefused e) {
      throw invalid(index, e.rule(), e.getMessage());
    }
  }

  private static void requirePublished(KeyEntry answer) {
    if (!answer.hasRefused()) {
      return;
    }
    KeysRefused refused = answer.getRefused();
    throw switch (refused.getReason()) {
      case TOO_MANY_KEY_PACKAGES ->
          new Refusal(
              Reason.TOO_MANY_KEY_PACKAGES, "at most " + KeyLimits.ONE_TIME_MAX + " in store");
      case NOT_FRESH ->
          invalid(
              refused.getIndex(),
              "key-package-fresh",
              "it ends within the hour, or is older than what the store remembers");
      case MALFORMED, UNKNOWN_CLIENT, KEY_PACKAGES_EXHAUSTED, REASON_UNSPECIFIED, UNRECOGNIZED ->
          defect(answer);
    };
  }

  private ClaimResult result(ByteString clientId, KeyEntry answer) {
    ClaimResult.Builder result = ClaimResult.newBuilder().setClientId(clientId);
    return switch (answer.getOutcomeCase()) {
      case CLAIMED -> result.setClaimed(claimed(answer.getClaimed())).build();
      case CLAIMED_BEFORE -> {
        KeyEntry first = log.entry(answer.getKey(), answer.getClaimedBefore().getSequence());
        yield result.setClaimed(claimed(first.getClaimed())).build();
      }
      case REFUSED -> result.setFailure(failure(answer)).build();
      case PUBLISHED, UNCHANGED, OUTCOME_NOT_SET -> throw defect(answer);
    };
  }

  private static ClaimedKeyPackage claimed(KeyPackageClaimed claimed) {
    return ClaimedKeyPackage.newBuilder()
        .setKeyPackage(claimed.getKeyPackage().getKeyPackage())
        .setInboxId(claimed.getInboxId())
        .setLastResort(claimed.getLastResort())
        .build();
  }

  private static Reason failure(KeyEntry answer) {
    return switch (answer.getRefused().getReason()) {
      case UNKNOWN_CLIENT -> Reason.UNKNOWN_CLIENT;
      case KEY_PACKAGES_EXHAUSTED -> Reason.KEY_PACKAGES_EXHAUSTED;
      case MALFORMED, TOO_MANY_KEY_PACKAGES, NOT_FRESH, REASON_UNSPECIFIED, UNRECOGNIZED ->
          throw defect(answer);
    };
  }

  private static void requireWellFormed(ClaimRequest request) {
    requireId(request.getClaimId(), "claim_id");
    if (request.getClientIdsCount() < 1 || request.getClientIdsCount() > CLAIMED_CLIENTS_MAX) {
      throw new Refusal(
          Reason.INVALID_FIELD, "client_ids must be 1 to " + CLAIMED_CLIENTS_MAX + " ids");
    }
    request.getClientIdsList().forEach(id -> requireId(id, "client_ids"));
    if (new HashSet<>(request.getClientIdsList()).size() < request.getClientIdsCount()) {
      throw new Refusal(Reason.INVALID_FIELD, "client_ids names a client twice");
    }
    // Unsigned on the wire.
    if (request.getCipherSuite() < 1 || request.getCipherSuite() > KeyLimits.CIPHER_SUITE_MAX) {
      throw new Refusal(Reason.INVALID_FIELD, "cipher_suite must be a number of the MLS registry");
    }
  }

  private static void requireId(ByteString id, String field) {
    if (id.size() != KeyLimits.ID_LENGTH) {
      throw new Refusal(
          Reason.INVALID_FIELD, field + " must be of " + KeyLimits.ID_LENGTH + " bytes");
    }
  }

  private static Refusal invalid(int index, String rule, String message) {
    return new Refusal(
        Reason.INVALID_KEY_PACKAGE,
        "package " + index + " breaks the rule " + rule + ": " + message,
        Map.of("index", Integer.toString(index), "rule", rule));
  }

  private static Refusal defect(KeyEntry answer) {
    return new Refusal(Reason.INTERNAL_ERROR, "the log answered with " + answer.getOutcomeCase());
  }
}
