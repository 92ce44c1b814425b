import { create, fromBinary } from "@bufbuild/protobuf";
import type { CiphersuiteImpl } from "ts-mls";
import {
  Kind,
  SubmitRequestSchema,
  WelcomeItemSchema,
  type ConnectResponse,
  type DeliveryFrame,
  type StreamRef,
  type SubmitRequest,
} from "../gen/io/lockstep/api/v1/delivery_pb.js";
import { copy, hex, random, utf8, uint64, type Bytes } from "./bytes.js";
import { mayRetry, pause, refusal, services, type Deployment, type Services } from "./calls.js";
import { CertificateValidator } from "./credentials.js";
import { Group, type GroupEvent } from "./group.js";
import { History } from "./history.js";
import { cipherSuite, KeyPackages, sign, type KeyPair } from "./keys.js";
import { Link, type Streams } from "./link.js";

const SUBMISSION_ID_LENGTH = 16;
const WAIT_MILLIS = 200;
const ATTEMPTS_MAX = 50;

/** A token is refreshed so long before it ends. */
const REFRESH_MILLIS_BEFORE = 60_000;

export type DeviceEvent =
  | { readonly kind: "joined"; readonly group: string; readonly epoch: bigint; readonly members: string[] }
  | { readonly kind: "fault"; readonly why: string }
  | (GroupEvent & { readonly group: string });

interface Enrolled {
  readonly clientId: Bytes;
  readonly inboxId: Bytes;
  readonly key: KeyPair;
}

/**
 * One client. Everything it knows is in memory, so it ends with its page: a client for people stores groups, cursors
 * and key packages, in one transaction for each delivery, before it acknowledges.
 */
