package io.lockstep.sequencer.probe;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.lockstep.log.v1.StreamCommand;
import io.lockstep.log.v1.StreamEntry;
import io.lockstep.log.v1.StreamState;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * No record says who sent it: the records have the fields that are listed here and no others, not
 * even ones that this version does not know. A field that is added must be judged, and listed,
 * first.
 */
public final class NoSenderStored implements Law {
  private static final Set<String> FIELDS =
      Set.of(
          "StreamCommand.submission_id",
          "StreamCommand.stream_id",
          "StreamCommand.create",
          "StreamCommand.message",
          "StreamCommand.commit",
          "StreamCommand.item",
          "CreateGroup.settings",
          "CreateGroup.pass_hash",
          "CreateGroup.group_info",
          "GroupSettings.external_join",
          "GroupSettings.past_epochs",
          "PostMessage.message",
          "PostMessage.pass_hash",
          "PostCommit.commit",
          "PostCommit.pass_hash",
          "PostCommit.next_pass_hash",
          "PostCommit.welcome",
          "PostCommit.joiners",
          "PostCommit.group_info",
          "Joiner.key_package_ref",
          "Joiner.inbox_id",
          "InboxItem.welcome",
          "StreamEntry.submission_id",
          "StreamEntry.stream_id",
          "StreamEntry.time_ms",
          "StreamEntry.inbox",
          "StreamEntry.refusal",
          "StreamEntry.sequenced",
          "StreamEntry.duplicate",
          "StreamEntry.rejected",
          "Sequenced.sequence",
          "Sequenced.epoch",
          "Sequenced.chain",
          "Sequenced.created",
          "Sequenced.proposal",
          "Sequenced.application",
          "Sequenced.commit",
          "Sequenced.item",
          "Duplicate.sequenced",
          "Duplicate.rejected",
          "SequencedAt.sequence",
          "SequencedAt.epoch",
          "Rejected.reason",
          "Rejected.current_epoch",
          "Rejected.winner_sequence",
          "StreamState.sequence",
          "StreamState.chain",
          "StreamState.group",
          "StreamState.newest_ms",
          "StreamState.refusals",
          "StreamState.accepted",
          "StreamState.refused",
          "SeenWindow.first",
          "SeenWindow.open",
          "SeenSegment.index",
          "SeenSegment.missing",
          "SeenSegment.submission_ids",
          "SeenSegment.times_ms",
          "SeenSegment.epochs",
          "SeenSegment.reasons",
          "SeenSegment.current_epochs",
          "SeenSegment.winner_sequences",
          "GroupState.epoch",
          "GroupState.settings",
          "GroupState.epochs",
          "GroupState.group_info_sequence",
          "EpochState.epoch",
          "EpochState.pass_hash",
          "EpochState.ended_ms",
          "EpochState.opened_by");

  @Override
  public void observe(Observation seen) {
    check(seen, seen.entry());
  }

  /** Fields of the records of streams that nobody has judged yet. */
  public static Set<String> unjudgedFields() {
    Set<String> found = new TreeSet<>();
    collect(StreamCommand.getDescriptor(), found);
    collect(StreamEntry.getDescriptor(), found);
    collect(StreamState.getDescriptor(), found);
    found.removeAll(FIELDS);
    return found;
  }

  private static void collect(Descriptor type, Set<String> found) {
    for (FieldDescriptor field : type.getFields()) {
      boolean isNew = found.add(name(field));
      if (isNew && field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
        collect(field.getMessageType(), found);
      }
    }
  }

  private void check(Observation seen, Message message) {
    LawBroken.unless(
        message.getUnknownFields().asMap().isEmpty(), this, seen, "a field that nobody knows");
    for (Map.Entry<FieldDescriptor, Object> field : message.getAllFields().entrySet()) {
      LawBroken.unless(
          FIELDS.contains(name(field.getKey())), this, seen, "field " + name(field.getKey()));
      switch (field.getValue()) {
        case Message inner -> check(seen, inner);
        case List<?> items -> {
          for (Object item : items) {
            if (item instanceof Message inner) {
              check(seen, inner);
            }
          }
        }
        default -> {}
      }
    }
  }

  private static String name(FieldDescriptor field) {
    return field.getContainingType().getName() + "." + field.getName();
  }
}
