import { create, type MessageInitShape } from "@bufbuild/protobuf";
import type { Client } from "@connectrpc/connect";
import {
  AttachSchema,
  ConnectRequestSchema,
  Delivery,
  type ConnectResponse,
} from "../gen/io/lockstep/api/v1/delivery_pb.js";
import { hex } from "./bytes.js";
import { mayRetry, pause, refusal } from "./calls.js";

/** Of one request (delivery.proto). */
const FRAMES_MAX = 1000;
const WAIT_MILLIS_MIN = 200;
const WAIT_MILLIS_MAX = 10_000;

type AttachInit = MessageInitShape<typeof AttachSchema>;

/** What of a stream is stored here, and the pass of the epoch that this brought, if it did. */
export interface Acknowledgement {
  readonly stream: { readonly case: "groupId" | "inboxId"; readonly value: Uint8Array };
  readonly sequence: bigint;
  readonly pass?: { readonly pass: Uint8Array; readonly passSequence: bigint };
}

type FrameInit = MessageInitShape<typeof ConnectRequestSchema>;

/** What the link asks of those whose streams it carries. */
export interface Streams {
  /** Every stream, after what was taken of it. */
  attachments(): Promise<AttachInit[]>;
  /** Takes what the service says, one after the other. An error ends the link for good. */
  take(frame: ConnectResponse): Promise<void>;
}

interface OpenCall {
  readonly id: Uint8Array;
  readonly abort: AbortController;
}

/** Listen, opened again whenever it ends, and Send for what goes the other way. */
export class Link {
  readonly #stop = new AbortController();
  readonly #acks = new Map<string, Acknowledgement>();
  #frames: FrameInit[] = [];
  #call: OpenCall | undefined;
  #sending = false;

  constructor(
    private readonly delivery: Client<typeof Delivery>,
    private readonly streams: Streams,
  ) {}

  close(): void {
    this.#stop.abort();
    this.#call?.abort.abort();
  }

  attach(attach: AttachInit): void {
    this.#frames.push({ frame: { case: "attach", value: attach } });
    void this.#pump();
  }

  /** Only the newest acknowledgement of a stream is sent. */
  acknowledge(ack: Acknowledgement): void {
    const key = hex(ack.stream.value);
    // A pass is not lost when the next one has none.
    this.#acks.set(key, { ...this.#acks.get(key), ...ack });
    void this.#pump();
  }

  async run(): Promise<void> {
    let wait = WAIT_MILLIS_MIN;
    while (!this.#stop.signal.aborted) {
      try {
        await this.#listen(() => (wait = WAIT_MILLIS_MIN));
      } catch (error) {
        if (error instanceof Stopped) {
          throw error.cause;
        }
        console.info("the call has ended", refusal(error).reason, error);
      }
      this.#call = undefined;
      await pause(wait);
      wait = Math.min(2 * wait, WAIT_MILLIS_MAX);
    }
  }

  async #listen(opened: () => void): Promise<void> {
    const all = await this.streams.attachments();
    this.#acks.clear();
    this.#frames = all.slice(FRAMES_MAX).map((attach) => ({ frame: { case: "attach", value: attach } }));
    const abort = new AbortController();
    this.#stop.signal.addEventListener("abort", () => abort.abort(), { once: true });
    for await (const response of this.delivery.listen(
      { attach: all.slice(0, FRAMES_MAX) },
      { signal: abort.signal },
    )) {
      if (response.frame.case === "opened") {
        this.#call = { id: response.frame.value.callId, abort };
        opened();
        void this.#pump();
        continue;
      }
      try {
        await this.streams.take(response);
      } catch (error) {
        abort.abort();
        this.#stop.abort();
        throw new Stopped(error);
      }
    }
  }

  /** One Send at a time, so that the order holds; what comes meanwhile goes with the next. */
  async #pump(): Promise<void> {
    if (this.#sending) {
      return;
    }
    this.#sending = true;
    try {
      while (this.#call !== undefined && (this.#frames.length > 0 || this.#acks.size > 0)) {
        await this.#send(this.#call, this.#due());
      }
    } finally {
      this.#sending = false;
    }
  }

  #due(): FrameInit[] {
    const due = this.#frames.splice(0, FRAMES_MAX);
    for (const [key, ack] of this.#acks) {
      if (due.length === FRAMES_MAX) {
        break;
      }
      const { stream, sequence, pass } = ack;
      due.push({ frame: { case: "ack", value: { stream: { stream }, sequence, ...pass } } });
      this.#acks.delete(key);
    }
    return due;
  }

  async #send(call: OpenCall, frames: FrameInit[]): Promise<void> {
    while (this.#call === call && !this.#stop.signal.aborted) {
      try {
        await this.delivery.send({
          callId: call.id,
          frames: frames.map((frame) => create(ConnectRequestSchema, frame)),
        });
        return;
      } catch (error) {
        if (!mayRetry(error)) {
          // The call is gone, or has come to another gateway: it is opened anew.
          console.info("send", refusal(error).reason, error);
          call.abort.abort();
          return;
        }
        await pause(Math.max(WAIT_MILLIS_MIN, refusal(error).retryAfterMillis));
      }
    }
  }
}

/** The streams do not want to go on. */
class Stopped extends Error {
  constructor(override readonly cause: unknown) {
    super("stopped");
  }
}
