/**
 * From accepted Commits to the inboxes of those they add. What is made of a Commit is pure; Kafka
 * is in {@code .kafka}.
 */
package io.lockstep.sequencer.dispatch;
