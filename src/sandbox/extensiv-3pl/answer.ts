import type { WireAnswer, WireRequest } from "../serve.js";
import type { Body, Row } from "./model.js";

/** A request as the server's routes see it. */
export interface ExtensivRequest {
  readonly method: string;
  /** Without the query; percent-encoded, as sent. */
  readonly path: string;
  /** Names in lower case, values decoded once. Of a name that comes twice the first value counts. */
  readonly query: ReadonlyMap<string, string>;
  /** What stands behind the question mark, as sent. */
  readonly search: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Items that lists do not show yet, where a fault has it so. */
  readonly hides?: (row: Row) => boolean;
}

/** What is sent back. Either `json` or `text` is set, or neither for an empty body. */
export interface ExtensivAnswer {
  readonly status: number;
  /** Names as sent. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  readonly text?: string;
}

/** Ends a request with an answer that is no success. */
export class Refusal extends Error {
  readonly answer: ExtensivAnswer;

  constructor(answer: ExtensivAnswer) {
    super(`answered with ${answer.status} ${JSON.stringify(answer.json ?? "")}`);
    this.name = "Refusal";
    this.answer = answer;
  }
}

const jsonType = "application/json; charset=utf-8";

export function readRequest({ method, url, headers, body }: WireRequest): ExtensivRequest {
  const mark = url.indexOf("?");
  const search = mark < 0 ? "" : url.slice(mark + 1);
  const query = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(search)) {
    // Guess: names without regard to case, as ASP.NET binds them.
    const key = name.toLowerCase();
    if (!query.has(key)) query.set(key, value);
  }
  return { method, path: mark < 0 ? url : url.slice(0, mark), query, search, headers, body };
}

export function toWire({ status, headers, json, text }: ExtensivAnswer): WireAnswer {
  return {
    status,
    headers: { ...(json === undefined ? {} : { "Content-Type": jsonType }), ...headers },
    body: text ?? (json === undefined ? "" : JSON.stringify(json)),
  };
}

// Guess: `$type` is a .NET type name; of what assembly is not known.
function exception(status: number, name: string, members: Body): ExtensivAnswer {
  return { status, json: { $type: `Wms.Exceptions.${name}, Wms.Exceptions`, ...members } };
}

/** The answer to parameters that cannot be used. */
export function badParameter(
  parameter: string,
  code: "Required" | "NotParsable" | "DoesNotExist",
  hint: string,
): ExtensivAnswer {
  return exception(400, "QueryParameterException", { Parameters: [parameter], ErrorCode: code, Hint: hint });
}

/** The answer to a body that cannot be taken. `name` is the property's path in PascalCase. */
export function badModel(
  code: "Required" | "DoesNotExist" | "Duplicate" | "Incompatible" | "ValueNotSupported",
  name: string,
  value: unknown,
  hint: string,
): ExtensivAnswer {
  return exception(400, "ModelValidationException", {
    ModelType: "Item",
    // Guess: values as text, null where there is none.
    Properties: [{ Name: name, Value: value === undefined || value === null ? null : asText(value) }],
    ErrorCode: code,
    Hint: hint,
  });
}

/** The answer to something that cannot be done with the item as it stands. */
export function badOperation(action: string, code: "InUse", hint: string): ExtensivAnswer {
  return exception(403, "OperationException", { ActionName: action, ErrorCode: code, Hint: hint });
}

/** The answer to a caller without the role. Guess: what the code is called, and that the hint names the role. */
export function missingRole(role: string): ExtensivAnswer {
  return exception(403, "AuthorizationException", {
    ErrorCode: "RoleMissing",
    Hint: `The user does not have the role ${role}.`,
  });
}

/** An answer in ASP.NET's plainest envelope. */
export function message(
  status: number,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): ExtensivAnswer {
  return { status, headers, json: { Message: text } };
}

/** An answer without a body. */
export function empty(status: number): ExtensivAnswer {
  return { status };
}

/** The answer after the server's code failed: plain text. */
export function serverError(): ExtensivAnswer {
  return {
    status: 500,
    headers: { "Content-Type": "text/plain; charset=utf-8" },
    text: "An unexpected error occurred. Error reference 5d1f0c1e.",
  };
}

/** A page that the web server or the proxy before it makes. */
export function webPage(status: number, title: string, text: string): ExtensivAnswer {
  return {
    status,
    headers: { "Content-Type": "text/html; charset=utf-8" },
    text:
      `<!DOCTYPE html>\n<html><head><title>${title}</title></head>` +
      `<body><h1>${title}</h1><p>${text}</p></body></html>\n`,
  };
}

/** The same request with one query parameter set, or without it. `name` is in lower case. */
export function withQuery(
  request: ExtensivRequest,
  name: string,
  value: string | undefined,
): ExtensivRequest {
  const query = new Map(request.query);
  if (value === undefined) query.delete(name);
  else query.set(name, value);
  return { ...request, query };
}

function asText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
