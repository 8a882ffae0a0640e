import { readFileSync } from "node:fs";
import { join } from "node:path";
import { loadApiDocument, type ApiDocument } from "../support/openapi.js";

type Json = Readonly<Record<string, unknown>>;

/** The document's schemas by name. */
export type EtsySchemas = Readonly<Record<string, Json>>;

/**
 * Mends two defects of the document: `nullable` beside `oneOf`, where a validator demands a type, and nullable enums
 * that do not list null.
 */
function mend(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(mend);
  if (typeof value !== "object" || value === null) return value;
  const mended = Object.fromEntries(Object.entries(value).map(([key, each]) => [key, mend(each)]));
  const { oneOf, nullable, ...rest } = mended;
  if (nullable !== true) return mended;
  if (Array.isArray(rest["enum"])) return { ...mended, enum: [...(rest["enum"] as unknown[]), null] };
  if (!Array.isArray(oneOf) || "type" in rest) return mended;
  return { ...rest, anyOf: [...(oneOf as unknown[]), { type: "string", nullable: true, maxLength: 0 }] };
}

/** Loads Etsy's document out of its folder, mended, with the schemas beside it. */
export function loadEtsyDocument(folder: string): {
  readonly api: ApiDocument;
  readonly schemas: EtsySchemas;
} {
  const file = join(folder, "oas-3.0.0.json");
  const document = JSON.parse(readFileSync(file, "utf8")) as { components: { schemas: EtsySchemas } };
  return {
    api: loadApiDocument(file, (given) => mend(given) as Json),
    schemas: document.components.schemas,
  };
}

/** Long names of the document that say less than short ones. */
const shortNames: Readonly<Record<string, string>> = {
  Etsy_Modules_ListingPersonalization_Api_Resources_OpenApi_ListingPersonalization: "Personalization",
};

function refOf(schema: Json): string | undefined {
  const [first] = (schema["oneOf"] ?? []) as readonly Json[];
  const ref = schema["$ref"] ?? first?.["$ref"];
  return typeof ref === "string" ? ref.slice(ref.lastIndexOf("/") + 1) : undefined;
}

/**
 * Says where a value lacks a key that its schema lists, or has one that it does not list. The names of the schemas
 * that were met are added to `seen`.
 */
export function keyFaults(schemas: EtsySchemas, name: string, value: unknown, seen: Set<string>): string[] {
  const walk = (schema: Json, held: unknown, at: string): string[] => {
    if (held === null) return [];
    const ref = refOf(schema);
    if (ref !== undefined) {
      seen.add(shortNames[ref] ?? ref);
      return walk(schemas[ref] ?? {}, held, at);
    }
    if (Array.isArray(held)) {
      return held.flatMap((each, place) => walk((schema["items"] ?? {}) as Json, each, `${at}.${place}`));
    }
    const properties = schema["properties"] as Readonly<Record<string, Json>> | undefined;
    if (properties === undefined || typeof held !== "object") return [];
    const known = Object.keys(properties);
    const own = held as Json;
    return [
      ...known.filter((key) => !(key in own)).map((key) => `${at}: ${key} is missing`),
      ...Object.keys(own)
        .filter((key) => !known.includes(key))
        .map((key) => `${at}: ${key} is not in the document`),
      ...known.flatMap((key) =>
        key in own ? walk(properties[key] ?? {}, own[key], at === "" ? key : `${at}.${key}`) : [],
      ),
    ];
  };
  return walk({ $ref: `#/components/schemas/${name}` }, value, "");
}
