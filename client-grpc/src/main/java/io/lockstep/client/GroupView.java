package io.lockstep.client;

import io.lockstep.mls.GroupId;
import java.util.List;

/**
 * A group at one moment.
 *
 * @param sequence newest entry of the stream that this client has processed
 * @param label local name; empty if none was set
 */
public record GroupView(
    GroupId group,
    Standing standing,
    long epoch,
    long sequence,
    List<GroupMember> members,
    String label) {}
