import type { RequestCounts } from "../model/report.js";

export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Resolves after `ms`, or rejects with the signal's reason. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export interface HttpRequest {
  readonly method: "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Absolute, without credentials: those are put in by `prepare`, attempt by attempt. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Whether sending it twice does no harm. Default: true for GET and HEAD, false otherwise. */
  readonly repeatable?: boolean;
  /** Points that the request takes from the pacer's buckets. Default 1. */
  readonly cost?: number;
  /** Upper limit of attempts for this request, the first one included. Default: the client's. */
  readonly attempts?: number;
  readonly signal: AbortSignal;
}

export interface HttpResponse {
  readonly status: number;
  /** Names in lower case; several of one name joined by ", ". */
  readonly headers: Readonly<Record<string, string>>;
  /** Decoded as UTF-8. */
  readonly text: string;
  /** The address that answered. */
  readonly url: string;
}

export interface HttpClient {
  /**
   * Sends a request, at the pacer's pace, again where that is safe and the vendor's `shouldRetry` says so. Resolves
   * with any status that is not to be retried, 4xx included: what it means is the vendor's to say. Redirects are
   * answers, never followed. `prepare` is called before each attempt and may add headers or sign the URL anew.
   * Throws TransientError when attempts are used up, RemoteError for an answer that no attempt would change (a bad
   * certificate, a body that is too large), InterruptedError on abort.
   */
  request(request: HttpRequest, prepare?: (request: HttpRequest) => HttpRequest): Promise<HttpResponse>;
  /** What was sent so far, for the report. */
  counts(): RequestCounts;
}
