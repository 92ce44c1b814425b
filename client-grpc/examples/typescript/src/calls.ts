import { BinaryReader } from "@bufbuild/protobuf/wire";
import { Code, ConnectError, createClient, type Client, type Interceptor } from "@connectrpc/connect";
import { createGrpcWebTransport } from "@connectrpc/connect-web";
import { Authentication } from "../gen/io/lockstep/api/v1/authentication_pb.js";
import { Delivery } from "../gen/io/lockstep/api/v1/delivery_pb.js";
import { Keys } from "../gen/io/lockstep/api/v1/keys_pb.js";

/** Where a deployment is. */
export interface Deployment {
  /** Base URL of the gateway. */
  readonly gateway: string;
  /** Base URL of the Authentication Service's listener for browsers. */
  readonly authentication: string;
  /** Its trust anchor, PEM. */
  readonly trustAnchor: string;
}

export interface Services {
  readonly authentication: Client<typeof Authentication>;
  readonly delivery: Client<typeof Delivery>;
  readonly keys: Client<typeof Keys>;
}

/** @param token the newest client token; empty as long as there is none */
export function services(deployment: Deployment, token: () => string): Services {
  const withToken: Interceptor = (next) => (request) => {
    if (token() !== "") {
      request.header.set("authorization", `Bearer ${token()}`);
    }
    return next(request);
  };
  const to = (baseUrl: string) => createGrpcWebTransport({ baseUrl, interceptors: [withToken] });
  const gateway = to(deployment.gateway);
  return {
    authentication: createClient(Authentication, to(deployment.authentication)),
    delivery: createClient(Delivery, gateway),
    keys: createClient(Keys, gateway),
  };
}

/** What an error says (proto/README.md): its reason, and how long to wait if it says so. */
export interface Refusal {
  readonly reason: string;
  readonly retryAfterMillis: number;
}

/** Empty reason: the error is not Lockstep's, for example since nobody answered. */
export function refusal(error: unknown): Refusal {
  for (const detail of ConnectError.from(error).details) {
    if ("type" in detail && detail.type === "google.rpc.ErrorInfo") {
      return errorInfo(detail.value);
    }
  }
  return { reason: "", retryAfterMillis: 0 };
}

/** google.rpc.ErrorInfo: 1 = reason, 3 = metadata (1 = key, 2 = value). */
function errorInfo(bytes: Uint8Array): Refusal {
  const reader = new BinaryReader(bytes);
  let reason = "";
  let retryAfterMillis = 0;
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag();
    if (field === 1) {
      reason = reader.string();
    } else if (field === 3) {
      const entry = new BinaryReader(reader.bytes());
      let key = "";
      let value = "";
      while (entry.pos < entry.len) {
        const [part, partType] = entry.tag();
        if (part === 1) {
          key = entry.string();
        } else if (part === 2) {
          value = entry.string();
        } else {
          entry.skip(partType);
        }
      }
      if (key === "retry_after_ms") {
        retryAfterMillis = Number(value);
      }
    } else {
      reader.skip(type);
    }
  }
  return { reason, retryAfterMillis };
}

/** Whether the same request, with the same ids, may succeed later. */
export function mayRetry(error: unknown): boolean {
  const { reason } = refusal(error);
  if (reason !== "") {
    return ["RATE_LIMITED", "OUTCOME_UNKNOWN", "SERVICE_UNAVAILABLE", "SHUTTING_DOWN"].includes(reason);
  }
  // The browser could not reach anybody, or the answer was cut off.
  return [Code.Unavailable, Code.Unknown, Code.Internal, Code.DeadlineExceeded].includes(
    ConnectError.from(error).code,
  );
}

export function pause(millis: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, millis));
}
