/** Client tokens: short-lived JSON Web Tokens (RFC 7519, EdDSA as in RFC 8037). */
package io.lockstep.directory.token;
