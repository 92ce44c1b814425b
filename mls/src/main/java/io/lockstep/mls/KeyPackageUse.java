package io.lockstep.mls;

/** How often a KeyPackage may be used. */
public enum KeyPackageUse {
  /** For one group only (RFC 9420 section 10). */
  ONCE,
  /** Again and again when no other is left: carries the last_resort extension. */
  LAST_RESORT
}
