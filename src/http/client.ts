import { InterruptedError, RemoteError, TransientError } from "../errors.js";
import { isWebPage, pageTitle } from "./body.js";
import type { Clock, HttpClient, HttpRequest, HttpResponse } from "./contract.js";
import { createExchange, defaultTimeouts, type ByteResponse, type Timeouts } from "./exchange.js";
import { createDownloader, type Download } from "./download.js";
import { describeRequest, ExchangeFailure } from "./failure.js";
import { createPacer, type Observation, type Pacer } from "./pacing.js";
import { redactByName, redactUrl } from "./redaction.js";
import { parseRetryAfter } from "./retry-after.js";

/**
 * What a vendor says of an answer: false, it stands; true, the request deserves another attempt. `throttled` says
 * that the server did not act upon it, so that even a create may be repeated. `retryAfterMs` beats the header.
 */
export type RetryVerdict = boolean | { readonly throttled?: boolean; readonly retryAfterMs?: number };

/** What becomes of a server's error that outlasts the attempts: thrown, or given back for the vendor to judge. */
export type FinalResponse = "throw" | "return";

/** A request with what this client knows beyond the contract. */
export interface ClientRequest extends HttpRequest {
  /** Default: the client's. */
  readonly finalResponse?: FinalResponse;
  /**
   * Looks at an answer that stands. A TransientError of its (a web page, torn JSON) makes the attempt a failed one,
   * repeated like a 500; any other error ends the request.
   */
  readonly inspect?: (response: ByteResponse) => void;
}

export interface ClientOptions {
  /** How messages name the server: "the shop". */
  readonly who: string;
  readonly userAgent: string;
  readonly clock: Clock;
  /** One pacer, or the one of a request where a server counts each operation by itself. Default: no limit of rate. */
  readonly pacer?: Pacer | ((request: HttpRequest) => Pacer);
  /** How many connections there may be. Default: the pacer's `maxConcurrent`, or 4. */
  readonly concurrency?: number;
  /** Default: `defaultShouldRetry`. */
  readonly shouldRetry?: (response: ByteResponse, request: HttpRequest) => RetryVerdict;
  /** What an answer tells about the server's limits. */
  readonly observe?: (
    response: ByteResponse,
    request: HttpRequest,
  ) => Observation | readonly Observation[] | undefined;
  /** The first attempt included. Default 5. */
  readonly attempts?: number;
  /** Default "throw". */
  readonly finalResponse?: FinalResponse;
  /** The longest time that a server is waited for; a longer one ends the request. Default 120 s. */
  readonly maxRetryAfterMs?: number;
  readonly timeouts?: Partial<Timeouts>;
  /** Upper limit of a body, as it comes and unpacked. Default 64 MiB. */
  readonly maxBodyBytes?: number;
  /** Hides the client's secrets, as made by `createRedactor`. Default: hides by name only. */
  readonly redact?: (text: string) => string;
  /** From 0 to 1. Default `Math.random`. */
  readonly random?: () => number;
  /** Gets a line for each attempt, without secrets. */
  readonly trace?: (line: string) => void;
}

/** What a vendor decides of how its requests are sent. */
export type ClientPolicy = Omit<ClientOptions, "userAgent" | "clock" | "redact" | "random" | "trace">;

/** The contract's client, which also takes what ClientRequest adds and gives bytes. */
export interface PacedClient extends HttpClient {
  request(request: ClientRequest, prepare?: (request: HttpRequest) => HttpRequest): Promise<ByteResponse>;
  /**
   * Fetches a body of any size into a temporary file, from a host that hands out results by signed addresses: without
   * the pacer, and without any header but those of the request. Repeated as `request` is, from the first byte. Throws
   * RemoteError with its `status` for any 3xx or 4xx, TransientError when attempts are used up, InterruptedError on abort.
   */
  download(request: ClientRequest): Promise<Download>;
}

const firstBackoffMs = 1000;
const longestBackoffMs = 60_000;
const passingStatuses = new Set([429, 500, 502, 503, 504, 520, 521, 522, 523, 524]);

/** The statuses that pass by themselves, as a rule: 429, 500, 502, 503, 504 and Cloudflare's 520 to 524. */
function defaultShouldRetry(response: HttpResponse): RetryVerdict {
  return passingStatuses.has(response.status);
}

/** An attempt that did not succeed, and what may be done about it. */
interface Trouble {
  /** Thrown when there is no further attempt. */
  readonly error: TransientError;
  /** Whether the server certainly did nothing. */
  readonly harmless: boolean;
  readonly throttled: boolean;
  /** Whether the server named the time. */
  readonly toldToWait: boolean;
  readonly waitMs: number;
  readonly response?: ByteResponse;
}

