/**
 * Starts roles of a node: all in one process for one machine, or those that a settings file names.
 */
package io.lockstep.deploy.node;
