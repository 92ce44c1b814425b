package io.lockstep.deploy.cluster;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.lockstep.api.ToBeSigned;
import io.lockstep.api.v1.AuthenticationGrpc;
import io.lockstep.api.v1.EnrollClientRequest;
import io.lockstep.api.v1.EnrollClientResponse;
import io.lockstep.api.v1.RegisterRequest;
import java.security.SecureRandom;
import java.util.concurrent.TimeUnit;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.crypto.signers.Ed25519Signer;

/** A client's token and inbox, from the directory, by the letter of authentication.proto. */
record Enrolment(String token, ByteString inbox) {
  private static final int DEADLINE_SECONDS = 60;

  static Enrolment of(String user, ManagedChannel directory) {
    SecureRandom random = new SecureRandom();
    Ed25519PrivateKeyParameters account = new Ed25519PrivateKeyParameters(random);
    Ed25519PrivateKeyParameters client = new Ed25519PrivateKeyParameters(random);
    byte[] accountKey = account.generatePublicKey().getEncoded();
    byte[] clientKey = client.generatePublicKey().getEncoded();
    var stub =
        AuthenticationGrpc.newBlockingStub(directory)
            .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
            .withWaitForReady();
    stub.register(
        RegisterRequest.newBuilder()
            .setUserName(user)
            .setAccountKey(ByteString.copyFrom(accountKey))
            .setSignature(sign(account, ToBeSigned.register(user, accountKey, "")))
            .build());
    EnrollClientResponse enrolled =
        stub.enrollClient(
            EnrollClientRequest.newBuilder()
                .setUserName(user)
                .setSignatureKey(ByteString.copyFrom(clientKey))
                .setAccountSignature(sign(account, ToBeSigned.enrollClient(user, clientKey)))
                .setClientSignature(sign(client, ToBeSigned.clientKey(user, clientKey)))
                .build());
    return new Enrolment(enrolled.getToken(), enrolled.getInboxId());
  }

  private static ByteString sign(Ed25519PrivateKeyParameters key, byte[] content) {
    Ed25519Signer signer = new Ed25519Signer();
    signer.init(true, key);
    signer.update(content, 0, content.length);
    return ByteString.copyFrom(signer.generateSignature());
  }
}
