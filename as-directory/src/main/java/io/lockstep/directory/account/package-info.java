/**
 * What the calls of the Authentication Service do: proofs are checked here, then commands go to the
 * log one after the other. A call that is cut off anywhere is completed by its retry.
 */
package io.lockstep.directory.account;
