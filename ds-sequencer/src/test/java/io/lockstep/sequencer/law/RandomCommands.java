package io.lockstep.sequencer.law;

import com.google.protobuf.ByteString;
import io.lockstep.api.StreamKey;
import io.lockstep.log.v1.CreateGroup;
import io.lockstep.log.v1.GroupSettings;
import io.lockstep.log.v1.Joiner;
import io.lockstep.log.v1.PostCommit;
import io.lockstep.log.v1.PostMessage;
import io.lockstep.log.v1.StreamCommand;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Random submissions for a few groups, most of them made for the present, and with every kind of
 * flaw now and then. Rivals' Commits for one epoch have different passes.
 */
final class RandomCommands {
  record Made(StreamCommand command, Facts facts) {}

  private final Random random;
  private final ReferenceStreams present;
  private final int groups;
  private final List<Made> made = new ArrayList<>();
  private long ids;

  RandomCommands(Random random, ReferenceStreams present, int groups) {
    this.random = random;
    this.present = present;
    this.groups = groups;
  }

  Made next() {
    if (!made.isEmpty() && oneIn(5)) {
      return made.get(
          made.size() - 1 - random.nextInt(Math.min(made.size(), 1 << random.nextInt(12))));
    }
    ByteString group = Ids.group("group " + random.nextInt(groups));
    String stream = StreamKey.ofGroup(group);
    Made next;
    if (!present.exists(stream) && !oneIn(4)) {
      next = create(group);
    } else {
      next =
          switch (random.nextInt(40)) {
            case 0 -> create(group);
            case 1 -> broken(group);
            case 2, 3, 4, 5, 6, 7, 8, 9 -> commit(group, Facts.What.COMMIT);
            case 10, 11 -> commit(group, Facts.What.EXTERNAL_COMMIT);
            case 12, 13, 14, 15 -> message(group, Facts.What.PROPOSAL);
            default -> message(group, Facts.What.APPLICATION);
          };
    }
    made.add(next);
    return next;
  }

  long nextPause() {
    return switch (random.nextInt(400)) {
      case 0 -> 25 * 3_600_000L;
      case 1 -> -random.nextInt(5000);
      case 2, 3, 4 -> random.nextInt(100_000);
      default -> random.nextInt(3000);
    };
  }

  private Made create(ByteString group) {
    boolean externalJoin = random.nextBoolean();
    int past = random.nextInt(4) * random.nextInt(4);
    Facts.Extra info = extra();
    ByteString pass = Ids.passHash(0);
    CreateGroup.Builder body =
        CreateGroup.newBuilder()
            .setSettings(
                GroupSettings.newBuilder().setExternalJoin(externalJoin).setPastEpochs(past))
            .setPassHash(pass)
            .setGroupInfo(info(group, 0, info));
    StreamCommand command = to(group).setCreate(body).build();
    return new Made(
        command,
        new Facts(
            StreamKey.of(command),
            command.getSubmissionId(),
            Facts.What.CREATE,
            group,
            0,
            pass,
            pass,
            externalJoin,
            past,
            Facts.Extra.NONE,
            info));
  }

  private Made message(ByteString group, Facts.What what) {
    ByteString named = named(group);
    long epoch = epoch(group);
    ByteString pass = pass(epoch);
    ByteString message =
        what == Facts.What.PROPOSAL
            ? Frames.proposal(named, epoch, "p" + ids)
            : Frames.application(named, epoch, "a" + ids);
    StreamCommand command =
        to(group)
            .setMessage(PostMessage.newBuilder().setMessage(message).setPassHash(pass))
            .build();
    return made(command, what, named, epoch, pass, Facts.Extra.NONE, Facts.Extra.NONE);
  }

  private Made commit(ByteString group, Facts.What what) {
    ByteString named = named(group);
    long epoch = epoch(group);
    boolean external = what == Facts.What.EXTERNAL_COMMIT;
    ByteString pass = external && !oneIn(6) ? ByteString.EMPTY : pass(epoch);
    Facts.Extra welcome = external && !oneIn(6) ? Facts.Extra.NONE : extra();
    Facts.Extra info = extra();
    String text = "c" + ids;
    PostCommit.Builder body =
        PostCommit.newBuilder()
            .setCommit(
                external
                    ? Frames.externalCommit(named, epoch, text)
                    : Frames.commit(named, epoch, text))
            .setPassHash(pass)
            .setNextPassHash(Ids.passHash(epoch + 1, random.nextInt(2)))
            .setGroupInfo(info(group, epoch + 1, info));
    addWelcome(body, welcome);
    StreamCommand command = to(group).setCommit(body).build();
    return made(command, what, named, epoch, pass, welcome, info);
  }