export class Device implements Streams {
  readonly #groups = new Map<string, Group>();
  readonly #link: Link;
  readonly #inbox: History;
  #queue: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly calls: Services,
    private readonly suite: CiphersuiteImpl,
    private readonly enrolled: Enrolled,
    private readonly keyPackages: KeyPackages,
    private readonly validator: CertificateValidator,
    private readonly tell: (event: DeviceEvent) => void,
  ) {
    this.#inbox = History.fromTheBeginning(enrolled.inboxId);
    this.#link = new Link(calls.delivery, this);
  }

  /** Makes an account with one client, publishes key packages, and listens. */
  static async enrol(
    deployment: Deployment,
    userName: string,
    invitation: string,
    tell: (event: DeviceEvent) => void,
  ): Promise<Device> {
    let token = "";
    const calls = services(deployment, () => token);
    const suite = await cipherSuite();
    const account: KeyPair = await suite.signature.keygen();
    const key: KeyPair = await suite.signature.keygen();
    const name = utf8(userName);
    await calls.authentication.register({
      userName,
      accountKey: account.publicKey,
      invitation,
      signature: await sign(suite, account, "Register", name, account.publicKey, utf8(invitation)),
    });
    const answer = await calls.authentication.enrollClient({
      userName,
      signatureKey: key.publicKey,
      accountSignature: await sign(suite, account, "EnrollClient", name, key.publicKey),
      clientSignature: await sign(suite, key, "ClientKey", name, key.publicKey),
    });
    token = answer.token;
    const enrolled = { clientId: copy(answer.clientId), inboxId: copy(answer.inboxId), key };
    const keyPackages = new KeyPackages(suite, key, {
      credentialType: "x509",
      certificates: answer.certificateChain,
    });
    const validator = new CertificateValidator(deployment.trustAnchor);
    const device = new Device(calls, suite, enrolled, keyPackages, validator, tell);
    void device.#refresh(answer.tokenExpiresMs, (fresh) => (token = fresh));
    return device;
  }

  get clientId(): string {
    return hex(this.enrolled.clientId);
  }

  close(): void {
    this.#link.close();
  }

  async publishKeyPackages(count: number): Promise<void> {
    const oneTime: Bytes[] = [];
    for (let i = 0; i < count; i++) {
      oneTime.push(await this.keyPackages.make());
    }
    await this.calls.keys.publish({ oneTime });
  }

  /** Listens from now on. */
  listen(): void {
    this.#link.run().catch((error: unknown) => this.tell({ kind: "fault", why: String(error) }));
  }

  async #refresh(expiresMillis: bigint, renewed: (token: string) => void): Promise<void> {
    let expires = Number(expiresMillis);
    for (;;) {
      await pause(Math.max(WAIT_MILLIS, expires - Date.now() - REFRESH_MILLIS_BEFORE));
      try {
        const time = BigInt(Date.now());
        const answer = await this.calls.authentication.refreshToken({
          clientId: this.enrolled.clientId,
          timeMs: time,
          signature: await sign(
            this.suite, this.enrolled.key, "RefreshToken", this.enrolled.clientId, uint64(time)),
        });
        renewed(answer.token);
        expires = Number(answer.tokenExpiresMs);
      } catch (error) {
        console.warn("no new token", error);
      }
    }
  }

  /** What changes a group does so alone. */
  #alone<T>(step: () => Promise<T>): Promise<T> {
    const next = this.#queue.then(step);
    this.#queue = next.catch(() => undefined);
    return next;
  }

  async attachments() {
    return this.#alone(async () => {
      const inbox = {
        stream: { stream: { case: "inboxId" as const, value: this.enrolled.inboxId } },
        afterSequence: this.#inbox.sequence,
      };
      return [inbox, ...(await Promise.all([...this.#groups.values()].map(attachment)))];
    });
  }

  async take(response: ConnectResponse): Promise<void> {
    const frame = response.frame;
    switch (frame.case) {
      case "delivery":
        return this.#alone(() => this.#deliver(frame.value));
      case "passRequired":
        return this.#alone(() => this.#showPass(frame.value.stream));
      case "gap":
        throw new Error(`entries before ${frame.value.firstAvailable} are gone`);
      case "detached":
        console.info("detached", frame.value.reason);
        return;
      default:
        return;
    }
  }

  async #deliver(entry: DeliveryFrame): Promise<void> {
    const stream = entry.stream?.stream;
    if (stream?.case === "inboxId") {
      await this.#fromInbox(entry);
    } else if (stream?.case === "groupId") {
      const group = this.#groups.get(hex(stream.value));
      if (group !== undefined) {
        await this.#fromGroup(group, entry);
      }
    }
  }

  async #fromInbox(entry: DeliveryFrame): Promise<void> {
    if (!(await this.#inbox.take(entry.sequence, entry.epoch, entry.payload, entry.chain))) {
      return;
    }
    if (entry.kind === Kind.WELCOME) {
      const item = fromBinary(WelcomeItemSchema, entry.payload);
      const key = hex(item.groupId);
      if (!this.#groups.has(key)) {
        const group = await Group.join(item, this.keyPackages, this.suite, this.validator);
        this.#groups.set(key, group);
        this.tell({ kind: "joined", group: key, epoch: group.epoch, members: group.members() });
        this.#link.attach(await attachment(group));
      }
    }
    this.#link.acknowledge({
      stream: { case: "inboxId", value: this.enrolled.inboxId },
      sequence: entry.sequence,
    });
  }

  async #fromGroup(group: Group, entry: DeliveryFrame): Promise<void> {
    const event = await group.take(entry);
    if (event !== undefined) {
      this.tell({ ...event, group: hex(group.id) });
    }
    await this.#acknowledge(group, event?.kind === "epoch");
  }

  async #acknowledge(group: Group, withPass: boolean): Promise<void> {
    const ack = { stream: { case: "groupId" as const, value: group.id }, sequence: group.sequence };
    const pass = { pass: await group.pass(), passSequence: group.passSequence };
    this.#link.acknowledge(withPass ? { ...ack, pass } : ack);
  }

  async #showPass(stream: StreamRef | undefined): Promise<void> {
    const group = stream?.stream.case === "groupId" ? this.#groups.get(hex(stream.stream.value)) : undefined;
    if (group !== undefined) {
      await this.#acknowledge(group, true);
    }
  }

  /** Sends a text; done when it has its place in the order. */
  async send(groupId: string, text: string): Promise<void> {
    const group = this.#group(groupId);
    await this.#submit(group, async () => {
      const message = await group.protect(text);
      return {
        request: await request(group, { case: "message", value: message }),
        lost: () => group.forget(message),
      };
    });
  }

  /** Gives this member new keys, by a Commit; done when it has its place in the order. */
  async update(groupId: string): Promise<void> {
    const group = this.#group(groupId);
    await this.#submit(group, async () => {
      const body = { case: "commit" as const, value: await group.update() };
      return { request: await request(group, body), lost: () => undefined };
    });
  }

  #group(id: string): Group {
    const group = this.#groups.get(id);
    if (group === undefined) {
      throw new Error("not a group of this client");
    }
    return group;
  }

  async #submit(
    group: Group,
    make: () => Promise<{ readonly request: SubmitRequest; readonly lost: () => void }>,
  ): Promise<void> {
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
      const { request, lost } = await this.#alone(make);
      const outcome = (await this.#untilAnswered(request)).outcome;
      if (outcome.case === "sequenced") {
        return;
      }
      // Somebody else's Commit was first: catch up, and make it anew, with a new submission id.
      lost();
      await this.#epoch(group, outcome.value?.currentEpoch ?? 0n);
    }
    throw new Error("others were always faster");
  }

  /** With the same submission id as often as it takes. */
  async #untilAnswered(request: SubmitRequest) {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.calls.delivery.submit(request);
      } catch (error) {
        if (!mayRetry(error) || attempt === ATTEMPTS_MAX) {
          throw error;
        }
        await pause(Math.max(WAIT_MILLIS, refusal(error).retryAfterMillis));
      }
    }
  }

  async #epoch(group: Group, epoch: bigint): Promise<void> {
    for (let attempt = 0; group.epoch < epoch && attempt < ATTEMPTS_MAX; attempt++) {
      await pause(WAIT_MILLIS);
    }
  }
}

async function attachment(group: Group) {
  return {
    stream: { stream: { case: "groupId" as const, value: group.id } },
    afterSequence: group.sequence,
    pass: await group.pass(),
    passSequence: group.passSequence,
  };
}

type Body =
  | { readonly case: "message"; readonly value: Bytes }
  | { readonly case: "commit"; readonly value: { readonly commit: Bytes; readonly nextPassHash: Bytes } };

async function request(group: Group, body: Body): Promise<SubmitRequest> {
  return create(SubmitRequestSchema, {
    submissionId: random(SUBMISSION_ID_LENGTH),
    groupId: group.id,
    pass: await group.pass(),
    body,
  });
}
