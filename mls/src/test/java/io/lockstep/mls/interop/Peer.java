package io.lockstep.mls.interop;

import io.lockstep.mls.ContentType;
import io.lockstep.mls.Extension;
import io.lockstep.mls.GroupId;
import io.lockstep.mls.GroupInfoContent;
import io.lockstep.mls.WireFormat;
import io.lockstep.mls.crypto.CipherSuite;
import io.lockstep.mls.message.Proposal;
import io.lockstep.mls.tree.LeafIndex;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * One client in one group, whichever engine it runs on. Everything that two peers exchange is bytes
 * as they go over the wire.
 */
interface Peer {
  /** What every engine is asked to export after each step. */
  String EXPORT_LABEL = "interop";

  byte[] EXPORT_CONTEXT = "context".getBytes(StandardCharsets.UTF_8);
  int EXPORT_LENGTH = 40;

  /**
   * Who a peer is.
   *
   * @param extensionTypes listed in the capabilities of its leaf
   * @param padding application messages are padded to this length if the engine can
   */
  record Setup(
      String name,
      CipherSuite suite,
      List<Integer> extensionTypes,
      List<Extension> keyPackageExtensions,
      List<Extension> leafExtensions,
      int padding) {
    static Setup of(String name, CipherSuite suite) {
      return new Setup(name, suite, List.of(), List.of(), List.of(), 0);
    }

    Setup withExtensions(
        List<Integer> types, List<Extension> ofKeyPackage, List<Extension> ofLeaf) {
      return new Setup(name, suite, types, ofKeyPackage, ofLeaf, padding);
    }

    Setup paddedTo(int length) {
      return new Setup(name, suite, extensionTypes, keyPackageExtensions, leafExtensions, length);
    }
  }

  /** How a Commit is made. */
  record Plan(List<Proposal> proposals, WireFormat framing, GroupInfoContent welcome) {
    static Plan of(WireFormat framing, Proposal... proposals) {
      return new Plan(List.of(proposals), framing, GroupInfoContent.WITHOUT_TREE);
    }

    Plan treeInWelcome() {
      return new Plan(proposals, framing, GroupInfoContent.WITH_TREE);
    }
  }

  /** A Commit, and the Welcome for those it adds. */
  final class Made {
    final byte[] commit;
    final Optional<byte[]> welcome;

    Made(byte[] commit, Optional<byte[]> welcome) {
      this.commit = commit;
      this.welcome = welcome;
    }
  }

  /** What a message was. */
  final class Received {
    final ContentType type;

    /** Of an application message, else empty. */
    final byte[] data;

    final byte[] authenticatedData;

    /** False once the peer has been removed. */
    final boolean active;

    Received(ContentType type, byte[] data, byte[] authenticatedData, boolean active) {
      this.type = type;
      this.data = data;
      this.authenticatedData = authenticatedData;
      this.active = active;
    }
  }

  /** What members of one epoch agree on, bytes in hex. */
  record Standing(long epoch, String authenticator, String treeHash, String exported) {}

  Setup setup();

  /** An MLSMessage with a fresh KeyPackage, whose private keys the peer keeps for {@link #join}. */
  byte[] keyPackage() throws Exception;

  void create(GroupId id, List<Extension> extensions) throws Exception;

  void knowPsk(byte[] id, byte[] value) throws Exception;

  void join(byte[] welcome, Optional<byte[]> ratchetTree) throws Exception;

  /** Returns the external Commit; a peer that is in the group already takes its old leaf out. */
  byte[] joinExternally(byte[] groupInfo, Optional<byte[]> ratchetTree) throws Exception;

  byte[] groupInfo(GroupInfoContent content) throws Exception;

  byte[] ratchetTree() throws Exception;

  /** Covers the proposals that were received; the peer is in the new epoch at once. */
  Made commit(Plan plan, byte[] authenticatedData) throws Exception;

  byte[] propose(Proposal proposal, WireFormat framing) throws Exception;

  byte[] proposeUpdate(WireFormat framing) throws Exception;

  Received process(byte[] message) throws Exception;

  byte[] protect(byte[] data, byte[] authenticatedData) throws Exception;

  LeafIndex leaf() throws Exception;

  Standing standing() throws Exception;
}
