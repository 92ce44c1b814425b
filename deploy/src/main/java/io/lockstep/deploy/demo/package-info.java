/** The scenario of draft-ietf-mls-architecture-00, played with real cryptography on a real node. */
package io.lockstep.deploy.demo;
