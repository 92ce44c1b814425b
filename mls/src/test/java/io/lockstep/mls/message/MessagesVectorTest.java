package io.lockstep.mls.message;

import static io.lockstep.mls.Vectors.hex;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import io.lockstep.mls.KeyPackage;
import io.lockstep.mls.MlsException;
import io.lockstep.mls.Vectors;
import io.lockstep.mls.WireFormat;
import io.lockstep.mls.codec.Encodable;
import io.lockstep.mls.codec.TlsReader;
import io.lockstep.mls.codec.TlsWriter;
import io.lockstep.mls.framing.MlsMessage;
import io.lockstep.mls.framing.PrivateMessage;
import io.lockstep.mls.framing.PublicMessage;
import org.junit.jupiter.api.Test;

class MessagesVectorTest {
  @Test
  void everyStructureIsEncodedAsItWasDecoded() throws Exception {
    int cases = 0;
    for (JsonNode v : Vectors.load("messages")) {
      message(v, "mls_welcome", WireFormat.WELCOME, Welcome::decode);
      message(v, "mls_group_info", WireFormat.GROUP_INFO, GroupInfo::decode);
      byte[] keyPackage = hex(v.get("mls_key_package"));
      assertArrayEquals(keyPackage, KeyPackage.decode(keyPackage).encode());
      structure(hex(v.get("group_secrets")), GroupSecrets::decode);
      structure(hex(v.get("commit")), Commit::decode);
      proposal(v, "add_proposal", Proposal.ADD);
      proposal(v, "update_proposal", Proposal.UPDATE);
      proposal(v, "remove_proposal", Proposal.REMOVE);
      proposal(v, "pre_shared_key_proposal", Proposal.PSK);
      proposal(v, "re_init_proposal", Proposal.REINIT);
      proposal(v, "external_init_proposal", Proposal.EXTERNAL_INIT);
      proposal(v, "group_context_extensions_proposal", Proposal.GROUP_CONTEXT_EXTENSIONS);
      for (String name :
          new String[] {
            "public_message_application", "public_message_proposal", "public_message_commit"
          }) {
        message(v, name, WireFormat.PUBLIC_MESSAGE, PublicMessage::decode);
      }
      message(v, "private_message", WireFormat.PRIVATE_MESSAGE, PrivateMessage::decode);
      cases++;
    }
    assertEquals(300, cases);
  }

  private static void message(
      JsonNode v, String name, WireFormat format, TlsReader.Decoder<? extends Encodable> decoder)
      throws MlsException {
    byte[] encoded = hex(v.get(name));
    Encodable decoded = MlsMessage.decode(encoded, format, decoder);
    assertArrayEquals(encoded, MlsMessage.encode(format, decoded), name);
  }

  private static void proposal(JsonNode v, String name, int type) throws MlsException {
    byte[] body = hex(v.get(name));
    structure(new TlsWriter().uint16(type).raw(body).toByteArray(), Proposal::decode);
  }

  private static void structure(byte[] encoded, TlsReader.Decoder<? extends Encodable> decoder)
      throws MlsException {
    assertArrayEquals(encoded, TlsReader.decodeAll(encoded, decoder).encode());
  }
}
