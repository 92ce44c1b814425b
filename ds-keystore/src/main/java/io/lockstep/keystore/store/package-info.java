/** What the calls of the key store do: packages are verified here, then commands go to the log. */
package io.lockstep.keystore.store;
