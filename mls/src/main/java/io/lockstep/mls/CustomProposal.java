package io.lockstep.mls;

import io.lockstep.mls.framing.Sender;
import io.lockstep.mls.message.Proposal;

/**
 * A proposal of the application's own type that a Commit put into effect. What it means is up to
 * the application.
 */
public record CustomProposal(Sender sender, Proposal.Unknown proposal) {}
