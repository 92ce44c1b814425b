package io.lockstep.client;

import io.lockstep.client.identity.CertificateValidator;
import io.lockstep.mls.Group;
import io.lockstep.mls.Member;
import io.lockstep.mls.MlsException;
import java.util.List;

/** A group's member list in the client's own words. */
final class Members {
  private Members() {}

  static List<GroupMember> of(Group group) {
    return group.members().stream().map(member -> view(group, member)).toList();
  }

  private static GroupMember view(Group group, Member member) {
    try {
      return new GroupMember(
          CertificateValidator.identity(member.credential()),
          member.leaf().value(),
          member.leaf().equals(group.ownLeaf()));
    } catch (MlsException e) {
      throw new IllegalStateException("a member's credential was validated", e);
    }
  }
}
