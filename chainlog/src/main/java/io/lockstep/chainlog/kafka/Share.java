package io.lockstep.chainlog.kafka;

import java.util.SortedSet;

/**
 * What one process of a log's owners is to do.
 *
 * @param owns partitions that it answers for
 * @param stands partitions that it folds along, to take over when their owner stops
 * @param covered those of {@code owns} for which another process stands by
 */
record Share(SortedSet<Integer> owns, SortedSet<Integer> stands, SortedSet<Integer> covered) {}
