package io.lockstep.client;

import io.lockstep.client.identity.MemberIdentity;

/** A leaf of the group's tree. */
public record GroupMember(MemberIdentity identity, int leaf, boolean self) {}
