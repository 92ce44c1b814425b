package io.lockstep.client.cli;

import io.lockstep.client.ClientEvent;
import io.lockstep.client.GroupMember;
import io.lockstep.client.GroupOptions;
import io.lockstep.client.LockstepClient;
import io.lockstep.client.LockstepException;
import io.lockstep.client.Standing;
import io.lockstep.client.UserName;
import io.lockstep.mls.GroupId;
import java.io.IOException;
import java.util.Optional;

/** One person at one screen. */
final class Chat {
  private static final String HELP =
      """
      /new GROUP     make a group and talk in it
      /group GROUP   talk in another group (/group alone lists them)
      /add USER      add all of a user's devices
      /remove USER   remove a user
      /members       who is in the group
      /update        new keys for this device
      /resync        come back into the group after this device lost its place
      /leave         leave the group
      /quit          end; what arrives meanwhile is kept
      anything else is sent to the group""";

  private static final int ID_DIGITS = 8;

  private final LockstepClient client;
  private final Screen screen;
  private volatile Optional<GroupId> current = Optional.empty();
  private volatile Optional<String> wanted;

  Chat(LockstepClient client, Screen screen, Optional<String> wanted) {
    this.client = client;
    this.screen = screen;
    this.wanted = wanted;
  }

  /** Until the person has enough. */
  void run() throws IOException {
    wanted.flatMap(this::named).ifPresent(this::select);
    if (current.isEmpty() && wanted.isEmpty() && client.groups().size() == 1) {
      select(client.groups().iterator().next());
    }
    client.listen(this::show);
    if (current.isEmpty()) {
      screen.print("* /new GROUP makes a group; an invitation opens one by itself; /help");
    }
    Optional<String> line = screen.readLine(prompt());
    while (line.isPresent() && !line.get().strip().equals("/quit")) {
      obey(line.get().strip());
      line = screen.readLine(prompt());
    }
  }

  private String prompt() {
    return current.map(this::label).orElse("") + "> ";
  }

  private void obey(String line) {
    try {
      if (line.startsWith("/")) {
        int space = line.indexOf(' ');
        String command = space < 0 ? line : line.substring(0, space);
        command(command, space < 0 ? "" : line.substring(space).strip());
      } else if (!line.isEmpty()) {
        var ignored = client.send(group(), new ChatMessage.Text(line).encode());
      }
    } catch (LockstepException | IllegalArgumentException e) {
      screen.print("! " + e.getMessage());
    }
  }

  private void command(String command, String argument) {
    switch (command) {
      case "/new" -> make(argument);
      case "/group" -> choose(argument);
      case "/add" -> add(new UserName(argument));
      case "/remove" -> client.remove(group(), new UserName(argument));
      case "/members" -> members();
      case "/update" -> client.update(group());
      case "/resync" -> client.resync(group());
      case "/leave" -> client.leave(group());
      case "/help" -> screen.print(HELP);
      default -> screen.print("! no such command: " + command + " (try /help)");
    }
  }

  private void make(String name) {
    if (name.isEmpty()) {
      throw new IllegalArgumentException("/new GROUP: which name?");
    }
    GroupId group = client.createGroup(GroupOptions.open());
    client.setLabel(group, name);
    select(group);
  }

  private void add(UserName user) {
    GroupId group = group();
    client.add(group, user);
    // Those who have just come do not know what the group is called.
    var ignored = client.send(group, new ChatMessage.GroupName(label(group)).encode());
  }

  private void choose(String name) {
    if (name.isEmpty()) {
      client.groups().forEach(group -> screen.print("  " + label(group)));
    } else {
      select(
          named(name).orElseThrow(() -> new IllegalArgumentException("no group '" + name + "'")));
    }
  }

  private void members() {
    for (GroupMember member : client.group(group()).members()) {
      String device = member.identity().client().hex().substring(0, ID_DIGITS);
      String own = member.self() ? ", this device" : "";
      screen.print("  " + member.identity().user() + " (" + device + own + ")");
    }
  }

  private GroupId group() {
    return current.orElseThrow(() -> new IllegalArgumentException("no group yet: /new GROUP"));
  }

  private void select(GroupId group) {
    current = Optional.of(group);
    screen.print("* talking in " + label(group));
  }

  private Optional<GroupId> named(String name) {
    return client.groups().stream()
        .filter(group -> client.group(group).standing() != Standing.REMOVED)
        .filter(group -> label(group).equals(name))
        .findFirst();
  }

  private String label(GroupId group) {
    String label = client.group(group).label();
    return label.isEmpty() ? "group-" + group.toString().substring(0, ID_DIGITS) : label;
  }

  private void show(ClientEvent event) {
    switch (event) {
      case ClientEvent.MessageReceived message -> received(message);
      case ClientEvent.Joined joined -> joined(joined);
      case ClientEvent.MemberAdded added ->
          screen.print("* " + added.by().user() + " added " + added.member().user());
      case ClientEvent.MemberRemoved removed ->
          screen.print("* " + removed.member().user() + " is out, by " + removed.by().user());
      case ClientEvent.RemovedFromGroup removed -> removed(removed);
      case ClientEvent.ForkDetected fork ->
          screen.print(
              "! A FALSE HISTORY of "
                  + label(fork.group())
                  + " was shown: "
                  + fork.contradiction());
      case ClientEvent.MessageLost lost ->
          screen.print("! unreadable message " + lost.sequence() + ": " + lost.cause());
      case ClientEvent.OutOfStep lost ->
          screen.print("! out of step with " + label(lost.group()) + ": /resync");
      case ClientEvent.AccessLost lost ->
          screen.print("! no access to " + label(lost.group()) + ": " + lost.reason());
      case ClientEvent.WelcomeUnusable welcome ->
          screen.print("! an invitation cannot be used: " + welcome.cause());
      case ClientEvent.InboxFault fault ->
          screen.print("! A FALSE INBOX was shown: " + fault.contradiction());
      case ClientEvent.Disconnected ignored -> screen.print("* disconnected; trying again");
      case ClientEvent.Connected ignored -> {}
      case ClientEvent.MemberUpdated ignored -> {}
      case ClientEvent.EpochAdvanced ignored -> {}
    }
  }

  private void received(ClientEvent.MessageReceived message) {
    boolean here = current.filter(message.group()::equals).isPresent();
    String where = here ? "" : "[" + label(message.group()) + "] ";
    switch (ChatMessage.decode(message.data())) {
      case ChatMessage.Text(String text) ->
          screen.print(where + message.sender().user() + ": " + text);
      case ChatMessage.GroupName(String name) -> called(message.group(), name);
      case ChatMessage.Foreign(int length) ->
          screen.print(where + message.sender().user() + " sent " + length + " bytes");
    }
  }

  /** The first name counts: nobody can rename a group under another person's hands. */
  private void called(GroupId group, String name) {
    if (!client.group(group).label().isEmpty() || named(name).isPresent()) {
      return;
    }
    client.setLabel(group, name);
    screen.print("* this group is called " + name);
    if (wanted.filter(name::equals).isPresent()) {
      wanted = Optional.empty();
      select(group);
    }
  }

  private void joined(ClientEvent.Joined joined) {
    if (joined.entrance() != ClientEvent.Entrance.CREATED) {
      screen.print("* you are in " + label(joined.group()));
      if (current.isEmpty()) {
        select(joined.group());
      }
    }
  }

  private void removed(ClientEvent.RemovedFromGroup removed) {
    screen.print("* you are out of " + label(removed.group()));
    if (current.filter(removed.group()::equals).isPresent()) {
      current = Optional.empty();
    }
  }
}