  private Made broken(ByteString group) {
    StreamCommand.Builder command = to(group);
    ByteString text = Frames.application(group, 0, "x");
    switch (random.nextInt(5)) {
      case 0 -> command.setCreate(CreateGroup.getDefaultInstance());
      case 1 -> command.setMessage(PostMessage.getDefaultInstance());
      case 2 -> command.setMessage(PostMessage.newBuilder().setMessage(text.substring(0, 5)));
      case 3 -> command.setCommit(PostCommit.newBuilder().setCommit(text));
      default -> {}
    }
    return made(
        command.build(),
        Facts.What.BROKEN,
        group,
        0,
        ByteString.EMPTY,
        Facts.Extra.NONE,
        Facts.Extra.NONE);
  }

  private Made made(
      StreamCommand command,
      Facts.What what,
      ByteString named,
      long epoch,
      ByteString pass,
      Facts.Extra welcome,
      Facts.Extra info) {
    Facts facts =
        new Facts(
            StreamKey.of(command),
            command.getSubmissionId(),
            what,
            named,
            epoch,
            pass,
            command.getCommit().getNextPassHash(),
            false,
            0,
            welcome,
            info);
    return new Made(command, facts);
  }

  private void addWelcome(PostCommit.Builder body, Facts.Extra kind) {
    if (kind == Facts.Extra.NONE) {
      return;
    }
    List<ByteString> refs = new ArrayList<>();
    int joiners = 1 + random.nextInt(3);
    for (int i = 0; i < joiners; i++) {
      refs.add(Ids.ref("joiner " + i));
      body.addJoiners(
          Joiner.newBuilder()
              .setKeyPackageRef(refs.get(i))
              .setInboxId(Ids.inbox(random.nextInt(50) * 10L + i)));
    }
    body.setWelcome(Frames.welcome(refs));
    switch (kind) {
      case WRONG -> spoil(body);
      case GARBAGE -> body.setWelcome(ByteString.copyFromUtf8("garbage"));
      case RIGHT, NONE -> {}
    }
  }

  private void spoil(PostCommit.Builder body) {
    switch (random.nextInt(4)) {
      case 0 -> body.clearJoiners();
      case 1 -> body.clearWelcome();
      case 2 -> body.addJoiners(body.getJoiners(0));
      default -> body.getJoinersBuilder(0).setKeyPackageRef(Ids.ref("stranger"));
    }
  }

  private ByteString info(ByteString group, long epoch, Facts.Extra kind) {
    return switch (kind) {
      case NONE -> ByteString.EMPTY;
      case RIGHT -> Frames.groupInfo(group, epoch);
      case WRONG -> Frames.groupInfo(group, epoch + 1);
      case GARBAGE -> Frames.application(group, epoch, "no group info");
    };
  }

  private Facts.Extra extra() {
    return switch (random.nextInt(12)) {
      case 0 -> Facts.Extra.WRONG;
      case 1 -> Facts.Extra.GARBAGE;
      case 2, 3, 4, 5 -> Facts.Extra.RIGHT;
      default -> Facts.Extra.NONE;
    };
  }

  private ByteString named(ByteString group) {
    return oneIn(30) ? Ids.group("elsewhere") : group;
  }

  private long epoch(ByteString group) {
    long current = present.epoch(StreamKey.ofGroup(group));
    return switch (random.nextInt(8)) {
      case 0 -> Math.max(0, current - random.nextInt(12));
      case 1 -> Math.max(0, current - 1);
      case 2 -> current + (oneIn(3) ? 1 : 0);
      default -> current;
    };
  }

  private ByteString pass(long epoch) {
    return oneIn(15) ? ByteString.EMPTY : Ids.passHash(epoch, oneIn(10) ? 1 : 0);
  }

  private StreamCommand.Builder to(ByteString group) {
    return StreamCommand.newBuilder().setSubmissionId(Ids.submission(++ids)).setStreamId(group);
  }

  private boolean oneIn(int n) {
    return random.nextInt(n) == 0;
  }
}
