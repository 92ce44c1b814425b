import "reflect-metadata";
import { SubjectAlternativeNameExtension, X509Certificate, X509ChainBuilder } from "@peculiar/x509";
import type { Credential } from "ts-mls";
import { copy, equal } from "./bytes.js";

const USER = "lockstep:user:";
const CLIENT = "lockstep:client:";

/** Length of the DER of an Ed25519 public key before the key itself (RFC 8410). */
const SPKI_HEAD = 12;

export interface Identity {
  readonly user: string;
  readonly client: string;
}

/** Whom a credential names; says nothing about whether that is true. */
export function identity(credential: Credential): Identity {
  const names = new X509Certificate(copy(certificates(credential)[0]!))
    .getExtension(SubjectAlternativeNameExtension)
    ?.names.items.filter((name) => name.type === "url")
    .map((name) => name.value) ?? [];
  const users = names.filter((name) => name.startsWith(USER));
  const clients = names.filter((name) => name.startsWith(CLIENT));
  if (users.length !== 1 || clients.length !== 1) {
    throw new Error("a certificate must name one user and one client");
  }
  return { user: users[0]!.slice(USER.length), client: clients[0]!.slice(CLIENT.length) };
}

function certificates(credential: Credential): Uint8Array[] {
  if (credential.credentialType !== "x509" || credential.certificates.length === 0) {
    throw new Error("only X.509 credentials are accepted");
  }
  return credential.certificates;
}

/**
 * Believes a credential if it is a chain to the trust anchor of the Authentication Service, of which the first
 * certificate certifies the leaf's signature key and names one user and one client.
 */
export class CertificateValidator {
  readonly #anchor: X509Certificate;

  /** @param pem the trust anchor */
  constructor(pem: string) {
    this.#anchor = new X509Certificate(pem);
  }

  /** What ts-mls calls for each member's credential. */
  async validateCredential(credential: Credential, signatureKey: Uint8Array): Promise<boolean> {
    try {
      const chain = certificates(credential).map((der) => new X509Certificate(copy(der)));
      const [own, ...others] = chain;
      const certified = new Uint8Array(own!.publicKey.rawData).subarray(SPKI_HEAD);
      identity(credential);
      return equal(certified, signatureKey) && (await this.#leadsToTheAnchor(own!, others));
    } catch (error) {
      console.warn("a credential is refused", error);
      return false;
    }
  }

  async #leadsToTheAnchor(own: X509Certificate, others: X509Certificate[]): Promise<boolean> {
    const path = await new X509ChainBuilder({ certificates: [...others, this.#anchor] }).build(own);
    const last = path[path.length - 1]!;
    if (!equal(new Uint8Array(last.rawData), new Uint8Array(this.#anchor.rawData))) {
      return false;
    }
    for (const [i, certificate] of path.entries()) {
      const issuer = path[i + 1] ?? this.#anchor;
      if (!(await certificate.verify({ publicKey: issuer.publicKey, date: new Date() }))) {
        return false;
      }
    }
    return true;
  }
}
