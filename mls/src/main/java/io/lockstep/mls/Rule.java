package io.lockstep.mls;

import java.util.Locale;

/**
 * The rules that input from others is held against, one constant each, in the order of RFC 9420.
 * What is not an encoding at all is {@link MlsException.Malformed} and has no rule here.
 */
public enum Rule {
  // Keys and credentials
  PUBLIC_KEY_VALID("5.1.3", "A public key that is encrypted to is one of the suite's KEM."),
  CREDENTIAL_SUCCESSOR(
      "5.3.1", "A member that changes its credential or signature key stays the same client."),

  // Framing
  APPLICATION_DATA_IS_PRIVATE("6", "Application data comes in a PrivateMessage."),
  GROUP_RE_INITIALIZED("11.2", "After a Commit with ReInit the group is used no more."),
  CONTENT_SIGNATURE("6.1", "The signature of a message is its sender's."),
  CONFIRMATION_TAG("6.1", "The confirmation tag is that of the epoch."),
  COMMIT_SENDER("6.1", "A Commit is sent by a member or by a new member."),
  NEW_MEMBER_COMMIT_IS_COMMIT("6.1", "A sender of type new_member_commit sends a Commit."),
  NEW_MEMBER_PROPOSAL_IS_ADD("6.1", "A sender of type new_member_proposal sends an Add."),
  MEMBERSHIP_TAG("6.2", "A member's PublicMessage has the MAC of the epoch's membership key."),
  SENDER_LEAF_POPULATED("6.3.2", "The sender's leaf is that of a member."),

  // Leaves and the tree
  LEAF_POPULATED("7", "A leaf that is referred to is that of a member."),
  LEAF_CREDENTIAL_TYPE_LISTED("7.2", "A leaf's capabilities list the type of its credential."),
  LEAF_TOTAL_LIFETIME("7.2", "A leaf's lifetime is not longer than the application allows."),
  LEAF_SIGNATURE("7.3", "A leaf is signed with its own signature key, for its place."),
  LEAF_SOURCE("7.3", "A leaf's source is the one of the structure that it came in."),
  LEAF_LIFETIME("7.3", "The leaf of a KeyPackage is used within its lifetime."),
  LEAF_EXTENSIONS_LISTED("7.3", "A leaf's capabilities list the types of its extensions."),
  LEAF_ENCRYPTION_KEY_REPLACED("7.3", "A new leaf of a member has a new encryption key."),
  LEAF_ENCRYPTION_KEY_UNIQUE("7.3", "No two nodes of a tree have the same encryption key."),
  LEAF_SIGNATURE_KEY_UNIQUE("7.3", "No two leaves of a tree have the same signature key."),
  CREDENTIAL_TYPE_SUPPORTED("7.3", "All members support the credential types that are in use."),
  PATH_SECRET_LENGTH("7.4", "A path secret is KDF.Nh bytes long."),
  PATH_PARENT_HASH("7.5", "The leaf of a path has the parent hash of the new path."),
  PATH_REACHES_MEMBER("7.5", "A path has a secret for each member that is below it."),
  PATH_SECRET_MATCHES("7.5", "A path secret gives the public keys of the nodes above."),
  PATH_LENGTH("7.6", "A path has one node per node of the filtered direct path."),
  PATH_CIPHERTEXT_COUNT("7.6", "A node of a path has one ciphertext per node of the resolution."),
  PARENT_HASH_VALID("7.9.2", "A parent's hash is carried by exactly one chain of nodes below it."),

  // Key packages
  LEAF_ENCRYPTION_KEY_VALID("10", "A leaf's encryption key is a key of the suite's KEM."),
  KEY_PACKAGE_INIT_KEY_VALID("10", "The init key is a key of the suite's KEM."),
  KEY_PACKAGE_SUITE("10.1", "An added KeyPackage is for the cipher suite of the group."),
  KEY_PACKAGE_SIGNATURE("10.1", "A KeyPackage is signed with the key of its leaf."),
  KEY_PACKAGE_INIT_KEY_DISTINCT("10.1", "The init key is not the leaf's encryption key."),
  NEW_GROUP("11", "A new group is at epoch 0, with its creator alone and no transcript."),
  LEAF_VERSION_LISTED("11.1", "A leaf's capabilities list the protocol version."),
  LEAF_SUITE_LISTED("11.1", "A leaf's capabilities list the cipher suite."),
  REQUIRED_EXTENSION_SUPPORTED("11.1", "All members support the required extensions."),
  REQUIRED_PROPOSAL_SUPPORTED("11.1", "All members support the required proposal types."),
  REQUIRED_CREDENTIAL_SUPPORTED("11.1", "All members support the required credential types."),

