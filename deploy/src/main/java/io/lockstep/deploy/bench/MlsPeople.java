package io.lockstep.deploy.bench;

import io.lockstep.mls.BasicCredential;
import io.lockstep.mls.Credential;
import io.lockstep.mls.CredentialValidator;
import io.lockstep.mls.Group;
import io.lockstep.mls.GroupId;
import io.lockstep.mls.KeyPackage;
import io.lockstep.mls.KeyPackageBundle;
import io.lockstep.mls.KeyPackageUse;
import io.lockstep.mls.Lifetime;
import io.lockstep.mls.MlsException;
import io.lockstep.mls.ReceiveContext;
import io.lockstep.mls.SignatureKeyPair;
import io.lockstep.mls.crypto.CipherSuite;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;

/** Clients for a benchmark, who trust everyone. */
final class MlsPeople {
  /** A client with a KeyPackage that was not used yet. */
  record Person(SignatureKeyPair keys, KeyPackageBundle bundle) {}

  private static final Duration LIFETIME = Duration.ofDays(30);

  private final CipherSuite suite;
  private final SecureRandom random;
  private final Instant now = Instant.now();
  private final ReceiveContext context = ReceiveContext.of(new TrustEveryone(), now);

  MlsPeople(CipherSuite suite, SecureRandom random) {
    this.suite = suite;
    this.random = random;
  }

  ReceiveContext context() {
    return context;
  }

  Person person(int number) {
    SignatureKeyPair keys = SignatureKeyPair.generate(suite, random);
    return new Person(keys, bundle(keys, number));
  }

  KeyPackageBundle bundle(SignatureKeyPair keys, int number) {
    return KeyPackageBundle.generate(
        keys, name(number), Lifetime.starting(now, LIFETIME), KeyPackageUse.ONCE, random);
  }

  List<Person> people(int count) {
    return IntStream.range(0, count).parallel().mapToObj(this::person).toList();
  }

  void verify(KeyPackage keyPackage) throws MlsException {
    keyPackage.verify(now, context.credentials());
  }

  Group create(Person creator) throws MlsException {
    GroupId id = new GroupId("a group with a blank tree".getBytes(StandardCharsets.UTF_8));
    Credential credential = creator.bundle.keyPackage().credential();
    return Group.create(
        id, creator.keys, credential, Lifetime.starting(now, LIFETIME), List.of(), random);
  }

  Group join(byte[] welcome, Person joiner, byte[] tree) throws MlsException {
    return Group.join(welcome, joiner.bundle, joiner.keys, context.withRatchetTree(tree));
  }

  /** With the tree inside the Welcome. */
  Group join(byte[] welcome, Person joiner) throws MlsException {
    return Group.join(welcome, joiner.bundle, joiner.keys, context);
  }

  private static Credential name(int number) {
    byte[] name = "client".getBytes(StandardCharsets.US_ASCII);
    return new BasicCredential(ByteBuffer.allocate(16).put(name).putInt(number).array());
  }

  private static final class TrustEveryone implements CredentialValidator {
    @Override
    public void validate(Credential credential, byte[] signaturePublicKey) {}

    @Override
    public boolean sameClient(Credential credential, Credential successor) {
      return credential.equals(successor);
    }
  }
}
