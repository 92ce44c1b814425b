package io.lockstep.chainlog.kafka;

/**
 * What a {@link LogClient} has done since it started, and what it holds now.
 *
 * @param submitted handed to Kafka
 * @param answered by an entry of the log
 * @param refusedSlow not sent, as the log was too slow
 * @param refusedFull not sent, as too much was on its way, in number or in bytes
 * @param unknown ended without an answer though they may have been written
 * @param pending wait for their answers now
 * @param bufferedBytes not taken by Kafka yet
 * @param slowPartitions to which nothing but probes is sent now
 */
public record LogClientCounts(
    long submitted,
    long answered,
    long refusedSlow,
    long refusedFull,
    long unknown,
    int pending,
    int bufferedBytes,
    int slowPartitions) {}