  // Proposals
  PROPOSALS_PER_EPOCH("12.1", "The proposals of one epoch stay below our limit."),
  UPDATE_BY_MEMBER("12.1.2", "An Update is sent by the member whose leaf it replaces."),
  REMOVE_MEMBER("12.1.3", "A Remove names the leaf of a member."),
  REMOVE_LEAVES_A_MEMBER("12.1.3", "The last member is not removed."),
  PSK_NONCE_LENGTH("12.1.4", "The nonce of a PreSharedKey is KDF.Nh bytes long."),
  PSK_USAGE("12.1.4", "A resumption PSK in a running group has the usage application."),
  RE_INIT_VERSION("12.1.5", "A ReInit does not go back to an older protocol version."),
  EXTERNAL_PROPOSAL_TYPE("12.1.8", "A sender outside of the group sends a type it may send."),
  EXTERNAL_SENDER_KNOWN("12.1.8.1", "The sender's index is one in the external_senders."),
  SELF_REMOVE_BY_MEMBER(
      "draft-ietf-mls-extensions, SelfRemove", "A SelfRemove is sent by the member that leaves."),
  SELF_REMOVE_IS_PUBLIC(
      "draft-ietf-mls-extensions, SelfRemove", "A SelfRemove is a PublicMessage."),
  NO_OWN_UPDATE("12.2", "A Commit has no Update of its committer."),
  NO_OWN_REMOVAL("12.2", "A Commit does not remove its committer."),
  ONE_CHANGE_PER_LEAF("12.2", "A Commit has one Update or Remove for a leaf."),
  PROPOSAL_TYPE_SUPPORTED(
      "12.2", "All members but those that it removes know the types of a Commit's proposals."),
  PSK_ONCE("12.2", "A Commit has a PreSharedKeyID once."),
  ONE_GROUP_CONTEXT_EXTENSIONS("12.2", "A Commit has one GroupContextExtensions at most."),
  RE_INIT_ALONE("12.2", "A ReInit is the only proposal of its Commit."),
  NO_EXTERNAL_INIT("12.2", "Only an external Commit has an ExternalInit."),
  ONE_EXTERNAL_INIT("12.2", "An external Commit has exactly one ExternalInit."),
  EXTERNAL_COMMIT_PROPOSALS("12.2", "An external Commit has no proposals but those it may have."),
  EXTERNAL_COMMIT_BY_VALUE("12.2", "An external Commit has no proposal by reference."),
  EXTERNAL_COMMIT_ONE_REMOVE("12.2", "An external Commit has one Remove at most."),
  EXTERNAL_REMOVE_SAME_CLIENT("12.2", "A joiner removes no leaf but its own earlier one."),
  EXTERNAL_REMOVE_NEW_KEY("12.2", "A joiner's encryption key is not that of its earlier leaf."),

  // Commits
  PROPOSAL_KNOWN("12.4", "A proposal that a Commit refers to was received in the same epoch."),
  PATH_REQUIRED("12.4", "A Commit has a path where its proposals require one."),
  PARENT_ENCRYPTION_KEY_UNIQUE("12.4.2", "The keys of a path are new to the tree."),
  PATH_SENDER_LEAF("12.4.2", "A path is for a member's leaf or for the leftmost blank one."),
  PSK_AVAILABLE("12.4.2", "The PSKs of a Commit are known here."),
  OWN_UPDATE_KNOWN("12.4.2", "The Update of ours that is committed is one whose key we have."),

  // Joining
  GROUP_INFO_CONTEXT("12.4.3", "A GroupInfo has the GroupContext of its epoch."),
  GROUP_INFO_CONFIRMATION_TAG("12.4.3", "A GroupInfo has the confirmation tag of its epoch."),
  WELCOME_RECIPIENTS("12.4.3.1", "A Commit's Welcome is for those it adds, each once."),
  WELCOME_SUITE("12.4.3.1", "A Welcome is for the suite of the KeyPackage."),
  WELCOME_ENTRY("12.4.3.1", "A Welcome has an entry for the KeyPackage."),
  GROUP_INFO_SUITE("12.4.3.1", "A GroupInfo is for the suite of our keys."),
  GROUP_INFO_SIGNATURE("12.4.3.1", "A GroupInfo is signed by the member that it names."),
  RATCHET_TREE_KNOWN("12.4.3.1", "The tree is in the GroupInfo or comes another way."),
  TREE_HASH("12.4.3.1", "The tree has the hash that is in the GroupContext."),
  UNMERGED_LEAVES_VALID("12.4.3.1", "A parent's unmerged leaves are members below it."),
  OWN_LEAF_IN_TREE("12.4.3.1", "The leaf of the KeyPackage is in the tree."),
  EXTERNAL_PUB("12.4.3.2", "A GroupInfo for external joins has an external_pub."),
  EXTERNAL_COMMIT_PATH("12.4.3.2", "An external Commit has a path."),
  ONE_ORIGIN("12.4.3.1", "A Welcome names one group at most that the new one grew out of."),
  ORIGIN_KNOWN("12.4.3.1", "The group that a new one grew out of is known here."),
  ORIGIN_EPOCH("12.4.3.1", "A group that grew out of another one is joined in its epoch 1."),
  ORIGIN_CLOSED("12.4.3.1", "The last Commit of a group that is followed by another is a ReInit."),
  RE_INIT_PARAMETERS("12.4.3.1", "The new group is what the ReInit says."),
  RE_INIT_MEMBERS("12.4.3.1", "All members of the old group are members of the new one."),
  BRANCH_PARAMETERS("12.4.3.1", "A branch has the version and cipher suite of the old group."),
  BRANCH_MEMBERS("12.4.3.1", "All members of a branch are members of the old group."),
  RESYNC_ONE_LEAF("12.4.3.2", "A client that comes back has one leaf in the tree."),

  // The group's extensions
  GROUP_EXTENSION_SUPPORTED("13", "All members support the extensions of the GroupContext.");

  private final String source;
  private final String demand;
  private final String id;

  Rule(String source, String demand) {
    this.source = Character.isDigit(source.charAt(0)) ? "RFC 9420 section " + source : source;
    this.demand = demand;
    this.id = name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Stable name in kebab-case, for programs and logs. */
  public String id() {
    return id;
  }

  /** Document and section that state the rule: "RFC 9420 section 7.3". */
  public String source() {
    return source;
  }

  /** What it demands, as one sentence. */
  public String demand() {
    return demand;
  }

  @Override
  public String toString() {
    return id;
  }
}
