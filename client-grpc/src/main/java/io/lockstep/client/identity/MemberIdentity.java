package io.lockstep.client.identity;

import io.lockstep.client.ClientId;
import io.lockstep.client.UserName;

/** Whom a certificate of the Authentication Service names. */
public record MemberIdentity(UserName user, ClientId client) {}
