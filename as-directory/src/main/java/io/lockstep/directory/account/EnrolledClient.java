package io.lockstep.directory.account;

import com.google.protobuf.ByteString;
import io.lockstep.directory.token.ClientToken;
import java.util.List;

/**
 * What an enrolment leads to.
 *
 * @param certificateChain X.509 in DER, end entity first, without the trust anchor
 */
public record EnrolledClient(
    ByteString clientId,
    ByteString inboxId,
    List<ByteString> certificateChain,
    ClientToken token) {}
