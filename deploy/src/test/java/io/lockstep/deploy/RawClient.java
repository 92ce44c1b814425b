package io.lockstep.deploy;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.AbstractStub;
import io.grpc.stub.MetadataUtils;
import io.lockstep.api.EpochPass;
import io.lockstep.api.ToBeSigned;
import io.lockstep.api.v1.AuthenticationGrpc;
import io.lockstep.api.v1.CreateGroup;
import io.lockstep.api.v1.DeliveryGrpc;
import io.lockstep.api.v1.EnrollClientRequest;
import io.lockstep.api.v1.EnrollClientResponse;
import io.lockstep.api.v1.KeysGrpc;
import io.lockstep.api.v1.RegisterRequest;
import io.lockstep.api.v1.SubmitRequest;
import io.lockstep.deploy.node.LocalNode;
import io.lockstep.mls.Group;
import io.lockstep.mls.GroupId;
import io.lockstep.mls.KeyPackageBundle;
import io.lockstep.mls.KeyPackageUse;
import io.lockstep.mls.Lifetime;
import io.lockstep.mls.SignatureKeyPair;
import io.lockstep.mls.X509Credential;
import io.lockstep.mls.crypto.CipherSuite;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.crypto.signers.Ed25519Signer;

/**
 * A client that has an MLS library and the protos and nothing of ours in between: it can send what
 * the client library never would.
 */
final class RawClient implements AutoCloseable {
  private static final CipherSuite SUITE = CipherSuite.MLS_128_DHKEMX25519_AES128GCM_SHA256_ED25519;
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
  private static final int DEADLINE_SECONDS = 20;
  private static final int MESSAGE_BYTES_MAX = 16 << 20;

  final SecureRandom random = new SecureRandom();
  final SignatureKeyPair keys = SignatureKeyPair.generate(SUITE, random);
  private final ManagedChannel gateway;
  private final ManagedChannel authentication;
  private EnrollClientResponse enrolled;

  RawClient(LocalNode node) {
    gateway = channel(node.gatewayTarget());
    authentication = channel(node.authenticationTarget());
  }

  private static ManagedChannel channel(String target) {
    return NettyChannelBuilder.forTarget(target)
        .usePlaintext()
        .maxInboundMessageSize(MESSAGE_BYTES_MAX)
        .build();
  }

  /** Registers the user and enrols this client, by the letter of authentication.proto. */
  void enrol(String user) {
    Ed25519PrivateKeyParameters account = new Ed25519PrivateKeyParameters(random);
    byte[] accountKey = account.generatePublicKey().getEncoded();
    byte[] signatureKey = keys.publicKey().bytes();
    var stub = bounded(AuthenticationGrpc.newBlockingStub(authentication));
    stub.register(
        RegisterRequest.newBuilder()
            .setUserName(user)
            .setAccountKey(ByteString.copyFrom(accountKey))
            .setSignature(sign(account, ToBeSigned.register(user, accountKey, "")))
            .build());
    Ed25519PrivateKeyParameters own =
        new Ed25519PrivateKeyParameters(keys.privateKey().expose(), 0);
    enrolled =
        stub.enrollClient(
            EnrollClientRequest.newBuilder()
                .setUserName(user)
                .setSignatureKey(ByteString.copyFrom(signatureKey))
                .setAccountSignature(sign(account, ToBeSigned.enrollClient(user, signatureKey)))
                .setClientSignature(sign(own, ToBeSigned.clientKey(user, signatureKey)))
                .build());
  }

  private static ByteString sign(Ed25519PrivateKeyParameters key, byte[] content) {
    Ed25519Signer signer = new Ed25519Signer();
    signer.init(true, key);
    signer.update(content, 0, content.length);
    return ByteString.copyFrom(signer.generateSignature());
  }

  String token() {
    return enrolled.getToken();
  }

  ByteString clientId() {
    return enrolled.getClientId();
  }

  X509Credential credential() {
    return new X509Credential(
        enrolled.getCertificateChainList().stream().map(ByteString::toByteArray).toList());
  }

  DeliveryGrpc.DeliveryBlockingStub delivery(String token) {
    return authorized(bounded(DeliveryGrpc.newBlockingStub(gateway)), token);
  }

  DeliveryGrpc.DeliveryBlockingStub anonymousDelivery() {
    return bounded(DeliveryGrpc.newBlockingStub(gateway));
  }

  KeysGrpc.KeysBlockingStub keys(String token) {
    return authorized(bounded(KeysGrpc.newBlockingStub(gateway)), token);
  }

  Group createMlsGroup() throws Exception {
    byte[] id = new byte[32];
    random.nextBytes(id);
    return Group.create(new GroupId(id), keys, credential(), lifetime(), List.of(), random);
  }

  KeyPackageBundle keyPackage() {
    return KeyPackageBundle.generate(keys, credential(), lifetime(), KeyPackageUse.ONCE, random);
  }

  private static Lifetime lifetime() {
    return Lifetime.starting(Instant.now(), Duration.ofDays(30));
  }

  SubmitRequest.Builder submission(Group group) {
    byte[] id = new byte[16];
    random.nextBytes(id);
    return SubmitRequest.newBuilder()
        .setSubmissionId(ByteString.copyFrom(id))
        .setGroupId(ByteString.copyFrom(group.groupId().bytes()))
        .setPass(ByteString.copyFrom(pass(group)));
  }

  SubmitRequest creation(Group group) {
    return submission(group)
        .clearPass()
        .setCreate(CreateGroup.newBuilder().setPassHash(passHash(group)))
        .build();
  }

  static byte[] pass(Group group) {
    return group.export(EpochPass.EXPORTER_LABEL, group.groupId().bytes(), EpochPass.LENGTH);
  }

  static ByteString passHash(Group group) {
    return ByteString.copyFrom(EpochPass.hash(pass(group)));
  }

  private static <S extends AbstractStub<S>> S bounded(S stub) {
    return stub.withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS);
  }

  private static <S extends AbstractStub<S>> S authorized(S stub, String token) {
    Metadata headers = new Metadata();
    headers.put(AUTHORIZATION, "Bearer " + token);
    return stub.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
  }

  @Override
  public void close() {
    gateway.shutdownNow();
    authentication.shutdownNow();
  }
}
