import { readFile } from "node:fs/promises";
import { describe, expect, test } from "@jest/globals";
import { configJsonSchema, configJsonSchemaText, type JsonSchemaNode } from "../../src/config/json-schema.js";

function* nodes(node: JsonSchemaNode, path: string): Generator<[string, JsonSchemaNode]> {
  yield [path, node];
  for (const [key, child] of Object.entries(node.properties ?? {})) yield* nodes(child, `${path}.${key}`);
  for (const option of node.oneOf ?? []) yield* nodes(option, path);
}

describe("src/config/json-schema.ts", () => {
  test("schema/psync.schema.json is up to date (after a change: npm run generate)", async () => {
    const file = new URL("../../schema/psync.schema.json", import.meta.url);
    expect(JSON.parse(await readFile(file, "utf8"))).toEqual(JSON.parse(configJsonSchemaText()));
  });

  test("every key is described in one sentence", () => {
    for (const [path, { description }] of nodes(configJsonSchema(), "")) {
      expect([path, description]).toEqual([path, expect.stringMatching(/^\S.*\.$/u)]);
    }
  });

  test("no block takes keys that it does not know", () => {
    const open = [...nodes(configJsonSchema(), "")].filter(
      ([, node]) =>
        node.properties !== undefined &&
        !("additionalProperties" in node && node.additionalProperties === false),
    );
    expect(open).toEqual([]);
  });

  test("says what must be there", () => {
    const schema = configJsonSchema();
    expect(schema.required).toEqual(["source", "destination"]);
    const woocommerce = schema.properties?.["source"]?.oneOf?.find(({ title }) => title === "WooCommerce");
    expect(woocommerce?.required).toEqual(["channel", "url", "consumerKey", "consumerSecret"]);
    const file = schema.properties?.["destination"]?.oneOf?.find(({ title }) => title === "File");
    expect(file?.required).toEqual(["type", "path"]);
  });

  test("texts that variables may fill have no pattern", () => {
    const patterned = [...nodes(configJsonSchema(), "")].filter(
      ([path, node]) =>
        /^\.(?:source|destination|state)/u.test(path) && ("pattern" in node || "format" in node),
    );
    expect(patterned).toEqual([]);
  });
});
