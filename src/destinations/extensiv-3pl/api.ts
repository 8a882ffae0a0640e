import { InterruptedError, type PsyncError, TransientError } from "../../errors.js";
import { parseJson } from "../../http/body.js";
import type { ClientRequest } from "../../http/client.js";
import type { HttpResponse } from "../../http/contract.js";
import { pause } from "../../http/storm.js";
import type { DestinationParts } from "../destination.js";
import { type Role, tokenRefused, toRunError, who } from "./errors.js";
import { type ExactValue, parseExact } from "./exact-json.js";
import { rootOf, type ExtensivSettings } from "./settings.js";
import { createTokens } from "./token.js";

/** What was answered; the status says whether it is good. */
export interface Answer {
  readonly status: number;
  /** What a 2xx answer holds, if anything. */
  readonly value?: ExactValue;
  readonly etag?: string;
  readonly response: HttpResponse;
}

/** A change that is sent. */
export interface Sending {
  readonly method: "POST" | "PUT";
  readonly path: string;
  readonly body: string;
  readonly etag?: string;
}

export interface ExtensivApi {
  /** Path of the customer, below which everything lies. */
  readonly customer: string;
  /** Fetches a token unless there is one. */
  authorize(signal: AbortSignal): Promise<void>;
  /**
   * Reads. Gives any answer of 2xx, and of 4xx unless it is about rights; `attempts` limits the HTTP room's retries.
   * Throws what `toRunError` and the HTTP room say.
   */
  get(path: string, query: string, role: Role, signal: AbortSignal, attempts?: number): Promise<Answer>;
  /**
   * Writes, and sends again only what the server certainly did not act upon. On abort nothing more is sent; what is
   * under way is waited for. Throws as `get`, and TransientError `unknown-outcome`.
   */
  send(sending: Sending, signal: AbortSignal, attempts?: number): Promise<Answer>;
}

const halJson = "application/hal+json";
/** How often a refusal for haste is answered by asking again before a storm is declared. */
const usualAttempts = 5;
const firstPauseMs = 1000;
/** Of the token for one request. Others may have used up the new one, or the server takes only the newest. */
const mostRenewals = 3;
/** Codes of failures after which it is certain that the server did nothing. */
const harmless: ReadonlySet<string> = new Set(["throttled", "no-answer"]);

/** Makes the client of one account. */
export function createExtensivApi(settings: ExtensivSettings, parts: DestinationParts): ExtensivApi {
  const root = rootOf(settings);
  const tokens = createTokens(settings, parts);

  /** Whether any token worked so far. */
  let works = false;

  /** Sends with a token; with another one when it is refused: once, or a few times where tokens did work before. */
  async function withToken(
    request: ClientRequest,
    signal: AbortSignal,
    onSend?: () => void,
  ): Promise<HttpResponse> {
    let token = await tokens.current(signal);
    for (let renewals = 0; ; renewals += 1) {
      const response = await parts.http.request(request, (plain) => {
        if (signal.aborted) throw new InterruptedError();
        onSend?.();
        return { ...plain, headers: { ...plain.headers, authorization: `Bearer ${token}` } };
      });
      if (response.status !== 401) {
        works = true;
        return response;
      }
      if (renewals >= (works ? mostRenewals : 1)) throw tokenRefused();
      token = await tokens.renew(token, signal);
    }
  }

  function toAnswer(response: HttpResponse, role: Role, what: string): Answer {
    const error: PsyncError | undefined = toRunError(response, role, what, parts.redact);
    if (error !== undefined) throw error;
    const { status, headers, text } = response;
    const etag = headers["etag"];
    return {
      status,
      response,
      ...(etag === undefined ? {} : { etag }),
      ...(isGood(status) && text.trim() !== "" ? { value: parseExact(text) } : {}),
    };
  }

  async function sendOnce(sending: Sending, signal: AbortSignal): Promise<Answer> {
    const { method, path, body, etag } = sending;
    // An abort reaches the request only as long as it waits for its turn: a write under way would be left in doubt.
    const waiting = new AbortController();
    let underWay = false;
    const onAbort = (): void => {
      if (!underWay) waiting.abort(signal.reason);
    };
    if (signal.aborted) throw new InterruptedError();
    signal.addEventListener("abort", onAbort, { once: true });
    try {
      const request: ClientRequest = {
        method,
        url: `${root}${path}`,
        headers: {
          accept: halJson,
          "content-type": halJson,
          ...(etag === undefined ? {} : { "if-match": etag }),
        },
        body,
        repeatable: false,
        attempts: 1,
        signal: waiting.signal,
        inspect: (response) => {
          // Whether it was written is in doubt when the good answer is none of the server's.
          if (isGood(response.status) && response.text.trim() !== "") parseJson(response, who, parts.redact);
        },
      };
      const response = await withToken(request, signal, () => {
        underWay = true;
      });
      return toAnswer(response, "ItemEdit", `${method} ${path}`);
    } finally {
      signal.removeEventListener("abort", onAbort);
    }
  }

  return {
    customer: `/customers/${encodeURIComponent(settings.customerId)}`,
    async authorize(signal) {
      await tokens.current(signal);
    },
    async get(path, query, role, signal, attempts) {
      if (signal.aborted) throw new InterruptedError();
      const request: ClientRequest = {
        method: "GET",
        url: `${root}${path}${query === "" ? "" : `?${query}`}`,
        headers: { accept: halJson },
        signal,
        ...(attempts === undefined ? {} : { attempts }),
        inspect: (response) => {
          if (isGood(response.status)) parseJson(response, who, parts.redact);
        },
      };
      return toAnswer(await withToken(request, signal), role, `GET ${path}`);
    },
    async send(sending, signal, attempts = usualAttempts) {
      for (let number = 1; ; number += 1) {
        try {
          return await sendOnce(sending, signal);
        } catch (error) {
          const passes = error instanceof TransientError && harmless.has(error.code);
          if (!passes || number >= attempts) throw error;
          await pause(parts.clock, error.retryAfterMs ?? firstPauseMs * 2 ** (number - 1), signal);
        }
      }
    },
  };
}

export function isGood(status: number): boolean {
  return status >= 200 && status < 300;
}
