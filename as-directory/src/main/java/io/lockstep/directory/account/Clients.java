package io.lockstep.directory.account;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.lockstep.api.ToBeSigned;
import io.lockstep.api.v1.EnrollClientRequest;
import io.lockstep.api.v1.Reason;
import io.lockstep.api.v1.RefreshTokenRequest;
import io.lockstep.directory.credential.CertificateAuthority;
import io.lockstep.directory.law.DirectoryLimits;
import io.lockstep.directory.law.StreamKeys;
import io.lockstep.directory.token.ClientToken;
import io.lockstep.directory.token.TokenInvalid;
import io.lockstep.directory.token.TokenIssuer;
import io.lockstep.log.v1.AccountState;
import io.lockstep.log.v1.AddClient;
import io.lockstep.log.v1.CreateClient;
import io.lockstep.log.v1.DirectoryClient;
import io.lockstep.log.v1.DirectoryCommand;
import io.lockstep.log.v1.DirectoryEntry;
import io.lockstep.log.v1.ReserveSignatureKey;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;

/** Enrols clients, renews their tokens, and looks them up. */
public final class Clients {
  /** How far the clock of a client that proves its key may be from ours, either way. */
  public static final Duration PROOF_WINDOW = Duration.ofSeconds(60);

  private final DirectoryLog log;
  private final CertificateAuthority authority;
  private final TokenIssuer tokens;
  private final SecureRandom random;
  private final InstantSource clock;

  public Clients(
      DirectoryLog log,
      CertificateAuthority authority,
      TokenIssuer tokens,
      SecureRandom random,
      InstantSource clock) {
    this.log = log;
    this.authority = authority;
    this.tokens = tokens;
    this.random = random;
    this.clock = clock;
  }

  /**
   * Enrols a client. The signature key is reserved first and with it the client's ids; so a retry
   * gets the same ids, and each step after it only says again what is so. The token comes last: who
   * holds one is in its account for all to see.
   */
  public EnrolledClient enroll(EnrollClientRequest request) {
    Accounts.requireUserName(request.getUserName());
    byte[] signatureKey = request.getSignatureKey().toByteArray();
    Proof.requirePublicKey(signatureKey, "signature_key");
    AccountState account = account(request.getUserName());
    if (account.getAccountKey().equals(request.getSignatureKey())) {
      throw new Refusal(Reason.INVALID_FIELD, "signature_key must not be the account key");
    }
    Proof.requireSignature(
        account.getAccountKey().toByteArray(),
        ToBeSigned.enrollClient(request.getUserName(), signatureKey),
        request.getAccountSignature().toByteArray(),
        "account_signature");
    Proof.requireSignature(
        signatureKey,
        ToBeSigned.clientKey(request.getUserName(), signatureKey),
        request.getClientSignature().toByteArray(),
        "client_signature");
    requireRoom(account, request.getSignatureKey());

    ReserveSignatureKey reservation = reserve(request);
    Instant now = clock.instant();
    List<ByteString> chain =
        authority
            .issue(
                request.getUserName(), reservation.getClientId().toByteArray(), signatureKey, now)
            .stream()
            .map(UnsafeByteOperations::unsafeWrap)
            .toList();
    Answers.require(log.submit(addClient(reservation, chain)));
    Answers.require(log.submit(createClient(reservation)));
    ClientToken token =
        tokens.issue(
            reservation.getClientId().toByteArray(), reservation.getInboxId().toByteArray(), now);
    return new EnrolledClient(reservation.getClientId(), reservation.getInboxId(), chain, token);
  }

