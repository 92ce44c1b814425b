/** The launcher: the command line, and nothing that another module could do. */
package io.lockstep.deploy;
