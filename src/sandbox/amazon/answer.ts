import { createHash } from "node:crypto";
import type { WireAnswer, WireRequest } from "../serve.js";
import type { DocumentFlaws } from "./document.js";

/** The operations of the models that the sandbox answers, and what has no model. */
export type OperationName =
  | "getReports"
  | "createReport"
  | "getReport"
  | "getReportDocument"
  | "searchCatalogItems"
  | "searchListingsItems"
  | "getMarketplaceParticipations"
  | "getInventorySummaries"
  | "token"
  | "document"
  | "unknown";

/** A request as Amazon's servers see it. */
export interface AmazonRequest {
  readonly method: string;
  /** Without the query; percent-encoded, as sent. */
  readonly path: string;
  /** Decoded pairs in the order in which they were sent. */
  readonly query: readonly (readonly [name: string, value: string])[];
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly operation: OperationName;
  /** What a fault makes of the document that is asked for. */
  readonly flaws?: DocumentFlaws;
  /** How a report that is asked for ends, when a fault decides it. */
  readonly outcome?: ReportOutcome;
}

/** `stuck` stays in progress for ever. */
export type ReportOutcome = "DONE" | "CANCELLED" | "FATAL" | "stuck";

/** What is sent back: one of `json`, `text` and `bytes`, or none for an empty body. */
export interface AmazonAnswer {
  readonly status: number;
  /** Names as sent. */
  readonly headers: Readonly<Record<string, string>>;
  readonly json?: unknown;
  readonly text?: string;
  readonly bytes?: Buffer;
}

const operationPaths: readonly (readonly [OperationName, string, RegExp])[] = [
  ["token", "POST", /^\/auth\/o2\/token$/],
  ["getReports", "GET", /^\/reports\/2021-06-30\/reports$/],
  ["createReport", "POST", /^\/reports\/2021-06-30\/reports$/],
  ["getReport", "GET", /^\/reports\/2021-06-30\/reports\/[^/]+$/],
  ["getReportDocument", "GET", /^\/reports\/2021-06-30\/documents\/[^/]+$/],
  ["searchCatalogItems", "GET", /^\/catalog\/2022-04-01\/items$/],
  ["searchListingsItems", "GET", /^\/listings\/2021-08-01\/items\/[^/]+$/],
  ["getMarketplaceParticipations", "GET", /^\/sellers\/v1\/marketplaceParticipations$/],
  ["getInventorySummaries", "GET", /^\/fba\/inventory\/v1\/summaries$/],
];

/** Reads a request from the wire; the document host serves nothing but documents. */
export function readRequest(wire: WireRequest, host: "api" | "documents"): AmazonRequest {
  const [path = "", ...rest] = wire.url.split("?");
  const found = operationPaths.find(([, method, pattern]) => method === wire.method && pattern.test(path));
  return {
    method: wire.method,
    path,
    query: [...new URLSearchParams(rest.join("?"))],
    headers: wire.headers,
    body: wire.body,
    operation: host === "documents" ? "document" : (found?.[0] ?? "unknown"),
  };
}

/** The first value of a query parameter. */
export function parameter(request: AmazonRequest, name: string): string | undefined {
  return request.query.find(([given]) => given === name)?.[1];
}

/** The values of a comma-separated query parameter: a value that holds a comma cannot be sent. */
export function listParameter(request: AmazonRequest, name: string): readonly string[] | undefined {
  const text = parameter(request, name);
  return text === undefined ? undefined : text.split(",").filter((value) => value !== "");
}

/** The last part of the path, decoded. */
export function lastPart(request: AmazonRequest): string {
  return decodeURIComponent(request.path.slice(request.path.lastIndexOf("/") + 1));
}

/** Amazon's envelope of an error. */
export function failure(status: number, code: string, message: string, details = ""): AmazonAnswer {
  return { status, headers: {}, json: { errors: [{ code, message, details }] } };
}

/** The answer to a value that the operation does not take. */
export function invalid(message: string): AmazonAnswer {
  return failure(400, "InvalidInput", message);
}

/** The answer to a token that is missing, spent or without the right. A missing role says the same as a bad token. */
export function unauthorized(details: string): AmazonAnswer {
  return failure(403, "Unauthorized", "Access to requested resource is denied.", details);
}

/** An error of the document host, which speaks XML. */
export function storageFailure(status: number, code: string, message: string): AmazonAnswer {
  const body = `<Error><Code>${code}</Code><Message>${message}</Message><RequestId>${hash(code, 16)}</RequestId></Error>`;
  return {
    status,
    headers: { "Content-Type": "application/xml" },
    text: `<?xml version="1.0" encoding="UTF-8"?>\n${body}`,
  };
}

/** A repeatable text of hexadecimal digits. */
export function hash(text: string, length: number): string {
  return createHash("sha256").update(text).digest("hex").slice(0, length);
}

/** Makes an answer ready for the wire. */
export function toWire(answer: AmazonAnswer): WireAnswer {
  const type = answer.json === undefined ? {} : { "Content-Type": "application/json" };
  return {
    status: answer.status,
    headers: { ...type, ...answer.headers },
    body: answer.bytes ?? answer.text ?? (answer.json === undefined ? "" : JSON.stringify(answer.json)),
  };
}
