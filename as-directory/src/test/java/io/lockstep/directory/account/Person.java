package io.lockstep.directory.account;

import com.google.protobuf.ByteString;
import io.lockstep.api.ToBeSigned;
import io.lockstep.api.v1.EnrollClientRequest;
import io.lockstep.api.v1.RefreshTokenRequest;
import io.lockstep.api.v1.RegisterRequest;
import java.security.SecureRandom;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.crypto.signers.Ed25519Signer;

/** A user with an account key and one client key: makes requests as a client does. */
public final class Person {
  public final String name;
  public final Ed25519PrivateKeyParameters account;
  public final Ed25519PrivateKeyParameters client;

  public Person(String name, SecureRandom random) {
    this(name, new Ed25519PrivateKeyParameters(random), new Ed25519PrivateKeyParameters(random));
  }

  public Person(
      String name, Ed25519PrivateKeyParameters account, Ed25519PrivateKeyParameters client) {
    this.name = name;
    this.account = account;
    this.client = client;
  }

  public RegisterRequest register(String invitation) {
    byte[] key = account.generatePublicKey().getEncoded();
    return RegisterRequest.newBuilder()
        .setUserName(name)
        .setAccountKey(ByteString.copyFrom(key))
        .setInvitation(invitation)
        .setSignature(sign(account, ToBeSigned.register(name, key, invitation)))
        .build();
  }

  public EnrollClientRequest enroll() {
    byte[] key = clientKey();
    return EnrollClientRequest.newBuilder()
        .setUserName(name)
        .setSignatureKey(ByteString.copyFrom(key))
        .setAccountSignature(sign(account, ToBeSigned.enrollClient(name, key)))
        .setClientSignature(sign(client, ToBeSigned.clientKey(name, key)))
        .build();
  }

  public RefreshTokenRequest refresh(ByteString clientId, long timeMillis) {
    return RefreshTokenRequest.newBuilder()
        .setClientId(clientId)
        .setTimeMs(timeMillis)
        .setSignature(sign(client, ToBeSigned.refreshToken(clientId.toByteArray(), timeMillis)))
        .build();
  }

  public byte[] clientKey() {
    return client.generatePublicKey().getEncoded();
  }

  private static ByteString sign(Ed25519PrivateKeyParameters key, byte[] message) {
    Ed25519Signer signer = new Ed25519Signer();
    signer.init(true, key);
    signer.update(message, 0, message.length);
    return ByteString.copyFrom(signer.generateSignature());
  }
}
