import { readFileSync } from "node:fs";
import { Ajv, type ValidateFunction } from "ajv";

/** A parameter of an operation as both kinds of document describe it; Swagger 2.0 puts the schema into it. */
interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly schema?: Json;
  readonly [key: string]: unknown;
}

interface Operation {
  readonly operationId?: string;
  readonly parameters?: readonly (Parameter | { readonly $ref: string })[];
  readonly requestBody?: { readonly content?: Readonly<Record<string, { readonly schema?: Json }>> };
  readonly responses?: Readonly<Record<string, ResponseObject | { readonly $ref: string }>>;
}

interface ResponseObject {
  readonly schema?: Json;
  readonly content?: Readonly<Record<string, { readonly schema?: Json }>>;
}

type Json = Readonly<Record<string, unknown>>;

export interface ApiExchange {
  readonly method: string;
  /** Path and query as sent. */
  readonly url: string;
  readonly requestBody?: unknown;
  readonly status: number;
  readonly responseBody: unknown;
}

/** A vendor's OpenAPI 3.0 or Swagger 2.0 document, to hold requests and answers against. */
export interface ApiDocument {
  /** What is wrong with the request and with the answer, in words; empty when nothing is. */
  faultsOf(exchange: ApiExchange): string[];
  /** Whether a path of the document matches. */
  knows(method: string, url: string): boolean;
}

/**
 * Reads a document. `patch` mends its known defects before it is compiled. Arrays in a query are comma-separated. An
 * unknown query parameter is a fault: servers ignore a misspelt one.
 */
export function loadApiDocument(file: string, patch: (document: Json) => Json = (same) => same): ApiDocument {
  const document = patch(JSON.parse(readFileSync(file, "utf8")) as Json);
  // Vendors add words and formats of their own, and say `nullable` as OpenAPI 3.0 does.
  const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true, coerceTypes: false });
  ajv.addSchema(document, "api");
  const compiled = new Map<string, ValidateFunction>();
  // A path without a name in it comes before one that it would fit too: /listings/batch, /listings/{listing_id}.
  const holes = (path: string): number => path.split("{").length;
  const paths = Object.entries((document["paths"] ?? {}) as Readonly<Record<string, Json>>)
    .sort(([a], [b]) => holes(a) - holes(b))
    .map(([path, item]) => ({ pattern: toPattern(path), path, item }));

  function find(method: string, url: string) {
    const [path = ""] = url.split("?", 1);
    for (const { pattern, path: template, item } of paths) {
      const match = pattern.exec(path);
      const operation = item[method.toLowerCase()] as Operation | undefined;
      if (match !== null && operation !== undefined)
        return { operation, template, method: method.toLowerCase(), shared: item["parameters"] };
    }
    return undefined;
  }

  function deref<Value>(value: Value | { readonly $ref: string }): Value {
    if (typeof value !== "object" || value === null || !("$ref" in value)) return value;
    let at: unknown = document;
    for (const step of value.$ref.slice(2).split("/")) {
      at = (at as Json)[step.replaceAll("~1", "/").replaceAll("~0", "~")];
    }
    return at as Value;
  }

  function check(name: string, schema: Json, value: unknown): string[] {
    let validate = compiled.get(name);
    if (validate === undefined) {
      validate = ajv.compile(absolute(schema));
      compiled.set(name, validate);
    }
    if (validate(value)) return [];
    return (validate.errors ?? []).map(
      ({ instancePath, message, params }) =>
        `${name}${instancePath}: ${message ?? "invalid"} ${JSON.stringify(params)}`,
    );
  }

  return {
    knows: (method, url) => find(method, url) !== undefined,
    faultsOf({ method, url, requestBody, status, responseBody }) {
      const found = find(method, url);
      if (found === undefined) return [`${method} ${url}: no such operation`];
      const { operation, template } = found;
      const label = operation.operationId ?? `${method} ${template}`;
      const faults: string[] = [];
      const parameters = [
        ...((found.shared ?? []) as NonNullable<Operation["parameters"]>),
        ...(operation.parameters ?? []),
      ].map((parameter) => deref<Parameter>(parameter));
      const query = new URLSearchParams(url.slice(url.indexOf("?") + 1 || url.length));
      const known = new Map(
        parameters.filter((each) => each.in === "query").map((each) => [each.name, each]),
      );
      for (const name of new Set(query.keys())) {
        const parameter = known.get(name);
        if (parameter === undefined) {
          faults.push(`${label}: unknown query parameter ${name}`);
          continue;
        }
        const schema = parameter.schema ?? parameter;
        const value = toValue(query.get(name) ?? "", deref<Json>(schema));
        faults.push(...check(`${label} query ${name}`, schemaOf(parameter), value));
      }
      for (const [name, parameter] of known) {
        if (parameter.required === true && !query.has(name))
          faults.push(`${label}: the query parameter ${name} is missing`);
      }
      const bodySchema =
        parameters.find((each) => each.in === "body")?.schema ??
        operation.requestBody?.content?.["application/json"]?.schema;
      if (bodySchema !== undefined && requestBody !== undefined)
        faults.push(...check(`${label} body`, bodySchema, requestBody));
      const declared = operation.responses?.[String(status)];
      if (declared === undefined) {
        faults.push(`${label}: the document knows no answer ${status}`);
        return faults;
      }
      const response = deref<ResponseObject>(declared);
      const schema = response.schema ?? response.content?.["application/json"]?.schema;
      if (schema !== undefined) faults.push(...check(`${label} ${status}`, schema, responseBody));
      return faults;
    },
  };
}

/** Swagger 2.0 writes the words of the schema beside name and place; its `required` means the parameter. */
function schemaOf(parameter: Parameter): Json {
  if (parameter.schema !== undefined) return parameter.schema;
  const { type, items, enum: values, minimum, maximum, minItems, maxItems, maxLength, pattern } = parameter;
  const words = { type, items, enum: values, minimum, maximum, minItems, maxItems, maxLength, pattern };
  return Object.fromEntries(Object.entries(words).filter(([, value]) => value !== undefined));
}

function toValue(text: string, schema: Json): unknown {
  switch (schema["type"]) {
    case "array":
      return text.split(",").map((item) => toValue(item, (schema["items"] ?? {}) as Json));
    case "integer":
    case "number":
      return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
    case "boolean":
      return text === "true" ? true : text === "false" ? false : text;
    default:
      return text;
  }
}

/** References count from the document that was added, also out of a schema that is compiled alone. */
function absolute(schema: Json): Json {
  return JSON.parse(JSON.stringify(schema).replaceAll('"$ref":"#/', '"$ref":"api#/')) as Json;
}

function toPattern(path: string): RegExp {
  const escaped = path.replace(/[.*+?^$()|[\]\\]/g, String.raw`\$&`);
  return new RegExp(`^${escaped.replace(/\{[^}]+\}/g, "[^/]+")}$`);
}
