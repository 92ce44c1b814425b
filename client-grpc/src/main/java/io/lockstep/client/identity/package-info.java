/** Keys and credentials of accounts and clients, and the check of other people's. No network. */
package io.lockstep.client.identity;
