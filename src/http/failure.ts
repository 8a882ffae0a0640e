import { ConfigError, RemoteError } from "../errors.js";
import type { HttpRequest } from "./contract.js";
import { TooLargeError, UnknownEncodingError } from "./inflate.js";
import { redactUrl } from "./redaction.js";

/** One attempt came to nothing, in a way that another one may not. Never leaves this folder. */
export class ExchangeFailure extends Error {
  /** Whether it is certain that the server saw nothing of the request. */
  readonly nothingSent: boolean;

  constructor(message: string, nothingSent: boolean) {
    super(message);
    this.name = "ExchangeFailure";
    this.nothingSent = nothingSent;
  }
}

export interface FailureContext {
  readonly who: string;
  readonly request: HttpRequest;
  readonly maxBodyBytes: number;
  readonly timeouts: { readonly connectMs: number; readonly idleMs: number; readonly totalMs: number };
  readonly redact: (text: string) => string;
}

const beforeSending = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN"]);

const certificateFaults =
  /^(?:DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_|CERT_|ERR_TLS_CERT_|HOSTNAME_MISMATCH|INVALID_CA|PATH_LENGTH_EXCEEDED|INVALID_PURPOSE)/;

/** What only a mistake of ours can cause. */
const misuse = /^ERR_(?:GOT|INVALID|UNSUPPORTED|UNESCAPED|HTTP_INVALID)/;

/** How a message names a request: method and address, without query and secrets. */
export function describeRequest(request: HttpRequest, redact: (text: string) => string): string {
  return `${request.method} ${redact(redactUrl(request.url).replace(/[?#].*$/s, ""))}`;
}

/** The error for a body above the limit. */
export function tooLarge({ who, request, maxBodyBytes, redact }: FailureContext): RemoteError {
  const limit =
    maxBodyBytes < 2 ** 20 ? `${maxBodyBytes} bytes` : `${Math.floor(maxBodyBytes / 2 ** 20)} MiB`;
  return new RemoteError(
    "body-too-large",
    `${who} sent an answer of more than ${limit} to ${describeRequest(request, redact)}`,
    { hint: "A smaller page may help. If the address is right and the data is, please report it." },
  );
}

/** Turns what got or zlib threw into an error of ours. got's own carries headers and body, so nothing of it stays. */
export function explain(error: unknown, context: FailureContext): Error {
  const { who, request, timeouts, redact } = context;
  const target = describeRequest(request, redact);
  if (error instanceof TooLargeError) return tooLarge(context);
  if (error instanceof UnknownEncodingError) {
    return new RemoteError(
      "unknown-encoding",
      `${who} packed its answer to ${target} in a way that was not asked for: ${redact(error.message)}`,
    );
  }
  const { code, name, event, message } = read(error);
  if (certificateFaults.test(code)) {
    return new RemoteError(
      "tls",
      `${who} shows a certificate that is not trusted: ${redact(message)} (${target})`,
      {
        hint: "Where the certificate is your own, name its authority's file in NODE_EXTRA_CA_CERTS.",
      },
    );
  }
  if (code === "EPROTO" || code.startsWith("ERR_SSL_")) {
    return new RemoteError("tls", `${who} does not speak TLS as expected: ${code} (${target})`, {
      hint: "Does the address begin with https:// although the server speaks http on this port?",
    });
  }
  if (code === "ERR_INVALID_CHAR") {
    return new ConfigError("bad-header", `a header for ${who} cannot be sent: ${redact(message)}`, [], {
      hint: "Look for a line break or a typographic sign in a token or key.",
    });
  }
  if (name === "TimeoutError") return timedOut(event, timeouts);
  if (name === "ReadError") return new ExchangeFailure("the answer was cut short", false);
  if (code.startsWith("Z_") || code.startsWith("ERR__ERROR_") || code.startsWith("ERR_BROTLI")) {
    return new ExchangeFailure("the packed answer was cut short or damaged", false);
  }
  if (code === "" || misuse.test(code)) return new Error(`${target}: ${redact(message)}`);
  return new ExchangeFailure(redact(message), beforeSending.has(code));
}

function timedOut(event: string, timeouts: FailureContext["timeouts"]): ExchangeFailure {
  if (event === "lookup" || event === "connect" || event === "secureConnect") {
    return new ExchangeFailure(`no connection within ${seconds(timeouts.connectMs)}`, true);
  }
  return new ExchangeFailure(
    event === "socket"
      ? `silence for ${seconds(timeouts.idleMs)}`
      : `not done after ${seconds(timeouts.totalMs)}`,
    false,
  );
}

function seconds(ms: number): string {
  return `${ms / 1000} s`;
}

function read(error: unknown): { code: string; name: string; event: string; message: string } {
  const text = (key: string): string => {
    const value: unknown = typeof error === "object" && error !== null ? Reflect.get(error, key) : undefined;
    return typeof value === "string" ? value : "";
  };
  return { code: text("code"), name: text("name"), event: text("event"), message: text("message") };
}
