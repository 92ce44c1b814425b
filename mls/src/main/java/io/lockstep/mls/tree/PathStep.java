package io.lockstep.mls.tree;

/**
 * A node of a filtered direct path, with its child that is not on the path (RFC 9420 section
 * 4.1.2).
 */
record PathStep(NodeIndex parent, NodeIndex copathChild) {}
