import { Buffer } from "node:buffer";
import { Agent as HttpAgent, type IncomingHttpHeaders } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { got } from "got";
import { InterruptedError } from "../errors.js";
import type { HttpRequest, HttpResponse } from "./contract.js";
import { explain, tooLarge, type FailureContext } from "./failure.js";
import { acceptedEncodings, inflateBody } from "./inflate.js";

/** An answer with its bytes, for bodies that are not UTF-8. `text` is decoded when it is first read. */
export interface ByteResponse extends HttpResponse {
  /** The body, unpacked. */
  readonly bytes: Buffer;
}

export interface Timeouts {
  /** For each of: name lookup, connection, TLS handshake. Default 10 s. */
  readonly connectMs: number;
  /** For silence. Default 30 s. */
  readonly idleMs: number;
  /** From the first to the last byte. Default 120 s. */
  readonly totalMs: number;
}

export const defaultTimeouts: Timeouts = { connectMs: 10_000, idleMs: 30_000, totalMs: 120_000 };

export interface ExchangeOptions {
  /** How messages name the server: "the shop". */
  readonly who: string;
  readonly userAgent: string;
  readonly timeouts: Timeouts;
  /** Upper limit of a body, as it comes and unpacked. */
  readonly maxBodyBytes: number;
  readonly maxSockets: number;
  readonly redact: (text: string) => string;
}

/**
 * Sends a request once. The response carries `shownUrl` in place of the request's own address, which may hold a
 * signature. Throws ExchangeFailure, RemoteError, ConfigError or InterruptedError.
 */
export type Exchange = (request: HttpRequest, shownUrl: string) => Promise<ByteResponse>;

/** An exchange over connections that are kept alive; nothing is cached, followed, remembered or sent twice. */
export function createExchange(options: ExchangeOptions): Exchange {
  const { timeouts, maxBodyBytes, maxSockets } = options;
  const client = got.extend({
    // Repeating, redirects and decoding are decided by us: got knows neither pace nor bombs.
    retry: { limit: 0 },
    throwHttpErrors: false,
    followRedirect: false,
    decompress: false,
    responseType: "buffer",
    agent: {
      http: new HttpAgent({ keepAlive: true, maxSockets }),
      https: new HttpsAgent({ keepAlive: true, maxSockets }),
    },
    timeout: {
      lookup: timeouts.connectMs,
      connect: timeouts.connectMs,
      secureConnect: timeouts.connectMs,
      socket: timeouts.idleMs,
      request: timeouts.totalMs,
    },
    headers: { "user-agent": options.userAgent, "accept-encoding": acceptedEncodings },
  });

  return async (request, shownUrl) => {
    const { signal, method, url } = request;
    const context: FailureContext = { ...options, request };
    if (signal.aborted) throw new InterruptedError();
    const pending = client(url, {
      method,
      ...(request.headers === undefined ? {} : { headers: request.headers }),
      ...(request.body === undefined ? {} : { body: request.body }),
    });
    let overflow = false;
    const cancel = (): void => {
      pending.cancel();
    };
    signal.addEventListener("abort", cancel, { once: true });
    // The first event comes with the headers: a body that declares to be too long is not begun.
    void pending.on("downloadProgress", ({ transferred, total }) => {
      if (transferred <= maxBodyBytes && (method === "HEAD" || (total ?? 0) <= maxBodyBytes)) return;
      overflow = true;
      cancel();
    });
    try {
      const { statusCode, headers, rawBody } = await pending;
      const wire = Buffer.from(rawBody.buffer, rawBody.byteOffset, rawBody.byteLength);
      const bytes = await inflateBody(wire, headers["content-encoding"] ?? "", maxBodyBytes);
      return toResponse(statusCode, flattenHeaders(headers), bytes, shownUrl);
    } catch (error) {
      if (overflow) throw tooLarge(context);
      if (signal.aborted) throw new InterruptedError();
      throw explain(error, context);
    } finally {
      signal.removeEventListener("abort", cancel);
    }
  };
}

function toResponse(
  status: number,
  headers: Readonly<Record<string, string>>,
  bytes: Buffer,
  url: string,
): ByteResponse {
  let text: string | undefined;
  return {
    status,
    headers,
    bytes,
    url,
    get text() {
      text ??= bytes.toString("utf8");
      return text;
    },
  };
}

/** Header lines as one record: names in lower case, several of one name joined by ", ". */
export function flattenHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) flat[name] = typeof value === "string" ? value : value.join(", ");
  }
  return flat;
}
