package io.lockstep.sequencer.law;

import com.google.protobuf.ByteString;
import io.lockstep.log.v1.CreateGroup;
import io.lockstep.log.v1.GroupSettings;
import io.lockstep.log.v1.InboxItem;
import io.lockstep.log.v1.Joiner;
import io.lockstep.log.v1.PostCommit;
import io.lockstep.log.v1.PostMessage;
import io.lockstep.log.v1.StreamCommand;
import java.util.Arrays;
import java.util.List;

/** Commands that the law accepts, to be bent by a test. The group is at the epoch that is named. */
public final class Commands {
  public static final ByteString GROUP = Ids.group("the group");

  private Commands() {}

  public static StreamCommand create(long id) {
    return create(id, GroupSettings.getDefaultInstance());
  }

  public static StreamCommand create(long id, GroupSettings settings) {
    return to(id)
        .setCreate(CreateGroup.newBuilder().setSettings(settings).setPassHash(Ids.passHash(0)))
        .build();
  }

  public static StreamCommand application(long id, long epoch) {
    return message(id, epoch, Frames.application(GROUP, epoch, "text " + id));
  }

  public static StreamCommand proposal(long id, long epoch) {
    return message(id, epoch, Frames.proposal(GROUP, epoch, "proposal " + id));
  }

  public static StreamCommand message(long id, long epoch, ByteString message) {
    return to(id)
        .setMessage(PostMessage.newBuilder().setMessage(message).setPassHash(Ids.passHash(epoch)))
        .build();
  }

  public static StreamCommand commit(long id, long epoch) {
    return commit(id, post(epoch, Frames.commit(GROUP, epoch, "commit " + id)));
  }

  public static StreamCommand commit(long id, PostCommit.Builder post) {
    return to(id).setCommit(post).build();
  }

  public static PostCommit.Builder post(long epoch, ByteString commit) {
    return PostCommit.newBuilder()
        .setCommit(commit)
        .setPassHash(Ids.passHash(epoch))
        .setNextPassHash(Ids.passHash(epoch + 1));
  }

  public static PostCommit.Builder external(long epoch) {
    return post(epoch, Frames.externalCommit(GROUP, epoch, "external")).clearPassHash();
  }

  /** A Commit that adds the named clients, whose inboxes are 1, 2, 3 ... */
  public static PostCommit.Builder adding(long epoch, String... names) {
    List<ByteString> refs = Arrays.stream(names).map(Ids::ref).toList();
    PostCommit.Builder post =
        post(epoch, Frames.commit(GROUP, epoch, "add")).setWelcome(Frames.welcome(refs));
    for (int i = 0; i < names.length; i++) {
      post.addJoiners(joiner(names[i], i + 1));
    }
    return post;
  }

  public static Joiner joiner(String name, long inbox) {
    return Joiner.newBuilder().setKeyPackageRef(Ids.ref(name)).setInboxId(Ids.inbox(inbox)).build();
  }

  public static StreamCommand item(long id, long inbox, String text) {
    return StreamCommand.newBuilder()
        .setSubmissionId(Ids.submission(id))
        .setStreamId(Ids.inbox(inbox))
        .setItem(InboxItem.newBuilder().setWelcome(ByteString.copyFromUtf8(text)))
        .build();
  }

  private static StreamCommand.Builder to(long id) {
    return StreamCommand.newBuilder().setSubmissionId(Ids.submission(id)).setStreamId(GROUP);
  }
}
