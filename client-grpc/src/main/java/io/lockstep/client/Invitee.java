package io.lockstep.client;

/** Whom to add to a group. */
public sealed interface Invitee {
  UserName user();

  /** All devices of a user that are no members yet. */
  static Invitee user(UserName user) {
    return new AllDevices(user);
  }

  /** One device. */
  static Invitee client(UserName user, ClientId client) {
    return new OneDevice(user, client);
  }

  record AllDevices(UserName user) implements Invitee {}

  record OneDevice(UserName user, ClientId client) implements Invitee {}
}
