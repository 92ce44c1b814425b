package io.lockstep.directory.law;

import static io.lockstep.directory.law.DirectoryLimits.CERTIFICATES_PER_CHAIN_MAX;
import static io.lockstep.directory.law.DirectoryLimits.CERTIFICATE_BYTES_MAX;
import static io.lockstep.directory.law.DirectoryLimits.CODE_HASH_LENGTH;
import static io.lockstep.directory.law.DirectoryLimits.ID_LENGTH;
import static io.lockstep.directory.law.DirectoryLimits.KEY_LENGTH;
import static io.lockstep.directory.law.DirectoryLimits.isUserName;

import com.google.protobuf.ByteString;
import io.lockstep.log.v1.DirectoryClient;
import io.lockstep.log.v1.DirectoryCommand;

/** The shape of commands. The edge makes no others, but anything may stand in a topic. */
final class WellFormed {
  private WellFormed() {}

  static boolean is(DirectoryCommand command) {
    return switch (command.getBodyCase()) {
      case CREATE_INVITATION -> isCodeHash(command.getCreateInvitation().getCodeHash());
      case REDEEM_INVITATION -> {
        var redeem = command.getRedeemInvitation();
        yield isCodeHash(redeem.getCodeHash())
            && isUserName(redeem.getUserName())
            && isKey(redeem.getAccountKey());
      }
      case RELEASE_INVITATION -> {
        var release = command.getReleaseInvitation();
        yield isCodeHash(release.getCodeHash())
            && isUserName(release.getUserName())
            && isKey(release.getAccountKey());
      }
      case CREATE_ACCOUNT ->
          isUserName(command.getCreateAccount().getUserName())
              && isKey(command.getCreateAccount().getAccountKey());
      case RESERVE_SIGNATURE_KEY -> {
        var reserve = command.getReserveSignatureKey();
        yield isKey(reserve.getSignatureKey())
            && isUserName(reserve.getUserName())
            && isId(reserve.getClientId())
            && isId(reserve.getInboxId());
      }
      case ADD_CLIENT ->
          isUserName(command.getAddClient().getUserName())
              && isClient(command.getAddClient().getClient());
      case CREATE_CLIENT -> {
        var create = command.getCreateClient();
        yield isId(create.getClientId())
            && isId(create.getInboxId())
            && isKey(create.getSignatureKey());
      }
      case BODY_NOT_SET -> false;
    };
  }

  private static boolean isClient(DirectoryClient client) {
    return isId(client.getClientId())
        && isKey(client.getSignatureKey())
        && client.getCertificateChainCount() >= 1
        && client.getCertificateChainCount() <= CERTIFICATES_PER_CHAIN_MAX
        && client.getCertificateChainList().stream()
            .allMatch(der -> !der.isEmpty() && der.size() <= CERTIFICATE_BYTES_MAX);
  }

  private static boolean isId(ByteString bytes) {
    return bytes.size() == ID_LENGTH;
  }

  private static boolean isKey(ByteString bytes) {
    return bytes.size() == KEY_LENGTH;
  }

  private static boolean isCodeHash(ByteString bytes) {
    return bytes.size() == CODE_HASH_LENGTH;
  }
}
