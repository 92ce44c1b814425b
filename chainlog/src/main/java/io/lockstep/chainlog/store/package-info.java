/**
 * Where an owner keeps confirmed states, histories and positions. Holds bytes only and judges
 * nothing.
 */
package io.lockstep.chainlog.store;
