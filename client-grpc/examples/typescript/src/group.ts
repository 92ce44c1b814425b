import {
  acceptAll,
  createApplicationMessage,
  createCommit,
  decodeMlsMessage,
  defaultKeyPackageEqualityConfig,
  defaultKeyRetentionConfig,
  defaultLifetimeConfig,
  defaultPaddingConfig,
  emptyPskIndex,
  encodeMlsMessage,
  joinGroup,
  mlsExporter,
  processMessage,
  zeroOutUint8Array,
  type CiphersuiteImpl,
  type ClientState,
  type MLSMessage,
  type PrivateMessage,
} from "ts-mls";
import { decryptSenderData } from "ts-mls/privateMessage.js";
import type { DeliveryFrame, WelcomeItem } from "../gen/io/lockstep/api/v1/delivery_pb.js";
import { copy, equal, hex, sha256, type Bytes } from "./bytes.js";
import { identity, type CertificateValidator } from "./credentials.js";
import { History, HistoryError } from "./history.js";
import type { KeyPackages } from "./keys.js";

const PASS_LABEL = "lockstep epoch pass";
const PASS_LENGTH = 32;

/** What an entry of the group's stream did. */
export type GroupEvent =
  | { readonly kind: "message"; readonly from: string; readonly text: string }
  | { readonly kind: "epoch"; readonly epoch: bigint; readonly members: string[] }
  | { readonly kind: "removed" }
  | { readonly kind: "unreadable"; readonly why: string };

interface Pending {
  readonly commit: Bytes;
  readonly next: ClientState;
  readonly consumed: Uint8Array[];
}

/** One MLS group as its member here sees it. Its methods must not run at the same time. */
export class Group {
  #pending: Pending | undefined;
  readonly #sent = new Map<string, string>();

  private constructor(
    readonly id: Bytes,
    private readonly suite: CiphersuiteImpl,
    private readonly history: History,
    private state: ClientState,
    private passAt: bigint,
  ) {}

  /** Joins by a Welcome from the inbox. */
  static async join(
    item: WelcomeItem,
    keyPackages: KeyPackages,
    suite: CiphersuiteImpl,
    validator: CertificateValidator,
  ): Promise<Group> {
    const message = decode(item.welcome);
    if (message.wireformat !== "mls_welcome") {
      throw new Error("no Welcome");
    }
    const own = keyPackages.use(message.welcome);
    const state = await joinGroup(
      message.welcome,
      own.publicPackage,
      own.privatePackage,
      emptyPskIndex,
      suite,
      undefined,
      undefined,
      {
        keyRetentionConfig: defaultKeyRetentionConfig,
        lifetimeConfig: defaultLifetimeConfig,
        keyPackageEqualityConfig: defaultKeyPackageEqualityConfig,
        paddingConfig: defaultPaddingConfig,
        authService: validator,
      },
    );
    const id = copy(item.groupId);
    if (!equal(state.groupContext.groupId, id)) {
      throw new Error("the Welcome is for another group than it says");
    }
    return new Group(id, suite, History.after(id, item.sequence, copy(item.chain)), state, item.sequence);
  }

  get epoch(): bigint {
    return this.state.groupContext.epoch;
  }

  /** Newest entry that was taken. */
  get sequence(): bigint {
    return this.history.sequence;
  }

  /** Sequence number of the entry that opened the epoch, as it goes with {@link pass}. */
  get passSequence(): bigint {
    return this.passAt;
  }

  /** Proves membership in the epoch to the service. */
  pass(): Promise<Bytes> {
    return pass(this.state, this.suite);
  }

  members(): string[] {
    return this.state.ratchetTree.flatMap((node) =>
      node?.nodeType === "leaf" ? [identity(node.leaf.credential).user] : [],
    );
  }

  /** Takes the next entry of the stream; undefined when there is nothing to tell. */
  async take(entry: DeliveryFrame): Promise<GroupEvent | undefined> {
    const payload = copy(entry.payload);
    if (!(await this.history.take(entry.sequence, entry.epoch, payload, entry.chain)) || payload.length === 0) {
      return undefined;
    }
    if (this.#pending !== undefined && equal(this.#pending.commit, payload)) {
      const { next, consumed } = this.#pending;
      return this.#inEpoch(next, consumed, entry.sequence);
    }
    const own = this.#sent.get(hex(payload));
    if (own !== undefined) {
      this.#sent.delete(hex(payload));
      return { kind: "message", from: "me", text: own };
    }
    try {
      return await this.#process(payload, entry.sequence);
    } catch (error) {
      if (error instanceof HistoryError) {
        throw error;
      }
      return { kind: "unreadable", why: String(error) };
    }
  }

