package io.lockstep.keystore.credential;

import com.google.protobuf.ByteString;
import io.lockstep.keystore.store.Caller;
import io.lockstep.mls.KeyPackageBundle;
import io.lockstep.mls.KeyPackageUse;
import io.lockstep.mls.Lifetime;
import io.lockstep.mls.SignatureKeyPair;
import io.lockstep.mls.X509Credential;
import io.lockstep.mls.crypto.CipherSuite;
import java.io.IOException;
import java.io.StringWriter;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.HexFormat;
import java.util.List;
import org.bouncycastle.asn1.edec.EdECObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.crypto.params.Ed25519PublicKeyParameters;
import org.bouncycastle.crypto.util.SubjectPublicKeyInfoFactory;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.bc.BcEdECContentSignerBuilder;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemWriter;

/** An Authentication Service for tests: issues certificates, good and bad, and makes packages. */
public final class Authority {
  private static final X500Name NAME = new X500Name("CN=Authority");

  private final SecureRandom random = new SecureRandom();
  private final Ed25519PrivateKeyParameters key = new Ed25519PrivateKeyParameters(random);

  /** Writes the trust anchor. */
  public Path write(Path file) throws IOException {
    X509v3CertificateBuilder builder = builder(NAME, key.generatePublicKey(), Instant.now());
    builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
    StringWriter text = new StringWriter();
    try (PemWriter pem = new PemWriter(text)) {
      pem.writeObject(new PemObject("CERTIFICATE", sign(builder).getEncoded()));
    }
    return Files.writeString(file, text.toString());
  }

  /** A client with a certificate from here. */
  public Client client() throws IOException {
    byte[] ids = new byte[32];
    random.nextBytes(ids);
    SignatureKeyPair keys =
        SignatureKeyPair.generate(CipherSuite.MLS_128_DHKEMX25519_AES128GCM_SHA256_ED25519, random);
    Caller caller = new Caller(ByteString.copyFrom(ids, 0, 16), ByteString.copyFrom(ids, 16, 16));
    return new Client(
        caller, keys, certificate(caller.clientId(), keys, Instant.now(), false), random);
  }

  /** A certificate that names a client, for a key, from a time on for 90 days. */
  public byte[] certificate(ByteString clientId, SignatureKeyPair keys, Instant from, boolean ca)
      throws IOException {
    Ed25519PublicKeyParameters subject =
        new Ed25519PublicKeyParameters(keys.publicKey().bytes(), 0);
    String uri = "lockstep:client:" + HexFormat.of().formatHex(clientId.toByteArray());
    X509v3CertificateBuilder builder = builder(new X500Name(""), subject, from);
    builder
        .addExtension(
            Extension.subjectAlternativeName,
            true,
            new GeneralNames(
                new GeneralName[] {
                  new GeneralName(GeneralName.uniformResourceIdentifier, "lockstep:user:alice"),
                  new GeneralName(GeneralName.uniformResourceIdentifier, uri),
                }))
        .addExtension(Extension.basicConstraints, true, new BasicConstraints(ca));
    return sign(builder).getEncoded();
  }

  private static X509v3CertificateBuilder builder(
      X500Name subject, Ed25519PublicKeyParameters key, Instant from) throws IOException {
    return new X509v3CertificateBuilder(
        NAME,
        BigInteger.TEN,
        Date.from(from.minusSeconds(60)),
        Date.from(from.plus(Duration.ofDays(90))),
        subject,
        SubjectPublicKeyInfoFactory.createSubjectPublicKeyInfo(key));
  }

  private X509CertificateHolder sign(X509v3CertificateBuilder builder) {
    try {
      return builder.build(
          new BcEdECContentSignerBuilder(new AlgorithmIdentifier(EdECObjectIdentifiers.id_Ed25519))
              .build(key));
    } catch (OperatorCreationException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A client that can make key packages. */
  public static final class Client {
    public final Caller caller;
    public final SignatureKeyPair keys;
    public final X509Credential credential;
    private final SecureRandom random;

    Client(Caller caller, SignatureKeyPair keys, byte[] certificate, SecureRandom random) {
      this.caller = caller;
      this.keys = keys;
      this.credential = new X509Credential(List.of(certificate));
      this.random = random;
    }

    public Client with(byte[] certificate) {
      return new Client(caller, keys, certificate, random);
    }

    public ByteString once() {
      return make(Duration.ofDays(30), KeyPackageUse.ONCE);
    }

    public ByteString lastResort() {
      return make(Duration.ofDays(30), KeyPackageUse.LAST_RESORT);
    }

    public ByteString make(Duration lifetime, KeyPackageUse use) {
      return make(Lifetime.starting(Instant.now(), lifetime), use);
    }

    public ByteString make(Lifetime lifetime, KeyPackageUse use) {
      return ByteString.copyFrom(
          KeyPackageBundle.generate(keys, credential, lifetime, use, random).keyPackage().encode());
    }
  }
}
