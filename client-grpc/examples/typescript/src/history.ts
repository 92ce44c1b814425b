import { concat, equal, sha256, uint64, type Bytes } from "./bytes.js";

/** Marks authenticated data that says which history its sender has seen. */
const CLAIM = 1;
const CLAIM_LENGTH = 1 + 8 + 32;

/** Heads that are kept to compare what others say they have seen. */
const HEADS_MAX = 1024;

/** The service has shown something else than it has shown before, to this client or to another. */
export class HistoryError extends Error {}

/**
 * How far a stream has been read, and its chain (DeliveryFrame.chain in delivery.proto):
 * h_n = SHA-256(h_{n-1} || stream id || n || epoch || SHA-256(payload)).
 */
export class History {
  readonly #heads = new Map<bigint, Bytes>();

  private constructor(
    private readonly streamId: Bytes,
    private seen: bigint,
    private newest: Bytes,
  ) {
    this.#heads.set(seen, newest);
  }

  static fromTheBeginning(streamId: Bytes): History {
    return new History(streamId, 0n, new Uint8Array(32));
  }

  static after(streamId: Bytes, sequence: bigint, head: Bytes): History {
    return new History(streamId, sequence, head);
  }

  /** Sequence number of the newest entry that was read. */
  get sequence(): bigint {
    return this.seen;
  }

  get head(): Bytes {
    return this.newest;
  }

  /** Takes the next entry; false when it was taken before. */
  async take(sequence: bigint, epoch: bigint, payload: Uint8Array, chain: Uint8Array): Promise<boolean> {
    const known = this.#heads.get(sequence);
    if (known !== undefined && !equal(known, chain)) {
      throw new HistoryError(`entry ${sequence} was another one before`);
    }
    if (sequence <= this.seen) {
      return false;
    }
    if (sequence !== this.seen + 1n) {
      throw new HistoryError(`entry ${this.seen + 1n} is missing`);
    }
    const head = await sha256(
      concat(this.newest, this.streamId, uint64(sequence), uint64(epoch), await sha256(payload)),
    );
    if (!equal(head, chain)) {
      throw new HistoryError(`entry ${sequence} does not continue the chain`);
    }
    this.seen = sequence;
    this.newest = head;
    this.#heads.set(sequence, head);
    if (this.#heads.size > HEADS_MAX) {
      this.#heads.delete(this.#heads.keys().next().value!);
    }
    return true;
  }

  /** What goes into the authenticated data of a message: the newest entry that was read. */
  claim(): Bytes {
    return concat(Uint8Array.of(CLAIM), uint64(this.seen), this.newest);
  }

  /** Compares what the sender of a message has seen with what was seen here. */
  checkClaim(authenticatedData: Uint8Array): void {
    if (authenticatedData.length !== CLAIM_LENGTH || authenticatedData[0] !== CLAIM) {
      return;
    }
    const sequence = new DataView(authenticatedData.buffer, authenticatedData.byteOffset).getBigUint64(1);
    const known = this.#heads.get(sequence);
    if (known !== undefined && !equal(known, authenticatedData.subarray(9))) {
      throw new HistoryError(`another member was shown another entry ${sequence}`);
    }
  }
}
