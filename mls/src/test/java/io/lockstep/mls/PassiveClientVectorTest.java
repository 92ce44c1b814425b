package io.lockstep.mls;

import static io.lockstep.mls.Vectors.hex;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import io.lockstep.mls.crypto.CipherSuite;
import io.lockstep.mls.crypto.Secret;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** A client that joins and follows what others do, as recorded from other implementations. */
class PassiveClientVectorTest {
  @Test
  void everyWelcomeIsJoined() throws Exception {
    assertEquals(56, run("passive-client-welcome"));
  }

  @Test
  void everyCommitIsFollowed() throws Exception {
    assertEquals(91, run("passive-client-handling-commit"));
  }

  private static int run(String name) throws Exception {
    int cases = 0;
    for (JsonNode vector : Vectors.load(name)) {
      try {
        follow(vector);
      } catch (MlsException | RuntimeException e) {
        throw new AssertionError(name + " case " + cases, e);
      }
      cases++;
    }
    return cases;
  }

  private static void follow(JsonNode v) throws MlsException {
    ReceiveContext context = context(v);
    Group group = join(v);
    assertArrayEquals(hex(v.get("initial_epoch_authenticator")), group.epochAuthenticator());
    for (JsonNode epoch : v.get("epochs")) {
      group = Group.decode(group.encode());
      for (JsonNode proposal : epoch.get("proposals")) {
        group = group.process(hex(proposal), context).next();
      }
      group = group.process(hex(epoch.get("commit")), context).next();
      assertArrayEquals(hex(epoch.get("epoch_authenticator")), group.epochAuthenticator());
    }
  }

  /** The client of a case after its Welcome. */
  static Group join(JsonNode v) throws MlsException {
    CipherSuite suite = CipherSuite.of(v.get("cipher_suite").asInt());
    KeyPackage keyPackage = KeyPackage.decode(hex(v.get("key_package")));
    KeyPackageBundle bundle =
        KeyPackageBundle.of(
            keyPackage,
            Secret.take(hex(v.get("init_priv"))),
            Secret.take(hex(v.get("encryption_priv"))));
    SignatureKeyPair keys = SignatureKeyPair.of(suite, Secret.take(hex(v.get("signature_priv"))));
    ReceiveContext context = context(v);
    ReceiveContext joining =
        v.get("ratchet_tree").isNull()
            ? context
            : context.withRatchetTree(hex(v.get("ratchet_tree")));
    return Group.join(hex(v.get("welcome")), bundle, keys, joining);
  }

  static ReceiveContext context(JsonNode v) throws MlsException {
    KeyPackage keyPackage = KeyPackage.decode(hex(v.get("key_package")));
    Instant now = Instant.ofEpochSecond(keyPackage.lifetime().notBefore()).plusSeconds(1);
    return ReceiveContext.of(new NamedClients(), now)
        .withLifetimeMax(ReceiveContext.UNLIMITED)
        .withPsks(psks(v.get("external_psks")));
  }

  private static PskSource psks(JsonNode nodes) {
    Map<String, byte[]> known = new TreeMap<>();
    for (JsonNode each : nodes) {
      known.put(each.get("psk_id").asText(), hex(each.get("psk")));
    }
    return id -> Optional.ofNullable(known.get(HexFormat.of().formatHex(id))).map(Secret::copyOf);
  }
}
