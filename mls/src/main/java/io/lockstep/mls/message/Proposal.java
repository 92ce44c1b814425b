package io.lockstep.mls.message;

import io.lockstep.mls.Extension;
import io.lockstep.mls.GroupId;
import io.lockstep.mls.KeyPackage;
import io.lockstep.mls.MlsException;
import io.lockstep.mls.MlsFrame;
import io.lockstep.mls.codec.Encodable;
import io.lockstep.mls.codec.TlsReader;
import io.lockstep.mls.codec.TlsWriter;
import io.lockstep.mls.crypto.CipherSuite;
import io.lockstep.mls.tree.LeafIndex;
import io.lockstep.mls.tree.LeafNode;
import java.util.List;

/** A change that someone wants (RFC 9420 section 12.1). */
public sealed interface Proposal extends Encodable {
  int ADD = 1;
  int UPDATE = 2;
  int REMOVE = 3;
  int PSK = 4;
  int REINIT = 5;
  int EXTERNAL_INIT = 6;
  int GROUP_CONTEXT_EXTENSIONS = 7;

  /** Of draft-ietf-mls-extensions: members that know it list it in their capabilities. */
  int SELF_REMOVE = 0x000A;

  /** The uint16 of the registry. */
  int type();

  /** Types 1 to 7 are understood by every client and listed in no capabilities (section 7.2). */
  static boolean isDefault(int type) {
    return type >= ADD && type <= GROUP_CONTEXT_EXTENSIONS;
  }

  record Add(KeyPackage keyPackage) implements Proposal {
    @Override
    public int type() {
      return ADD;
    }
  }

  /** Replaces the leaf of its sender. */
  record Update(LeafNode leafNode) implements Proposal {
    @Override
    public int type() {
      return UPDATE;
    }
  }

  record Remove(LeafIndex removed) implements Proposal {
    @Override
    public int type() {
      return REMOVE;
    }
  }

  record PreSharedKey(PreSharedKeyId id) implements Proposal {
    @Override
    public int type() {
      return PSK;
    }
  }

  /**
   * {@code version} and {@code cipherSuite} are kept as numbers: they may be ones that this engine
   * does not have.
   */
  record ReInit(GroupId group, int version, int cipherSuite, List<Extension> extensions)
      implements Proposal {
    public ReInit {
      extensions = List.copyOf(extensions);
    }

    /** To a group of this protocol version. */
    public ReInit(GroupId group, CipherSuite suite, List<Extension> extensions) {
      this(group, MlsFrame.VERSION, suite.id(), extensions);
    }

    @Override
    public int type() {
      return REINIT;
    }
  }

  /** Only in an external Commit. */
  final class ExternalInit implements Proposal {
    private final byte[] kemOutput;

    public ExternalInit(byte[] kemOutput) {
      this.kemOutput = kemOutput.clone();
    }

    /** A copy. */
    public byte[] kemOutput() {
      return kemOutput.clone();
    }

    @Override
    public int type() {
      return EXTERNAL_INIT;
    }
  }

  /** Replaces all extensions of the group. */
  record GroupContextExtensions(List<Extension> extensions) implements Proposal {
    public GroupContextExtensions {
      extensions = List.copyOf(extensions);
    }

    @Override
    public int type() {
      return GROUP_CONTEXT_EXTENSIONS;
    }
  }

  /** Removes its sender (draft-ietf-mls-extensions). In a Commit only by reference. */
  record SelfRemove() implements Proposal {
    @Override
    public int type() {
      return SELF_REMOVE;
    }
  }

  /**
   * Of a type that this engine does not know, such as one of the application. Its content is one
   * {@code opaque<V>}: nothing on the wire says how long a proposal is, so one of an unknown type
   * can be read only if its form is agreed on. A type with another form makes its message
   * Malformed. All members must list the type in their capabilities, and a Commit with one has a
   * path.
   */
  final class Unknown implements Proposal {
    private final int type;
    private final byte[] content;

    public Unknown(int type, byte[] content) {
      if (isDefault(type) || type == SELF_REMOVE) {
        throw new IllegalArgumentException("type " + type + " is known");
      }
      this.type = type;
      this.content = content.clone();
    }

    /** A copy. */
    public byte[] content() {
      return content.clone();
    }

    @Override
    public int type() {
      return type;
    }
  }

  static Proposal decode(TlsReader in) throws MlsException {
    int type = in.uint16();
    return switch (type) {
      case ADD -> new Add(KeyPackage.read(in));
      case UPDATE -> new Update(LeafNode.decode(in));
      case REMOVE -> new Remove(LeafIndex.decode(in));
      case PSK -> new PreSharedKey(PreSharedKeyId.decode(in));
      case REINIT ->
          new ReInit(GroupId.decode(in), in.uint16(), in.uint16(), Extension.decodeList(in));
      case EXTERNAL_INIT -> new ExternalInit(in.opaque());
      case GROUP_CONTEXT_EXTENSIONS -> new GroupContextExtensions(Extension.decodeList(in));
      case SELF_REMOVE -> new SelfRemove();
      default -> new Unknown(type, in.opaque());
    };
  }

  @Override
  default void encodeTo(TlsWriter out) {
    out.uint16(type());
    switch (this) {
      case Add(KeyPackage keyPackage) -> keyPackage.writeTo(out);
      case Update(LeafNode leafNode) -> out.put(leafNode);
      case Remove(LeafIndex removed) -> out.put(removed);
      case PreSharedKey(PreSharedKeyId id) -> out.put(id);
      case ReInit reInit ->
          out.put(reInit.group)
              .uint16(reInit.version)
              .uint16(reInit.cipherSuite)
              .vector(reInit.extensions);
      case ExternalInit externalInit -> out.opaque(externalInit.kemOutput);
      case GroupContextExtensions(List<Extension> extensions) -> out.vector(extensions);
      case SelfRemove() -> {}
      case Unknown unknown -> out.opaque(unknown.content);
    }
  }
}
