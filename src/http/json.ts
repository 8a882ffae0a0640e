import { parseJson } from "./body.js";
import type { ClientRequest, PacedClient } from "./client.js";
import type { HttpRequest } from "./contract.js";
import type { ByteResponse } from "./exchange.js";

export interface JsonAnswer {
  readonly response: ByteResponse;
  /** What a 2xx answer holds; undefined for any other status and for 204. */
  readonly value: unknown;
}

/**
 * Requests JSON. An answer of 2xx that is empty, a web page, cut or damaged is asked for again like a 500, where the
 * request may be repeated; any other status is the caller's to judge. `redact` hides secrets that the answer may echo.
 * Throws as `request` and `parseJson` do.
 */
export async function requestJson(
  client: PacedClient,
  request: ClientRequest,
  who: string,
  prepare?: (request: HttpRequest) => HttpRequest,
  redact?: (text: string) => string,
): Promise<JsonAnswer> {
  let value: unknown;
  const inspect = (response: ByteResponse): void => {
    request.inspect?.(response);
    value = undefined;
    if (response.status >= 200 && response.status < 300 && response.status !== 204)
      value = parseJson(response, who, redact);
  };
  const response = await client.request({ ...request, inspect }, prepare);
  return { response, value };
}
