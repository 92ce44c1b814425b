package io.lockstep.mls;

import io.lockstep.mls.message.GroupContext;
import io.lockstep.mls.message.PreSharedKeyId;
import io.lockstep.mls.message.Proposal;
import io.lockstep.mls.tree.RatchetTree;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The group that a new one grew out of, by ReInit or by branching, and what the new one must be
 * like (RFC 9420 sections 11.2, 11.3 and 12.4.3.1).
 *
 * @param psk the resumption PSK that ties the two together
 * @param group the old one as it is known here
 */
record Origin(PreSharedKeyId.Resumption psk, GroupState group) {
  private static final long FIRST_JOINED_EPOCH = 1;

  /** Of a new group whose Welcome names these PSKs; empty for one that stands for itself. */
  static Optional<Origin> of(List<PreSharedKeyId> psks, ReceiveContext receive)
      throws MlsException.Invalid {
    List<PreSharedKeyId.Resumption> found = new ArrayList<>();
    for (PreSharedKeyId id : psks) {
      if (id instanceof PreSharedKeyId.Resumption resumption
          && resumption.usage() != PreSharedKeyId.Usage.APPLICATION) {
        found.add(resumption);
      }
    }
    if (found.isEmpty()) {
      return Optional.empty();
    }
    require(found.size() == 1, Rule.ONE_ORIGIN, "several PSKs for ReInit or branching");
    PreSharedKeyId.Resumption psk = found.getFirst();
    for (Group group : receive.groups()) {
      if (group.groupId().equals(psk.group())) {
        return Optional.of(new Origin(psk, group.state()));
      }
    }
    throw new MlsException.Invalid(
        Rule.ORIGIN_KNOWN, "the new group grew out of " + psk.group() + ", which was not given");
  }

  void check(GroupContext context, RatchetTree tree, CredentialValidator credentials)
      throws MlsException.Invalid {
    require(context.epoch() == FIRST_JOINED_EPOCH, Rule.ORIGIN_EPOCH, "the epoch is another");
    switch (psk.usage()) {
      case REINIT -> checkReInit(context, tree, credentials);
      case BRANCH -> checkBranch(context, tree, credentials);
      case APPLICATION -> {}
    }
  }

  private void checkReInit(GroupContext context, RatchetTree tree, CredentialValidator credentials)
      throws MlsException.Invalid {
    Proposal.ReInit reInit = reInit();
    boolean same =
        context.groupId().equals(reInit.group())
            && reInit.version() == MlsFrame.VERSION
            && context.suite().id() == reInit.cipherSuite()
            && context.extensions().equals(reInit.extensions());
    require(same, Rule.RE_INIT_PARAMETERS, "id, version, suite or extensions differ");
    require(
        haveCounterparts(
            credentialsOf(group.membersAt(psk.epoch())), credentialsOf(tree), credentials),
        Rule.RE_INIT_MEMBERS,
        "a member of the old group is missing");
  }

  /** What the old group agreed on. */
  Proposal.ReInit reInit() throws MlsException.Invalid {
    if (psk.epoch() == group.context().epoch()
        && group.phase() instanceof GroupState.Phase.Closed(Optional<Proposal.ReInit> reInit)
        && reInit.isPresent()) {
      return reInit.get();
    }
    throw new MlsException.Invalid(Rule.ORIGIN_CLOSED, "the old group is not re-initialized");
  }

  private void checkBranch(GroupContext context, RatchetTree tree, CredentialValidator credentials)
      throws MlsException.Invalid {
    require(
        context.suite() == group.suite(), Rule.BRANCH_PARAMETERS, "another suite than the group");
    checkNoStranger(tree, credentials);
  }

  /** For branches; and for what we re-initialize, since a stranger does not have the PSK. */
  void checkNoStranger(RatchetTree tree, CredentialValidator credentials)
      throws MlsException.Invalid {
    require(
        haveCounterparts(
            credentialsOf(tree), credentialsOf(group.membersAt(psk.epoch())), credentials),
        Rule.BRANCH_MEMBERS,
        "a member that is not one of the old group");
  }

  /**
   * Whether each of {@code some} stands for another client of {@code all}. Most find their own
   * credential there; only the others are compared one by one by the application, in the order of
   * the leaves, which founders mostly keep.
   */
  private static boolean haveCounterparts(
      List<Credential> some, List<Credential> all, CredentialValidator credentials) {
    Map<Credential, Integer> known = new HashMap<>();
    all.forEach(each -> known.merge(each, 1, Integer::sum));
    List<Credential> changed = new ArrayList<>();
    for (Credential each : some) {
      if (known.containsKey(each)) {
        known.computeIfPresent(each, (credential, count) -> count == 1 ? null : count - 1);
      } else {
        changed.add(each);
      }
    }
    Map<Integer, Credential> candidates = new LinkedHashMap<>();
    for (int i = 0; i < all.size(); i++) {
      if (known.containsKey(all.get(i))) {
        candidates.put(i, all.get(i));
      }
    }
    for (Credential each : changed) {
      if (!removeCounterpart(each, candidates, credentials)) {
        return false;
      }
    }
    return true;
  }

  private static boolean removeCounterpart(
      Credential of, Map<Integer, Credential> candidates, CredentialValidator credentials) {
    for (Iterator<Credential> each = candidates.values().iterator(); each.hasNext(); ) {
      Credential candidate = each.next();
      if (credentials.sameClient(candidate, of) || credentials.sameClient(of, candidate)) {
        each.remove();
        return true;
      }
    }
    return false;
  }

  private static List<Credential> credentialsOf(List<Member> members) {
    return members.stream().map(Member::credential).toList();
  }

  private static List<Credential> credentialsOf(RatchetTree tree) {
    List<Credential> credentials = new ArrayList<>();
    tree.forEachMember((index, leaf) -> credentials.add(leaf.credential()));
    return credentials;
  }

  private static void require(boolean holds, Rule rule, String detail) throws MlsException.Invalid {
    if (!holds) {
      throw new MlsException.Invalid(rule, detail);
    }
  }
}
