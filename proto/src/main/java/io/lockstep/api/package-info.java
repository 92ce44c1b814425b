/**
 * What both sides of the public API share beyond the generated messages: the error table and the
 * bytes that signatures cover.
 */
package io.lockstep.api;
