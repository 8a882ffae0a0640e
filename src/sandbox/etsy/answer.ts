import { randomUUID } from "node:crypto";
import type { WireAnswer, WireRequest } from "../serve.js";

/** A request as Etsy's servers see it. */
export interface EtsyRequest {
  readonly method: string;
  /** Without the query; percent-encoded, as sent. */
  readonly path: string;
  /** Of a name that comes twice the last value counts, as in PHP. */
  readonly query: ReadonlyMap<string, string>;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Form fields; empty when the body is no form. */
  readonly form: ReadonlyMap<string, string>;
}

/** What is sent back. Either `json` or `text` is set. */
export interface EtsyAnswer {
  readonly status: number;
  /** Names as sent. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  readonly text?: string;
  /** The ids of the listings in the body, in order; never sent. */
  readonly ids?: readonly number[];
}

/** Ends a request with an answer that is no success. */
export class Refusal extends Error {
  readonly answer: EtsyAnswer;

  constructor(answer: EtsyAnswer) {
    super(`answered with ${answer.status}`);
    this.name = "Refusal";
    this.answer = answer;
  }
}

/** Etsy's envelope of an error; those of OAuth carry a description beside it. */
export function failure(
  status: number,
  error: string,
  description?: string,
  headers: Readonly<Record<string, string>> = {},
): EtsyAnswer {
  const json = description === undefined ? { error } : { error, error_description: description };
  return { status, headers, json };
}

/** A web page. */
export function page(status: number, title: string, text: string): EtsyAnswer {
  return {
    status,
    headers: { "Content-Type": "text/html; charset=utf-8" },
    text:
      `<!DOCTYPE html>\n<html lang="en-US"><head><title>${title}</title></head>` +
      `<body><h1>${title}</h1><p>${text}</p></body></html>\n`,
  };
}

export function readRequest({ method, url, headers, body }: WireRequest): EtsyRequest {
  const mark = url.indexOf("?");
  const isForm = (headers["content-type"] ?? "").startsWith("application/x-www-form-urlencoded");
  return {
    method,
    path: mark < 0 ? url : url.slice(0, mark),
    query: new Map(new URLSearchParams(mark < 0 ? "" : url.slice(mark + 1))),
    headers,
    form: new Map(new URLSearchParams(isForm ? body : "")),
  };
}

/** Makes an answer as it is sent. Each has an id of its own, which Etsy's support asks for. */
export function toWire(answer: EtsyAnswer): WireAnswer {
  return {
    status: answer.status,
    headers: {
      "Content-Type": "application/json",
      "x-etsy-request-uuid": randomUUID(),
      ...answer.headers,
    },
    body: answer.text ?? JSON.stringify(answer.json),
  };
}

/** The same request with one query parameter set. */
export function setQuery(request: EtsyRequest, name: string, value: string): EtsyRequest {
  return { ...request, query: new Map([...request.query, [name, value]]) };
}
