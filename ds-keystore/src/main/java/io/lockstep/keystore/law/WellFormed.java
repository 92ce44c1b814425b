package io.lockstep.keystore.law;

import com.google.protobuf.ByteString;
import io.lockstep.log.v1.ClaimKeyPackage;
import io.lockstep.log.v1.KeyCommand;
import io.lockstep.log.v1.PublishKeyPackages;
import io.lockstep.log.v1.StoredKeyPackage;

/** The shape of commands. The edge makes no others, but anything may stand in a topic. */
final class WellFormed {
  private WellFormed() {}

  static boolean is(KeyCommand command) {
    return isId(command.getClientId())
        && switch (command.getBodyCase()) {
          case PUBLISH -> isPublication(command.getPublish());
          case CLAIM -> isClaim(command.getClaim());
          case BODY_NOT_SET -> false;
        };
  }

  private static boolean isPublication(PublishKeyPackages publish) {
    return isId(publish.getInboxId())
        && publish.getOneTimeCount() <= KeyLimits.ONE_TIME_MAX
        && publish.getOneTimeList().stream().allMatch(WellFormed::isPackage)
        && (!publish.hasLastResort() || isPackage(publish.getLastResort()));
  }

  private static boolean isClaim(ClaimKeyPackage claim) {
    return isId(claim.getClaimId()) && isSuite(claim.getCipherSuite());
  }

  private static boolean isPackage(StoredKeyPackage stored) {
    return stored.getRef().size() >= KeyLimits.REF_LENGTH_MIN
        && stored.getRef().size() <= KeyLimits.REF_LENGTH_MAX
        && isSuite(stored.getCipherSuite())
        && stored.getNotBeforeMs() >= 0
        && stored.getNotBeforeMs() <= stored.getNotAfterMs()
        && !stored.getKeyPackage().isEmpty()
        && stored.getKeyPackage().size() <= KeyLimits.KEY_PACKAGE_BYTES_MAX;
  }

  private static boolean isId(ByteString bytes) {
    return bytes.size() == KeyLimits.ID_LENGTH;
  }

  /** Unsigned in the record. */
  private static boolean isSuite(int id) {
    return id > 0 && id <= KeyLimits.CIPHER_SUITE_MAX;
  }
}
