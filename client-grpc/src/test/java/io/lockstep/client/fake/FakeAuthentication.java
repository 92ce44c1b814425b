package io.lockstep.client.fake;

import com.google.protobuf.ByteString;
import io.grpc.Context;
import io.grpc.stub.StreamObserver;
import io.lockstep.api.ErrorContract;
import io.lockstep.api.ToBeSigned;
import io.lockstep.api.v1.AuthenticationGrpc;
import io.lockstep.api.v1.ClientRecord;
import io.lockstep.api.v1.EnrollClientRequest;
import io.lockstep.api.v1.EnrollClientResponse;
import io.lockstep.api.v1.LookupRequest;
import io.lockstep.api.v1.LookupResponse;
import io.lockstep.api.v1.Reason;
import io.lockstep.api.v1.RefreshTokenRequest;
import io.lockstep.api.v1.RefreshTokenResponse;
import io.lockstep.api.v1.RegisterRequest;
import io.lockstep.api.v1.RegisterResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.bouncycastle.crypto.params.Ed25519PublicKeyParameters;
import org.bouncycastle.crypto.signers.Ed25519Signer;

/** Accounts in memory. A token is "token-" and the client id in hex. */
public final class FakeAuthentication extends AuthenticationGrpc.AuthenticationImplBase {
  /** A client as the services know it. */
  record Client(String user, ByteString id, ByteString inbox, ByteString key, ByteString der) {}

  private final TestAuthority authority = new TestAuthority("fake AS");
  private final SecureRandom random = new SecureRandom();
  private final Path trustAnchor;
  private final Map<String, ByteString> accounts = new LinkedHashMap<>();
  private final Map<ByteString, Client> byKey = new LinkedHashMap<>();
  private int refreshes;

  FakeAuthentication(Path directory) {
    this.trustAnchor = directory.resolve("ca.pem");
    try {
      Files.writeString(trustAnchor, authority.pem());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Path trustAnchor() {
    return trustAnchor;
  }

  public TestAuthority authority() {
    return authority;
  }

  public synchronized int refreshes() {
    return refreshes;
  }

  @Override
  public synchronized void register(
      RegisterRequest request, StreamObserver<RegisterResponse> answer) {
    ByteString known = accounts.get(request.getUserName());
    if (known != null && !known.equals(request.getAccountKey())) {
      answer.onError(ErrorContract.error(Reason.USER_EXISTS, "taken"));
      return;
    }
    byte[] signed =
        ToBeSigned.register(
            request.getUserName(), request.getAccountKey().toByteArray(), request.getInvitation());
    if (!verifies(request.getAccountKey(), signed, request.getSignature())) {
      answer.onError(ErrorContract.error(Reason.PROOF_INVALID, "account key"));
      return;
    }
    accounts.put(request.getUserName(), request.getAccountKey());
    answer.onNext(RegisterResponse.getDefaultInstance());
    answer.onCompleted();
  }

  @Override
  public synchronized void enrollClient(
      EnrollClientRequest request, StreamObserver<EnrollClientResponse> answer) {
    ByteString account = accounts.get(request.getUserName());
    byte[] key = request.getSignatureKey().toByteArray();
    if (account == null) {
      answer.onError(ErrorContract.error(Reason.UNKNOWN_USER, "no account"));
      return;
    }
    boolean proven =
        verifies(
                account,
                ToBeSigned.enrollClient(request.getUserName(), key),
                request.getAccountSignature())
            && verifies(
                request.getSignatureKey(),
                ToBeSigned.clientKey(request.getUserName(), key),
                request.getClientSignature());
    if (!proven) {
      answer.onError(ErrorContract.error(Reason.PROOF_INVALID, "enrolment"));
      return;
    }
    Client client =
        byKey.computeIfAbsent(
            request.getSignatureKey(), ignored -> client(request.getUserName(), key));
    answer.onNext(
        EnrollClientResponse.newBuilder()
            .setClientId(client.id())
            .setInboxId(client.inbox())
            .addCertificateChain(client.der())
            .setToken(token(client))
            .setTokenExpiresMs(System.currentTimeMillis() + 900_000)
            .build());
    answer.onCompleted();
  }

  @Override
  public synchronized void refreshToken(
      RefreshTokenRequest request, StreamObserver<RefreshTokenResponse> answer) {
    Optional<Client> client = byId(request.getClientId());
    if (client.isEmpty()) {
      answer.onError(ErrorContract.error(Reason.UNKNOWN_CLIENT, "no client"));
      return;
    }
    byte[] signed =
        ToBeSigned.refreshToken(request.getClientId().toByteArray(), request.getTimeMs());
    if (!verifies(client.get().key(), signed, request.getSignature())) {
      answer.onError(ErrorContract.error(Reason.PROOF_INVALID, "refresh"));
      return;
    }
    refreshes++;
    answer.onNext(
        RefreshTokenResponse.newBuilder()
            .setToken(token(client.get()))
            .setTokenExpiresMs(System.currentTimeMillis() + 900_000)
            .build());
    answer.onCompleted();
  }

  @Override
  public synchronized void lookup(LookupRequest request, StreamObserver<LookupResponse> answer) {
    if (!accounts.containsKey(request.getUserName())) {
      answer.onError(ErrorContract.error(Reason.UNKNOWN_USER, "no account"));
      return;
    }
    LookupResponse.Builder response = LookupResponse.newBuilder();
    for (Client client : byKey.values()) {
      if (client.user().equals(request.getUserName())) {
        response.addClients(
            ClientRecord.newBuilder()
                .setClientId(client.id())
                .setSignatureKey(client.key())
                .addCertificateChain(client.der()));
      }
    }
    answer.onNext(response.build());
    answer.onCompleted();
  }

  synchronized Optional<Client> byId(ByteString id) {
    return byKey.values().stream().filter(c -> c.id().equals(id)).findFirst();
  }

  /** The client whose token the present call shows. */
  synchronized Client caller() {
    String token = TokenInterceptor.TOKEN.get(Context.current());
    return byKey.values().stream()
        .filter(c -> token(c).equals(token))
        .findFirst()
        .orElseThrow(() -> ErrorContract.error(Reason.TOKEN_MISSING, "no token"));
  }

  private static String token(Client client) {
    return "token-" + HexFormat.of().formatHex(client.id().toByteArray());
  }

  private Client client(String user, byte[] key) {
    byte[] id = new byte[16];
    byte[] inbox = new byte[16];
    random.nextBytes(id);
    random.nextBytes(inbox);
    byte[] der =
        authority.issue(
            key, 90, "lockstep:user:" + user, "lockstep:client:" + HexFormat.of().formatHex(id));
    return new Client(
        user,
        ByteString.copyFrom(id),
        ByteString.copyFrom(inbox),
        ByteString.copyFrom(key),
        ByteString.copyFrom(der));
  }

  private static boolean verifies(ByteString key, byte[] message, ByteString signature) {
    Ed25519Signer verifier = new Ed25519Signer();
    verifier.init(false, new Ed25519PublicKeyParameters(key.toByteArray()));
    verifier.update(message, 0, message.length);
    return verifier.verifySignature(signature.toByteArray());
  }
}
