package io.lockstep.deploy.cluster;

import com.google.protobuf.ByteString;
import io.lockstep.api.EpochPass;
import io.lockstep.api.StreamKey;
import io.lockstep.api.v1.CommitBundle;
import io.lockstep.api.v1.CreateGroup;
import io.lockstep.api.v1.Joiner;
import io.lockstep.api.v1.SubmitRequest;
import io.lockstep.chainlog.Partitions;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * What every client says in every group, all of it drawn from one seed: so whatever is delivered
 * tells which message it is, and one that is missing or there twice is noticed. There is one group
 * in each partition, and every client is in all of them.
 */
final class Plan {
  static final int CLIENTS = 8;

  private static final int MAGIC = 0x4c4f434b;
  private static final int ITEM_BYTES = 4 * Integer.BYTES;
  private static final int FILLING_BYTES_MAX = 600;
  private static final int COMMIT_EVERY = 12;
  private static final int WELCOME_EVERY = 3;
  private static final int ASKED_TWICE_EVERY = 10;
  private static final int ID_BYTES = 16;

  private final long seed;
  private final List<ByteString> groups = new ArrayList<>();

  Plan(long seed, int partitions) {
    this.seed = seed;
    for (int partition = 0; partition < partitions; partition++) {
      int n = 0;
      ByteString id;
      do {
        id = ByteString.copyFrom(bytes("group", partition, n++));
      } while (Partitions.of(StreamKey.ofGroup(id), partitions) != partition);
      groups.add(id);
    }
  }

  /**
   * The n-th message of a client in a group; n begins at 1.
   *
   * @param askedTwice whether the client submits it once more after its answer
   */
  record Item(int client, int group, int number, boolean commit, boolean askedTwice) {}

  /** Group n is in partition n. */
  int groups() {
    return groups.size();
  }

  ByteString groupId(int group) {
    return groups.get(group);
  }

  int group(ByteString id) {
    return groups.indexOf(id);
  }

  Item item(int client, int group, int number) {
    Random random = random("item", client, group, number);
    return new Item(
        client,
        group,
        number,
        random.nextInt(COMMIT_EVERY) == 0,
        random.nextInt(ASKED_TWICE_EVERY) == 0);
  }

  SubmitRequest creation(int group) {
    return SubmitRequest.newBuilder()
        .setSubmissionId(id("creation", group))
        .setGroupId(groupId(group))
        .setCreate(CreateGroup.newBuilder().setPassHash(passHash(group, 0)))
        .build();
  }

  /**
   * An attempt to have an item sequenced; one for an epoch that is over needs another.
   *
   * @param inbox of whom a Commit's Welcome is for, when it has one
   */
  SubmitRequest request(Item item, int attempt, long epoch, ByteString inbox) {
    ByteString group = groupId(item.group);
    ByteString id = id("submission", item.client, item.group, item.number, attempt);
    SubmitRequest.Builder request =
        SubmitRequest.newBuilder()
            .setSubmissionId(id)
            .setGroupId(group)
            .setPass(pass(item.group, epoch));
    byte[] content = content(item, attempt);
    if (!item.commit) {
      return request.setMessage(SyntheticMls.application(group, epoch, content)).build();
    }
    CommitBundle.Builder bundle =
        CommitBundle.newBuilder()
            .setCommit(SyntheticMls.commit(group, epoch, content))
            .setNextPassHash(passHash(item.group, epoch + 1));
    if (item.number % WELCOME_EVERY == 0) {
      bundle
          .setWelcome(SyntheticMls.welcome(id, content))
          .addJoiners(Joiner.newBuilder().setKeyPackageRef(id).setInboxId(inbox));
    }
    return request.setCommit(bundle).build();
  }

  /** Which item a delivered message is. Throws when it is none of the plan. */
  Item read(ByteString message) {
    ByteBuffer content = ByteBuffer.wrap(SyntheticMls.ciphertext(message));
    if (content.remaining() < ITEM_BYTES + Integer.BYTES || content.getInt() != MAGIC) {
      throw new IllegalStateException("a message that nobody has sent");
    }
    Item item = item(content.getInt(), content.getInt(), content.getInt());
    if (!Arrays.equals(content.array(), content(item, content.getInt()))) {
      throw new IllegalStateException("not what was sent as " + item);
    }
    return item;
  }

  ByteString pass(int group, long epoch) {
    return ByteString.copyFrom(bytes("pass", group, (int) epoch));
  }

  private ByteString passHash(int group, long epoch) {
    return ByteString.copyFrom(EpochPass.hash(pass(group, epoch).toByteArray()));
  }

  private byte[] content(Item item, int attempt) {
    Random random = random("content", item.client, item.group, item.number);
    byte[] filling = new byte[random.nextInt(FILLING_BYTES_MAX)];
    random.nextBytes(filling);
    return ByteBuffer.allocate(ITEM_BYTES + Integer.BYTES + filling.length)
        .putInt(MAGIC)
        .putInt(item.client)
        .putInt(item.group)
        .putInt(item.number)
        .putInt(attempt)
        .put(filling)
        .array();
  }

  private ByteString id(String what, int... numbers) {
    return ByteString.copyFrom(bytes(what, numbers), 0, ID_BYTES);
  }

  private Random random(String what, int... numbers) {
    return new Random(ByteBuffer.wrap(bytes(what, numbers)).getLong());
  }

  private byte[] bytes(String what, int... numbers) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(ByteBuffer.allocate(Long.BYTES).putLong(seed).flip());
      digest.update(what.getBytes(java.nio.charset.StandardCharsets.US_ASCII));
      for (int number : numbers) {
        digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(number).flip());
      }
      return digest.digest();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
