import { InterruptedError, TransientError } from "../../errors.js";
import type { ClientRequest } from "../../http/client.js";
import type { HttpRequest } from "../../http/contract.js";
import { type JsonAnswer, requestJson } from "../../http/json.js";
import type { TokenCache } from "../../http/token.js";
import type { ChannelParts } from "../channel.js";
import { isKeyRefusal, toEtsyError } from "./errors.js";
import type { Quota } from "./quota.js";
import { defaultBaseUrl, type EtsySettings } from "./settings.js";

export type Query = Readonly<Record<string, string | number>>;

/** One good answer. */
export interface EtsyAnswer {
  readonly body: unknown;
  /** Etsy's clock when it answered, milliseconds since 1970. */
  readonly dateMs?: number;
}

export interface EtsyApi {
  /**
   * Fetches one path below /v3/application, "shops/1/listings", with key and token; `what` names it in messages.
   * `attempts` limits the HTTP room's retries, `open` leaves the token out. Renews a refused token once. Throws what
   * `toEtsyError` says, also for a failure that stays after the retries, and TransientError without asking while Etsy
   * wants to be left alone.
   */
  get(
    path: string,
    query: Query,
    what: string,
    signal: AbortSignal,
    how?: { readonly attempts?: number; readonly open?: boolean },
  ): Promise<EtsyAnswer>;
  /** Posts a form to one that only reads. `makeForm` gets the access token. */
  ask(
    path: string,
    makeForm: (token: string) => Record<string, string>,
    what: string,
    signal: AbortSignal,
  ): Promise<EtsyAnswer>;
  /** An access token that is good, fetched when there is none. Throws as `get` does. */
  token(signal: AbortSignal): Promise<string>;
}

/** Makes the client of one shop's account. */
export function createEtsyApi(
  settings: EtsySettings,
  parts: ChannelParts,
  tokens: TokenCache,
  quota: Quota,
): EtsyApi {
  const root = `${(settings.baseUrl ?? defaultBaseUrl).replace(/\/+$/, "")}/v3/application`;
  const apiKey = `${settings.keystring}:${settings.sharedSecret}`;
  parts.hide(apiKey);

  /** Lets nothing out while Etsy wants to be left alone, and takes down when it begins to. */
  async function guarded<Result>(signal: AbortSignal, work: () => Promise<Result>): Promise<Result> {
    if (signal.aborted) throw new InterruptedError();
    await quota.admit();
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof TransientError) || error.code !== "retry-after") throw error;
      throw await quota.close(error.retryAfterMs ?? 0);
    }
  }

  async function send(request: ClientRequest, token?: string): Promise<JsonAnswer> {
    const bearer = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const prepare = (plain: HttpRequest): HttpRequest => ({
      ...plain,
      headers: { ...plain.headers, "x-api-key": apiKey, ...bearer },
    });
    const answer = await requestJson(parts.http, request, "Etsy", prepare, parts.redact);
    await quota.note(answer.response.headers);
    return answer;
  }

  async function sendWithToken(
    toRequest: (token: string) => ClientRequest,
    signal: AbortSignal,
  ): Promise<JsonAnswer> {
    const token = await tokens.current(signal);
    const answer = await send(toRequest(token), token);
    if (answer.response.status !== 401 || isKeyRefusal(answer.response)) return answer;
    const renewed = await tokens.renew(token, signal);
    return send(toRequest(renewed), renewed);
  }

  function toAnswer({ response, value }: JsonAnswer, what: string): EtsyAnswer {
    if (response.status !== 200) throw toEtsyError(response, { what, redact: parts.redact });
    const dateMs = Date.parse(response.headers["date"] ?? "");
    return { body: value, ...(Number.isNaN(dateMs) ? {} : { dateMs }) };
  }

  const accept = { accept: "application/json" };
  return {
    get(path, query, what, signal, { attempts, open = false } = {}) {
      const request: ClientRequest = {
        method: "GET",
        url: `${root}/${path}${toSearch(query)}`,
        headers: accept,
        signal,
        ...(attempts === undefined ? {} : { attempts }),
      };
      return guarded(signal, async () => {
        const answer = await (open ? send(request) : sendWithToken(() => request, signal));
        return toAnswer(answer, what);
      });
    },
    ask(path, makeForm, what, signal) {
      const headers = { ...accept, "content-type": "application/x-www-form-urlencoded" };
      const toRequest = (token: string): ClientRequest => ({
        method: "POST",
        url: `${root}/${path}`,
        headers,
        body: new URLSearchParams(makeForm(token)).toString(),
        repeatable: true,
        signal,
      });
      return guarded(signal, async () => toAnswer(await sendWithToken(toRequest, signal), what));
    },
    token: (signal) => guarded(signal, () => tokens.current(signal)),
  };
}

function toSearch(query: Query): string {
  const pairs = Object.entries(query).map(
    // Commas stay as they are: Etsy's lists are written with them.
    ([name, value]) => `${name}=${encodeURIComponent(value).replaceAll("%2C", ",")}`,
  );
  return pairs.length === 0 ? "" : `?${pairs.join("&")}`;
}
