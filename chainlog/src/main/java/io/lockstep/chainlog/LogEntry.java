package io.lockstep.chainlog;

/**
 * An entry that is part of the log, as every reader sees it.
 *
 * @param logOffset its offset in the log topic; offsets rise but have holes
 * @param source offset of the submission that it answers, same partition number
 * @param key text key of its stream
 * @param head of the partition's chain after it
 * @param bytes size of the entry's encoding
 */
public record LogEntry<E>(
    int partition, long logOffset, long source, String key, ChainHead head, E entry, int bytes) {}