  async #process(payload: Bytes, sequence: bigint): Promise<GroupEvent | undefined> {
    const message = decode(payload);
    if (message.wireformat !== "mls_private_message" && message.wireformat !== "mls_public_message") {
      throw new Error(`not a message of a group: ${message.wireformat}`);
    }
    const from = message.wireformat === "mls_private_message" ? await this.#sender(message.privateMessage) : "";
    const result = await processMessage(message, this.state, emptyPskIndex, acceptAll, this.suite);
    // What it claims is believed only now that its signature was checked.
    this.history.checkClaim(
      message.wireformat === "mls_private_message"
        ? message.privateMessage.authenticatedData
        : message.publicMessage.content.authenticatedData,
    );
    if (result.kind === "applicationMessage") {
      this.state = result.newState;
      result.consumed.forEach(zeroOutUint8Array);
      return { kind: "message", from, text: new TextDecoder().decode(result.message) };
    }
    if (result.newState.groupActiveState.kind === "removedFromGroup") {
      return { kind: "removed" };
    }
    if (result.newState.groupContext.epoch === this.epoch) {
      this.state = result.newState;
      return undefined;
    }
    return this.#inEpoch(result.newState, result.consumed, sequence);
  }

  #inEpoch(next: ClientState, consumed: Uint8Array[], sequence: bigint): GroupEvent {
    this.state = next;
    this.passAt = sequence;
    this.#pending = undefined;
    consumed.forEach(zeroOutUint8Array);
    return { kind: "epoch", epoch: this.epoch, members: this.members() };
  }

  /** ts-mls does not say who sent a message, so its sender data is opened here as well. */
  async #sender(message: PrivateMessage): Promise<string> {
    const past = this.state.historicalReceiverData.get(message.epoch);
    const current = message.epoch === this.epoch;
    const secret = current ? this.state.keySchedule.senderDataSecret : past?.senderDataSecret;
    const tree = current ? this.state.ratchetTree : past?.ratchetTree;
    if (secret === undefined || tree === undefined) {
      return "";
    }
    const data = await decryptSenderData(message, secret, this.suite);
    const leaf = data === undefined ? undefined : tree[2 * data.leafIndex];
    return leaf?.nodeType === "leaf" ? identity(leaf.leaf.credential).user : "";
  }

  /** Encrypts a text. It comes back in the stream, which is when it counts as sent. */
  async protect(text: string): Promise<Bytes> {
    const { newState, privateMessage, consumed } = await createApplicationMessage(
      this.state,
      new TextEncoder().encode(text),
      this.suite,
      this.history.claim(),
    );
    this.state = newState;
    consumed.forEach(zeroOutUint8Array);
    const message = copy(encodeMlsMessage({ version: "mls10", wireformat: "mls_private_message", privateMessage }));
    this.#sent.set(hex(message), text);
    return message;
  }

  /** The service has not taken a message: it is of an epoch that is over. */
  forget(message: Bytes): void {
    this.#sent.delete(hex(message));
  }

  /** A Commit that gives this member new keys. It takes effect when it comes back in the stream. */
  async update(): Promise<{ readonly commit: Bytes; readonly nextPassHash: Bytes }> {
    const made = await createCommit(
      { state: this.state, cipherSuite: this.suite },
      { authenticatedData: this.history.claim() },
    );
    const commit = copy(encodeMlsMessage(made.commit));
    this.#pending = { commit, next: made.newState, consumed: made.consumed };
    return { commit, nextPassHash: await sha256(await pass(made.newState, this.suite)) };
  }
}

async function pass(state: ClientState, suite: CiphersuiteImpl): Promise<Bytes> {
  const { groupContext, keySchedule } = state;
  return copy(await mlsExporter(keySchedule.exporterSecret, PASS_LABEL, groupContext.groupId, PASS_LENGTH, suite));
}

function decode(bytes: Uint8Array): MLSMessage {
  const decoded = decodeMlsMessage(bytes, 0);
  if (decoded === undefined || decoded[1] !== bytes.length) {
    throw new Error("not an MLSMessage");
  }
  return decoded[0];
}
