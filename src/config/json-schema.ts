import { z } from "zod";
import { ConfigFile } from "./schema.js";

/** The part of JSON Schema that the config's schema makes use of. */
export interface JsonSchemaNode {
  readonly title?: string;
  readonly description?: string;
  readonly const?: string;
  readonly enum?: readonly string[];
  readonly default?: unknown;
  readonly examples?: readonly string[];
  readonly properties?: Readonly<Record<string, JsonSchemaNode>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchemaNode;
  readonly oneOf?: readonly JsonSchemaNode[];
}

/**
 * The JSON Schema (draft 7, which editors know best) of a config file as it is written, before variables are filled
 * in. What only psync can judge, such as addresses and paths, is plain text in it.
 */
export function configJsonSchema(): JsonSchemaNode {
  return z.toJSONSchema(ConfigFile, { io: "input", target: "draft-7" }) as JsonSchemaNode;
}

/** The text of `schema/psync.schema.json`, before the formatter has seen it. */
export function configJsonSchemaText(): string {
  return `${JSON.stringify(configJsonSchema(), null, 2)}\n`;
}
