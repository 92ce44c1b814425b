package io.lockstep.mls.interop;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lockstep.mls.ContentType;
import io.lockstep.mls.Extension;
import io.lockstep.mls.GroupId;
import io.lockstep.mls.GroupInfoContent;
import io.lockstep.mls.Lifetime;
import io.lockstep.mls.WireFormat;
import io.lockstep.mls.message.Proposal;
import io.lockstep.mls.tree.LeafIndex;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** A client of ts-mls. */
final class TsPeer implements Peer {
  private static final HexFormat HEX = HexFormat.of();
  private static final Duration LIFETIME = Duration.ofDays(30);

  private final TsMls process;
  private final Setup setup;
  private final String client;

  private TsPeer(TsMls process, Setup setup, String client) {
    this.process = process;
    this.setup = setup;
    this.client = client;
  }

  static TsPeer start(TsMls process, Setup setup, Instant now) throws Exception {
    TsPeer peer = new TsPeer(process, setup, setup.name());
    Lifetime lifetime = Lifetime.starting(now, LIFETIME);
    ObjectNode question =
        peer.question("client")
            .put("suite", setup.suite().id())
            .put("notBefore", lifetime.notBefore())
            .put("notAfter", lifetime.notAfter())
            .put("padding", setup.padding());
    ArrayNode types = question.putArray("extensionTypes");
    setup.extensionTypes().forEach(types::add);
    putExtensions(question.putArray("keyPackageExtensions"), setup.keyPackageExtensions());
    putExtensions(question.putArray("leafExtensions"), setup.leafExtensions());
    process.ask(question);
    return peer;
  }

  @Override
  public Setup setup() {
    return setup;
  }

  @Override
  public byte[] keyPackage() throws Exception {
    return bytes(process.ask(question("keyPackage")), "keyPackage");
  }

  @Override
  public void create(GroupId id, List<Extension> extensions) throws Exception {
    ObjectNode question = question("create").put("groupId", HEX.formatHex(id.bytes()));
    putExtensions(question.putArray("groupExtensions"), extensions);
    process.ask(question);
  }

  @Override
  public void knowPsk(byte[] id, byte[] value) throws Exception {
    process.ask(question("psk").put("id", HEX.formatHex(id)).put("value", HEX.formatHex(value)));
  }

  @Override
  public void join(byte[] welcome, Optional<byte[]> ratchetTree) throws Exception {
    process.ask(withTree(question("join").put("welcome", HEX.formatHex(welcome)), ratchetTree));
  }

  @Override
  public byte[] joinExternally(byte[] groupInfo, Optional<byte[]> ratchetTree) throws Exception {
    ObjectNode question = question("joinExternally").put("groupInfo", HEX.formatHex(groupInfo));
    return bytes(process.ask(withTree(question, ratchetTree)), "commit");
  }

  @Override
  public byte[] groupInfo(GroupInfoContent content) throws Exception {
    boolean withTree = content == GroupInfoContent.WITH_TREE;
    return bytes(process.ask(question("groupInfo").put("withTree", withTree)), "groupInfo");
  }

  @Override
  public byte[] ratchetTree() throws Exception {
    return bytes(process.ask(question("ratchetTree")), "ratchetTree");
  }

  @Override
  public Made commit(Plan plan, byte[] authenticatedData) throws Exception {
    ObjectNode question =
        framed(question("commit"), plan.framing(), authenticatedData)
            .put("treeInWelcome", plan.welcome() == GroupInfoContent.WITH_TREE);
    ArrayNode proposals = question.putArray("proposals");
    plan.proposals().forEach(each -> proposals.add(HEX.formatHex(each.encode())));
    JsonNode answer = process.ask(question);
    Optional<byte[]> welcome =
        answer.has("welcome") ? Optional.of(bytes(answer, "welcome")) : Optional.empty();
    return new Made(bytes(answer, "commit"), welcome);
  }

  @Override
  public byte[] propose(Proposal proposal, WireFormat framing) throws Exception {
    ObjectNode question =
        framed(question("propose"), framing, new byte[0])
            .put("proposal", HEX.formatHex(proposal.encode()));
    return bytes(process.ask(question), "message");
  }

  @Override
  public byte[] proposeUpdate(WireFormat framing) throws Exception {
    ObjectNode question = framed(question("proposeUpdate"), framing, new byte[0]);
    return bytes(process.ask(question), "message");
  }

  @Override
  public Received process(byte[] message) throws Exception {
    JsonNode answer = process.ask(question("process").put("message", HEX.formatHex(message)));
    ContentType type =
        ContentType.valueOf(answer.get("contentType").asText().toUpperCase(Locale.ROOT));
    byte[] data = answer.has("data") ? bytes(answer, "data") : new byte[0];
    return new Received(
        type, data, bytes(answer, "authenticatedData"), answer.get("active").asBoolean());
  }

  @Override
  public byte[] protect(byte[] data, byte[] authenticatedData) throws Exception {
    ObjectNode question =
        question("protect")
            .put("data", HEX.formatHex(data))
            .put("authenticatedData", HEX.formatHex(authenticatedData));
    return bytes(process.ask(question), "message");
  }

  @Override
  public LeafIndex leaf() throws Exception {
    return new LeafIndex(status().get("leaf").asInt());
  }

  @Override
  public Standing standing() throws Exception {
    JsonNode status = status();
    return new Standing(
        status.get("epoch").asLong(),
        status.get("authenticator").asText(),
        status.get("treeHash").asText(),
        status.get("exported").asText());
  }

  private JsonNode status() throws Exception {
    return process.ask(
        question("status")
            .put("label", EXPORT_LABEL)
            .put("context", HEX.formatHex(EXPORT_CONTEXT))
            .put("length", EXPORT_LENGTH));
  }

  private ObjectNode question(String operation) {
    return TsMls.question(operation, client);
  }

  private static ObjectNode framed(ObjectNode question, WireFormat framing, byte[] data) {
    return question
        .put("open", framing == WireFormat.PUBLIC_MESSAGE)
        .put("authenticatedData", HEX.formatHex(data));
  }

  private static ObjectNode withTree(ObjectNode question, Optional<byte[]> ratchetTree) {
    ratchetTree.ifPresent(tree -> question.put("ratchetTree", HEX.formatHex(tree)));
    return question;
  }

  private static void putExtensions(ArrayNode list, List<Extension> extensions) {
    for (Extension each : extensions) {
      list.addObject().put("type", each.type()).put("data", HEX.formatHex(each.data()));
    }
  }

  private static byte[] bytes(JsonNode answer, String field) {
    return HEX.parseHex(answer.get(field).asText());
  }
}