/** A client as the contract describes it, for one server and one set of credentials. */
export function createHttpClient(options: ClientOptions): PacedClient {
  const { who, clock, trace, random = Math.random } = options;
  const { shouldRetry = defaultShouldRetry, maxRetryAfterMs = 120_000 } = options;
  const redact = options.redact ?? redactByName;
  const shared = typeof options.pacer === "function" ? undefined : options.pacer;
  const concurrency = options.concurrency ?? shared?.maxConcurrent ?? 4;
  const ownPacer = shared ?? createPacer({ clock, maxConcurrent: concurrency });
  const pacerOf = typeof options.pacer === "function" ? options.pacer : () => ownPacer;
  const exchange = createExchange({
    who,
    userAgent: options.userAgent,
    timeouts: { ...defaultTimeouts, ...options.timeouts },
    maxBodyBytes: options.maxBodyBytes ?? 64 * 2 ** 20,
    maxSockets: concurrency,
    redact,
  });
  const counts = { sent: 0, retried: 0, throttled: 0 };
  /** Until when a server wants to be left alone for longer than anybody waits. */
  const closedUntil = new WeakMap<Pacer, number>();

  function backoffMs(attempt: number): number {
    const full = Math.min(longestBackoffMs, firstBackoffMs * 2 ** (attempt - 1));
    return Math.ceil(full * (0.5 + random() / 2));
  }

  function isTooLong({ toldToWait, waitMs }: Trouble): boolean {
    return toldToWait && waitMs > maxRetryAfterMs;
  }

  function leftAlone(whoAsks: string, waitMs: number): TransientError {
    const at = new Date(clock.now() + waitMs).toISOString();
    return new TransientError(
      "retry-after",
      `${whoAsks} asks to be left alone for ${Math.ceil(waitMs / 1000)} s`,
      {
        retryAfterMs: waitMs,
        hint: `Try again after ${at}.`,
      },
    );
  }

  /** Sends once, at the pacer's pace. */
  async function attempt(
    request: ClientRequest,
    prepare: (request: HttpRequest) => HttpRequest,
    number: number,
  ): Promise<ByteResponse | Trouble> {
    const pacer = pacerOf(request);
    const release = await pacer.acquire(request.cost ?? 1, request.signal);
    let outcome: ByteResponse | ExchangeFailure;
    let line = "";
    try {
      const closedMs = (closedUntil.get(pacer) ?? 0) - clock.now();
      if (closedMs > 0) throw leftAlone(who, closedMs);
      const prepared = prepare(request);
      line = `${prepared.method} ${redact(redactUrl(prepared.url))}${number > 1 ? ` (attempt ${number})` : ""}`;
      counts.sent += 1;
      if (number > 1) counts.retried += 1;
      const startedAt = clock.now();
      outcome = await exchange(prepared, request.url);
      trace?.(`${line}: ${outcome.status}, ${outcome.bytes.length} bytes, ${clock.now() - startedAt} ms`);
    } catch (error) {
      if (line !== "") trace?.(`${line}: ${error instanceof Error ? redact(error.message) : "failed"}`);
      if (!(error instanceof ExchangeFailure)) throw error;
      outcome = error;
    } finally {
      release();
    }
    // In the same turn as the release: the pacer must know before it lets the next request go.
    if (outcome instanceof ExchangeFailure) return unanswered(request, outcome, number);
    const seen = options.observe?.(outcome, request) ?? [];
    for (const one of "length" in seen ? seen : [seen]) pacer.observe(one);
    const judged = judge(request, outcome, number);
    if (!("error" in judged)) {
      pacer.observe({ throttled: false });
    } else if (isTooLong(judged)) {
      closedUntil.set(pacer, Math.max(clock.now() + judged.waitMs, closedUntil.get(pacer) ?? 0));
    } else if (judged.throttled || judged.toldToWait) {
      pacer.observe({ throttled: judged.throttled, retryAfterMs: judged.waitMs });
    }
    return judged;
  }

  function unanswered(request: ClientRequest, failure: ExchangeFailure, number: number): Trouble {
    const target = describeRequest(request, redact);
    return {
      error: new TransientError("no-answer", `${who} did not answer ${target}: ${failure.message}`),
      harmless: failure.nothingSent,
      throttled: false,
      toldToWait: false,
      waitMs: backoffMs(number),
    };
  }

  /** The response where it stands, otherwise what is wrong. */
  function judge(request: ClientRequest, response: ByteResponse, number: number): ByteResponse | Trouble {
    const verdict = shouldRetry(response, request);
    if (verdict === false) return inspect(request, response, number);
    const details = verdict === true ? {} : verdict;
    const throttled = details.throttled ?? response.status === 429;
    const retryAfterMs = details.retryAfterMs ?? parseRetryAfter(response.headers, clock.now()) ?? 0;
    const toldToWait = retryAfterMs > 0;
    const told = toldToWait ? { retryAfterMs } : {};
    if (throttled) counts.throttled += 1;
    const target = describeRequest(request, redact);
    const page = isWebPage(response) ? `, a web page: "${redact(pageTitle(redact(response.text)))}"` : "";
    const error = throttled
      ? new TransientError("throttled", `${who} is asked too often: ${response.status} to ${target}`, told)
      : new TransientError("server-error", `${who} answered ${response.status} to ${target}${page}`, told);
    const waitMs = toldToWait ? retryAfterMs : backoffMs(number);
    return { error, harmless: throttled, throttled, response, toldToWait, waitMs };
  }

  function inspect(request: ClientRequest, response: ByteResponse, number: number): ByteResponse | Trouble {
    try {
      request.inspect?.(response);
      return response;
    } catch (error) {
      if (error instanceof RemoteError) {
        const status = error.status === undefined ? {} : { status: error.status };
        throw new RemoteError(error.code, redact(error.message), { ...hintOf(error), ...status });
      }
      if (!(error instanceof TransientError)) throw error;
      const hidden = new TransientError(error.code, redact(error.message), hintOf(error));
      return {
        error: hidden,
        harmless: false,
        throttled: false,
        toldToWait: false,
        waitMs: backoffMs(number),
      };
    }
  }

  async function send(
    request: ClientRequest,
    prepare: (request: HttpRequest) => HttpRequest,
  ): Promise<ByteResponse> {
    const attempts = request.attempts ?? options.attempts ?? 5;
    const returns = (request.finalResponse ?? options.finalResponse) === "return";
    const repeatable = request.repeatable ?? (request.method === "GET" || request.method === "HEAD");
    for (let number = 1; ; number += 1) {
      const judged = await attempt(request, prepare, number);
      if (!("error" in judged)) return judged;
      const { error, harmless, throttled, waitMs } = judged;
      const final = returns && !throttled ? judged.response : undefined;
      if (!harmless && !repeatable) {
        if (final !== undefined) return final;
        throw unknownOutcome(error);
      }
      if (isTooLong(judged)) throw leftAlone(`${error.message}; it`, waitMs);
      if (number >= attempts) {
        if (final !== undefined) return final;
        throw afterAttempts(error, number);
      }
      await clock.sleep(waitMs, request.signal);
    }
  }

  const fetchOnce = createDownloader({
    who,
    userAgent: options.userAgent,
    timeouts: { ...defaultTimeouts, ...options.timeouts },
    redact,
  });

  async function download(request: ClientRequest): Promise<Download> {
    const attempts = request.attempts ?? options.attempts ?? 5;
    const target = describeRequest(request, redact);
    for (let number = 1; ; number += 1) {
      counts.sent += 1;
      if (number > 1) counts.retried += 1;
      let error: TransientError;
      try {
        const got = await fetchOnce(request);
        trace?.(`${target}: ${got.status}, ${got.size} bytes into a file`);
        if (got.status < 300) return got;
        await got.discard();
        const message = `${who} answered ${got.status} to ${target}`;
        if (!passingStatuses.has(got.status))
          throw new RemoteError("download-refused", message, { status: got.status });
        error = new TransientError("server-error", message);
      } catch (caught) {
        if (!(caught instanceof ExchangeFailure)) throw caught;
        error = new TransientError("no-answer", `${who} did not answer ${target}: ${caught.message}`);
      }
      trace?.(error.message);
      if (number >= attempts) throw afterAttempts(error, number);
      await clock.sleep(backoffMs(number), request.signal);
    }
  }

  return {
    counts: () => ({ ...counts }),
    async download(request) {
      try {
        return await download(request);
      } catch (error) {
        if (request.signal.aborted) throw new InterruptedError();
        throw error;
      }
    },
    async request(request, prepare = (same) => same) {
      try {
        return await send(request, prepare);
      } catch (error) {
        if (request.signal.aborted) throw new InterruptedError();
        throw error;
      }
    },
  };
}

function unknownOutcome(error: TransientError): TransientError {
  return new TransientError("unknown-outcome", `it is not known what became of a request: ${error.message}`, {
    hint: "Look whether it was carried out before it is sent again.",
    ...(error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs }),
    cause: error,
  });
}

function afterAttempts(error: TransientError, attempts: number): TransientError {
  if (attempts === 1) return error;
  return new TransientError(error.code, `${error.message} (${attempts} attempts)`, {
    ...hintOf(error),
    ...(error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs }),
  });
}

function hintOf(error: { readonly hint?: string }): { readonly hint?: string } {
  return error.hint === undefined ? {} : { hint: error.hint };
}
