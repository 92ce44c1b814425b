/**
 * The service's own signing keys and the files that others read to trust it. The only package that
 * touches private keys on disk.
 */
package io.lockstep.directory.key;
