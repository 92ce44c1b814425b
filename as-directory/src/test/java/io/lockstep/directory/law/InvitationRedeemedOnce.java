package io.lockstep.directory.law;

import com.google.protobuf.ByteString;
import io.lockstep.log.v1.DirectoryEntry;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Law: behind every account that was made by invitation stands one invitation, and no invitation
 * stands behind two accounts. Checked on the accepted entries of all streams.
 */
public final class InvitationRedeemedOnce {
  private record Identity(String userName, ByteString accountKey) {}

  private InvitationRedeemedOnce() {}

  /** Returns how many invitations are bound to an account that was not made. */
  public static int check(List<DirectoryEntry> entries) {
    Set<Identity> accounts = new HashSet<>();
    for (DirectoryEntry entry : entries) {
      if (entry.hasAccountCreated()) {
        var created = entry.getAccountCreated();
        accounts.add(new Identity(created.getUserName(), created.getAccountKey()));
      }
    }
    // Who holds an invitation when all is done.
    Map<ByteString, Identity> holders = new HashMap<>();
    for (DirectoryEntry entry : entries) {
      if (entry.hasInvitationRedeemed()) {
        var redeemed = entry.getInvitationRedeemed();
        Identity holder = new Identity(redeemed.getUserName(), redeemed.getAccountKey());
        Identity before = holders.put(redeemed.getCodeHash(), holder);
        if (before != null) {
          throw new AssertionError("redeemed twice without a release: " + redeemed.getCodeHash());
        }
      } else if (entry.hasInvitationReleased()) {
        var released = entry.getInvitationReleased();
        if (accounts.contains(new Identity(released.getUserName(), released.getAccountKey()))) {
          throw new AssertionError("an account's invitation was given back: " + released);
        }
        holders.remove(released.getCodeHash());
      }
    }
    for (Identity account : accounts) {
      if (!holders.containsValue(account)) {
        throw new AssertionError("an account without an invitation: " + account);
      }
    }
    holders.values().removeAll(accounts);
    return holders.size();
  }
}
