import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { mappingCheckCommand, mappingShowCommand, mappingTestCommand } from "../../src/commands/mapping.js";
import { MappingError } from "../../src/errors.js";

let folder: string;
let printed: string;

async function put(name: string, ...lines: readonly string[]): Promise<string> {
  const file = path.join(folder, name);
  await writeFile(file, lines.join("\n"));
  return file;
}

const config = (...mapping: readonly string[]): Promise<string> =>
  put(
    "psync.config.yaml",
    "source: { channel: woocommerce, url: 'https://shop.example', consumerKey: a, consumerSecret: b }",
    "destination: { type: file, path: out.jsonl }",
    "mapping:",
    ...mapping.map((line) => `  ${line}`),
  );

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "psync-mapping-command-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

beforeEach(() => {
  printed = "";
  jest.spyOn(process.stdout, "write").mockImplementation((text, ...rest: readonly unknown[]) => {
    printed += String(text);
    for (const done of rest) if (typeof done === "function") (done as () => void)();
    return true;
  });
});
afterEach(() => {
  jest.restoreAllMocks();
});

describe("src/commands/mapping.ts", () => {
  test("a destination's table is shown from the product to the item", async () => {
    expect(await mappingShowCommand({}, "tryton")).toBe(0);
    const lines = printed.split("\n").map((line) => line.trim().split(/ {2,}/));
    expect(lines[0]).toEqual(["psync", "tryton", "converter"]);
    expect(lines).toContainEqual(["sku", "code", "same"]);
    expect(lines).toContainEqual(["weight_lbs, weight_kg", "weight", "pounds"]);
    expect(printed).not.toContain("article");
  });

  test("a channel's table is shown from the cart to the product", async () => {
    expect(await mappingShowCommand({}, "woocommerce")).toBe(0);
    expect(printed.split("\n")[0]?.trim().split(/ {2,}/)).toEqual(["woocommerce", "psync", "converter"]);
    expect(printed).toContain("Beyond the article:");
  });

  test("scripts get the rows of a table of one's own", async () => {
    const file = await put("own.yaml", "extends: extensiv-3pl", "rows: [{ from: vendor, to: accountRef }]");
    expect(await mappingShowCommand({ json: true }, file)).toBe(0);
    const shown = JSON.parse(printed) as { readonly table: string; readonly rows: readonly unknown[] };
    expect(Object.keys(shown)).toEqual(["command", "table", "rows"]);
    expect(shown).toMatchObject({ command: "mapping show", table: file });
    expect(shown.rows[0]).toEqual({ from: "sku", to: "sku", convert: "same" });
    expect(shown.rows.at(-1)).toEqual({ from: "vendor", to: "accountRef", convert: "same" });
  });

  test("a table with a fault is not shown", async () => {
    const file = await put("faulty.yaml", "extends: tryton", "rows: [{ from: vendor, to: vendor }]");
    await expect(mappingShowCommand({}, file)).rejects.toThrow(MappingError);
  });

  test("without names all built-in tables of both kinds are checked and tested", async () => {
    expect(await mappingCheckCommand({}, [])).toBe(0);
    const names = ["amazon", "etsy", "shopify", "woocommerce", "extensiv-3pl", "extensiv-items", "tryton"];
    expect(printed.match(/^[\w-]+(?=: \d+ rows, no fault$)/gm)).toEqual(names);
    printed = "";
    expect(await mappingTestCommand({}, [])).toBe(0);
    expect(printed.match(/^[\w-]+(?=: \d+ cases, all as expected$)/gm)).toEqual(names);
  });

  test("the config's own tables are looked at too, each as what the config takes it for", async () => {
    await put("channel.yaml", "extends: tryton");
    await put("destination.yaml", "extends: tryton", "rows: [{ from: vendor, to: vendr }]");
    const file = await config("channel: ./channel.yaml", "destination: ./destination.yaml");
    expect(await mappingCheckCommand({ config: file, json: true }, [])).toBe(4);
    expect(JSON.parse(printed)).toMatchObject({
      command: "mapping check",
      status: "failed",
      faults: [
        { message: "the table is for the destination tryton, and one for a channel is wanted" },
        { line: 2, message: 'unknown target "vendr"' },
      ],
    });
  });

  test("cases of a destination's table tell what came out differently", async () => {
    const file = await put("cased.yaml", "extends: tryton");
    await put(
      "cased.cases.yaml",
      "- { name: a mug, product: { sku: A, name: Mug }, item: { code: A, name: Cup } }",
    );
    expect(await mappingTestCommand({}, [file])).toBe(4);
    expect(printed).toContain('case "a mug": name: expected "Cup", got "Mug"');
  });
});
