package io.lockstep.client;

import com.google.protobuf.ByteString;
import io.lockstep.api.ToBeSigned;
import io.lockstep.api.v1.EnrollClientRequest;
import io.lockstep.api.v1.EnrollClientResponse;
import io.lockstep.api.v1.RefreshTokenRequest;
import io.lockstep.api.v1.RefreshTokenResponse;
import io.lockstep.api.v1.RegisterRequest;
import io.lockstep.client.DeviceRecord.Enrolment;
import io.lockstep.client.history.StreamCursor;
import io.lockstep.client.identity.CertificateValidator;
import io.lockstep.client.identity.MemberIdentity;
import io.lockstep.client.service.ServiceException;
import io.lockstep.client.service.Services;
import io.lockstep.client.service.TokenSource.Token;
import io.lockstep.mls.MlsException;
import io.lockstep.mls.SignatureKeyPair;
import io.lockstep.mls.X509Credential;
import java.time.Instant;
import java.time.InstantSource;

/** What this device does with the Authentication Service. */
final class Accounts {
  private final Context context;

  Accounts(Context context) {
    this.context = context;
  }

  void register(UserName user, AccountKey account, String invitation) {
    byte[] signed = ToBeSigned.register(user.value(), account.publicKey(), invitation);
    RegisterRequest request =
        RegisterRequest.newBuilder()
            .setUserName(user.value())
            .setAccountKey(ByteString.copyFrom(account.publicKey()))
            .setInvitation(invitation)
            .setSignature(ByteString.copyFrom(account.sign(signed)))
            .build();
    var ignored = context.calls().open((s, proof) -> s.register(request));
  }

  /** Makes this device a client, or renews its certificate; the token that came with it. */
  Token enrol(UserName user, AccountKey account) {
    SignatureKeyPair keys = context.device().record().keys();
    byte[] publicKey = keys.publicKey().bytes();
    EnrollClientRequest request =
        EnrollClientRequest.newBuilder()
            .setUserName(user.value())
            .setSignatureKey(ByteString.copyFrom(publicKey))
            .setAccountSignature(
                ByteString.copyFrom(account.sign(ToBeSigned.enrollClient(user.value(), publicKey))))
            .setClientSignature(
                ByteString.copyFrom(
                    Ed25519.sign(keys.privateKey(), ToBeSigned.clientKey(user.value(), publicKey))))
            .build();
    EnrollClientResponse response = context.calls().open((s, proof) -> s.enrol(request));
    MemberIdentity identity =
        new MemberIdentity(user, ClientId.of(response.getClientId().toByteArray()));
    X509Credential credential =
        new X509Credential(
            response.getCertificateChainList().stream().map(ByteString::toByteArray).toList());
    verify(credential, publicKey, identity);
    byte[] inbox = response.getInboxId().toByteArray();
    var ignored =
        context
            .device()
            .edit(
                record ->
                    record.withEnrolment(
                        new Enrolment(
                            identity,
                            credential,
                            record
                                .enrolment()
                                .map(Enrolment::inbox)
                                .orElseGet(() -> StreamCursor.start(inbox)))));
    return new Token(response.getToken(), Instant.ofEpochMilli(response.getTokenExpiresMs()));
  }

  /** A service that is not the one of our trust anchor is found out here. */
  private void verify(X509Credential credential, byte[] publicKey, MemberIdentity expected) {
    try {
      context.validator().validate(credential, publicKey);
      if (!CertificateValidator.identity(credential).equals(expected)) {
        throw new LockstepException.Untrusted("the certificate names somebody else", null);
      }
    } catch (MlsException e) {
      throw new LockstepException.Untrusted("the certificate issued is not good", e);
    }
  }

  /** One attempt at a new token, by proof of possession of the signature key. */
  static Token refresh(Services services, Device device, InstantSource clock)
      throws ServiceException {
    DeviceRecord record = device.record();
    byte[] client = record.enrolled().identity().client().bytes();
    long now = clock.millis();
    RefreshTokenRequest request =
        RefreshTokenRequest.newBuilder()
            .setClientId(ByteString.copyFrom(client))
            .setTimeMs(now)
            .setSignature(
                ByteString.copyFrom(
                    Ed25519.sign(record.keys().privateKey(), ToBeSigned.refreshToken(client, now))))
            .build();
    RefreshTokenResponse response = services.refreshToken(request);
    return new Token(response.getToken(), Instant.ofEpochMilli(response.getTokenExpiresMs()));
  }
}
