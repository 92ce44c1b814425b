package io.lockstep.client;

import com.google.protobuf.ByteString;
import io.lockstep.api.v1.ClaimRequest;
import io.lockstep.api.v1.ClaimResponse;
import io.lockstep.api.v1.ClaimResult;
import io.lockstep.api.v1.ClientRecord;
import io.lockstep.api.v1.Joiner;
import io.lockstep.api.v1.LookupRequest;
import io.lockstep.api.v1.LookupResponse;
import io.lockstep.api.v1.Reason;
import io.lockstep.client.identity.CertificateValidator;
import io.lockstep.client.identity.MemberIdentity;
import io.lockstep.mls.KeyPackage;
import io.lockstep.mls.MlsException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Key packages of people who are to be added. The services are asked for them and not believed:
 * each package must be valid and vouched for by the trust anchor, for the very user and client
 * asked for.
 */
final class Peers {
  /** As many as one Claim may name. */
  private static final int CLAIM_MAX = 256;

  /** A package that may go into a Commit, and where its Welcome goes. */
  record Invited(MemberIdentity identity, KeyPackage keyPackage, Joiner joiner) {}

  private final Context context;

  Peers(Context context) {
    this.context = context;
  }

  /**
   * One verified package for each device that is meant and is not among {@code members}.
   *
   * @throws LockstepException.Refused if a user is unknown, or has devices and none can be added
   */
  List<Invited> invite(List<Invitee> invitees, Set<ClientId> members) {
    List<Invited> invited = new ArrayList<>();
    Set<ClientId> seen = new HashSet<>(members);
    seen.add(context.device().record().enrolled().identity().client());
    for (Invitee invitee : invitees) {
      List<ClientId> wanted = new ArrayList<>();
      for (ClientId client : devices(invitee)) {
        if (seen.add(client)) {
          wanted.add(client);
        }
      }
      invited.addAll(claim(invitee.user(), wanted));
    }
    return invited;
  }

  private List<ClientId> devices(Invitee invitee) {
    LookupRequest request = LookupRequest.newBuilder().setUserName(invitee.user().value()).build();
    LookupResponse found = context.calls().withToken((s, proof) -> s.lookup(request, proof));
    List<ClientId> all =
        found.getClientsList().stream().map(ClientRecord::getClientId).map(ClientId::of).toList();
    return switch (invitee) {
      case Invitee.AllDevices ignored -> all;
      case Invitee.OneDevice(UserName user, ClientId client) -> {
        if (!all.contains(client)) {
          throw new LockstepException.NoSuchMember(user + " has no such device");
        }
        yield List.of(client);
      }
    };
  }

  private List<Invited> claim(UserName user, List<ClientId> clients) {
    List<Invited> invited = new ArrayList<>();
    for (int from = 0; from < clients.size(); from += CLAIM_MAX) {
      List<ClientId> part = clients.subList(from, Math.min(from + CLAIM_MAX, clients.size()));
      invited.addAll(claimPart(user, part));
    }
    if (invited.isEmpty() && !clients.isEmpty()) {
      throw new LockstepException.Refused(
          Reason.KEY_PACKAGES_EXHAUSTED, "no device of " + user + " has a key package", null);
    }
    return invited;
  }

  private List<Invited> claimPart(UserName user, List<ClientId> clients) {
    ClaimRequest request =
        ClaimRequest.newBuilder()
            .setClaimId(Requests.randomId(context.random()))
            .addAllClientIds(clients.stream().map(c -> ByteString.copyFrom(c.bytes())).toList())
            .setCipherSuite(Device.SUITE.id())
            .build();
    ClaimResponse response = context.calls().withToken((s, proof) -> s.claim(request, proof));
    Set<ClientId> wanted = new HashSet<>(clients);
    List<Invited> invited = new ArrayList<>();
    for (ClaimResult result : response.getResultsList()) {
      ClientId client = ClientId.of(result.getClientId());
      if (!wanted.remove(client)) {
        throw new LockstepException.Untrusted("a key package that was not asked for", null);
      }
      if (result.hasClaimed()) {
        invited.add(verify(new MemberIdentity(user, client), result));
      }
    }
    return invited;
  }

  private Invited verify(MemberIdentity expected, ClaimResult result) {
    try {
      KeyPackage keyPackage = KeyPackage.decode(result.getClaimed().getKeyPackage().toByteArray());
      keyPackage.verify(context.now(), context.validator());
      if (!CertificateValidator.identity(keyPackage.credential()).equals(expected)) {
        throw new LockstepException.Untrusted(
            "the key store handed out a key package of somebody else for " + expected.user(), null);
      }
      if (keyPackage.suite() != Device.SUITE) {
        throw new LockstepException.Untrusted("a key package of another cipher suite", null);
      }
      Joiner joiner =
          Joiner.newBuilder()
              .setKeyPackageRef(ByteString.copyFrom(keyPackage.ref().bytes()))
              .setInboxId(result.getClaimed().getInboxId())
              .build();
      return new Invited(expected, keyPackage, joiner);
    } catch (MlsException e) {
      throw new LockstepException.Untrusted(
          "bad key package of " + expected.user() + ": " + e.getMessage(), e);
    }
  }

  static Set<ClientId> clients(List<GroupMember> members) {
    return members.stream().map(m -> m.identity().client()).collect(Collectors.toSet());
  }
}
