import type { WireAnswer, WireRequest } from "../serve.js";

/** A request as the shop understands it. */
export interface ShopifyRequest extends WireRequest {
  readonly path: string;
  /** The text of the operation; empty where there is none. */
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** An answer before it is written: JSON, or with `text` anything else. */
export interface ShopifyAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly text?: string;
}

/** Reads a request. A body that is no JSON has no query. */
export function readRequest(wire: WireRequest): ShopifyRequest {
  const path = wire.url.replace(/\?.*$/s, "");
  const sent = parse(wire.body);
  const { query, variables } = sent;
  return {
    ...wire,
    path,
    query: typeof query === "string" ? query : "",
    variables: typeof variables === "object" && variables !== null ? { ...variables } : {},
  };
}

function parse(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

/** Writes an answer. */
export function toWire(answer: ShopifyAnswer): WireAnswer {
  const { status, headers, body, text } = answer;
  const isText = text !== undefined;
  return {
    status,
    headers: {
      "Content-Type": isText ? "text/html; charset=utf-8" : "application/json; charset=utf-8",
      ...headers,
    },
    body: isText ? text : JSON.stringify(body),
  };
}

/** An answer in JSON. */
export function json(
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): ShopifyAnswer {
  return { status, headers, body };
}

/** Refuses a request as the shop does outside of GraphQL: `errors` is a text. */
export function refuse(status: number, errors: string): ShopifyAnswer {
  return json(status, { errors });
}

/** Tells whether a request asks for a field by this name. */
export function asksFor(request: ShopifyRequest, field: string): boolean {
  return new RegExp(`\\b${field}\\b`).test(request.query);
}
