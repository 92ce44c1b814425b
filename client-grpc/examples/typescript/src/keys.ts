import {
  encodeMlsMessage,
  generateKeyPackageWithKey,
  getCiphersuiteFromName,
  getCiphersuiteImpl,
  type CiphersuiteImpl,
  type CiphersuiteName,
  type Credential,
  type KeyPackage,
  type PrivateKeyPackage,
  type Welcome,
} from "ts-mls";
import { makeKeyPackageRef } from "ts-mls/keyPackage.js";
import { concat, copy, hex, uint32, utf8, type Bytes } from "./bytes.js";

const SUITE: CiphersuiteName = "MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519";

/** A key package is good for so long. */
const LIFETIME_SECONDS = 30 * 24 * 3600;

/** Clocks differ. */
const BEFORE_SECONDS = 3600;

export interface KeyPair {
  readonly publicKey: Uint8Array;
  readonly signKey: Uint8Array;
}

export function cipherSuite(): Promise<CiphersuiteImpl> {
  return getCiphersuiteImpl(getCiphersuiteFromName(SUITE));
}

/** Signs as authentication.proto says: label, zero byte, then each field with its length. */
export async function sign(
  suite: CiphersuiteImpl,
  key: KeyPair,
  label: string,
  ...fields: Uint8Array[]
): Promise<Bytes> {
  const parts = fields.flatMap((field) => [uint32(field.length), field]);
  const text = concat(utf8(`Lockstep 1.0 ${label}`), Uint8Array.of(0), ...parts);
  return copy(await suite.signature.sign(key.signKey, text));
}

interface Held {
  readonly publicPackage: KeyPackage;
  readonly privatePackage: PrivateKeyPackage;
}

/** The private parts of key packages that others may have, by reference. */
export class KeyPackages {
  readonly #held = new Map<string, Held>();

  constructor(
    private readonly suite: CiphersuiteImpl,
    private readonly key: KeyPair,
    private readonly credential: Credential,
  ) {}

  /** Makes one, for one use, as it goes to the key store. */
  async make(): Promise<Bytes> {
    const now = Math.floor(Date.now() / 1000);
    const made = await generateKeyPackageWithKey(
      this.credential,
      { versions: ["mls10"], ciphersuites: [SUITE], extensions: [], proposals: [], credentials: ["x509"] },
      { notBefore: BigInt(now - BEFORE_SECONDS), notAfter: BigInt(now + LIFETIME_SECONDS) },
      [],
      { signKey: this.key.signKey, publicKey: this.key.publicKey },
      this.suite,
    );
    this.#held.set(hex(await makeKeyPackageRef(made.publicPackage, this.suite.hash)), made);
    return copy(encodeMlsMessage({ version: "mls10", wireformat: "mls_key_package", keyPackage: made.publicPackage }));
  }

  /** Takes out the one that a Welcome is for. */
  use(welcome: Welcome): Held {
    for (const { newMember } of welcome.secrets) {
      const ref = hex(newMember);
      const held = this.#held.get(ref);
      if (held !== undefined) {
        this.#held.delete(ref);
        return held;
      }
    }
    throw new Error("the Welcome is for none of the key packages here");
  }
}
