package io.lockstep.chainlog.audit;

/**
 * Submission offsets that no entry answers although later ones are answered. Nothing is wrong when
 * the submissions topic has no records there (it may hold a transaction's markers, which are none).
 *
 * @param first offset in the submissions topic
 * @param last offset in the submissions topic, included
 */
public record SourceGap(long first, long last) {
  @Override
  public String toString() {
    return first == last ? Long.toString(first) : first + " to " + last;
  }
}