  /** A new token for a signature that was made just now. */
  public ClientToken refresh(RefreshTokenRequest request) {
    if (request.getClientId().size() != DirectoryLimits.ID_LENGTH) {
      throw new Refusal(Reason.INVALID_FIELD, "client_id must be 16 bytes");
    }
    CreateClient client =
        log.state(StreamKeys.client(request.getClientId()))
            .orElseThrow(() -> new Refusal(Reason.UNKNOWN_CLIENT, "no such client"))
            .getClient();
    Instant now = clock.instant();
    long time = request.getTimeMs();
    if (time < now.minus(PROOF_WINDOW).toEpochMilli()
        || time > now.plus(PROOF_WINDOW).toEpochMilli()) {
      throw new Refusal(Reason.PROOF_INVALID, "time_ms is off by more than 60 s");
    }
    Proof.requireSignature(
        client.getSignatureKey().toByteArray(),
        ToBeSigned.refreshToken(request.getClientId().toByteArray(), time),
        request.getSignature().toByteArray(),
        "signature");
    return tokens.issue(client.getClientId().toByteArray(), client.getInboxId().toByteArray(), now);
  }

  /**
   * The clients of a user, for whoever holds a token.
   *
   * @param token as it came; empty when there was none
   */
  public List<DirectoryClient> lookup(String token, String userName) {
    requireToken(token);
    Accounts.requireUserName(userName);
    return account(userName).getClientsList();
  }

  private void requireToken(String token) {
    if (token.isEmpty()) {
      throw new Refusal(Reason.TOKEN_MISSING, "the call needs a client token");
    }
    try {
      tokens.verify(token, clock.instant());
    } catch (TokenInvalid e) {
      throw switch (e.kind()) {
        case INVALID -> new Refusal(Reason.TOKEN_INVALID, "not a token of this service");
        case EXPIRED -> new Refusal(Reason.TOKEN_EXPIRED, "the token has expired");
      };
    }
  }

  private AccountState account(String userName) {
    return log.state(StreamKeys.account(userName))
        .orElseThrow(() -> new Refusal(Reason.UNKNOWN_USER, "no such account"))
        .getAccount();
  }

  /** The fold decides; this only keeps keys from being reserved in vain. */
  private static void requireRoom(AccountState account, ByteString signatureKey) {
    if (account.getClientsCount() >= DirectoryLimits.CLIENTS_PER_ACCOUNT_MAX
        && account.getClientsList().stream()
            .noneMatch(client -> client.getSignatureKey().equals(signatureKey))) {
      throw new Refusal(
          Reason.TOO_MANY_CLIENTS,
          "an account may have " + DirectoryLimits.CLIENTS_PER_ACCOUNT_MAX + " clients");
    }
  }

  private ReserveSignatureKey reserve(EnrollClientRequest request) {
    ReserveSignatureKey wanted =
        ReserveSignatureKey.newBuilder()
            .setSignatureKey(request.getSignatureKey())
            .setUserName(request.getUserName())
            .setClientId(randomId())
            .setInboxId(randomId())
            .build();
    DirectoryEntry entry =
        Answers.require(
            log.submit(DirectoryCommand.newBuilder().setReserveSignatureKey(wanted).build()));
    return entry.hasStanding()
        ? entry.getStanding().getReservation()
        : entry.getSignatureKeyReserved();
  }

  private ByteString randomId() {
    byte[] id = new byte[DirectoryLimits.ID_LENGTH];
    random.nextBytes(id);
    return UnsafeByteOperations.unsafeWrap(id);
  }

  private static DirectoryCommand addClient(
      ReserveSignatureKey reservation, List<ByteString> chain) {
    DirectoryClient client =
        DirectoryClient.newBuilder()
            .setClientId(reservation.getClientId())
            .setSignatureKey(reservation.getSignatureKey())
            .addAllCertificateChain(chain)
            .build();
    return DirectoryCommand.newBuilder()
        .setAddClient(
            AddClient.newBuilder().setUserName(reservation.getUserName()).setClient(client))
        .build();
  }

  private static DirectoryCommand createClient(ReserveSignatureKey reservation) {
    return DirectoryCommand.newBuilder()
        .setCreateClient(
            CreateClient.newBuilder()
                .setClientId(reservation.getClientId())
                .setInboxId(reservation.getInboxId())
                .setSignatureKey(reservation.getSignatureKey()))
        .build();
  }
}
