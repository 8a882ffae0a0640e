import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { MappingError } from "../../src/errors.js";
import {
  checkTable,
  groupRows,
  isItemTable,
  listTables,
  loadItemTable,
  loadTable,
  readText,
} from "../../src/mapping/load.js";

let folder: string;
let builtin: string;

async function put(name: string, ...lines: readonly string[]): Promise<string> {
  const file = path.join(folder, name);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, lines.join("\n"));
  return file;
}

let items: string;

async function faultsOf(name: string): Promise<readonly string[]> {
  const { faults } = await checkTable(name, folder, [builtin, items]);
  return faults.map(
    ({ file, line, message, hint }) =>
      `${path.basename(file ?? "")}:${line ?? ""} ${message}${hint === undefined ? "" : ` [${hint}]`}`,
  );
}

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "psync-mapping-"));
  builtin = path.join(folder, "builtin");
  await put(
    "builtin/base.yaml",
    "channel: base",
    "rows:",
    "  - { from: name, to: name }",
    '  - { from: "tags[]", to: tags, convert: list }',
    '  - { from: "labels[]", to: tags, convert: list }',
    "  - { from: vendor, to: vendor, convert: raw }",
    "beyond:",
    "  - { from: state, to: status, convert: raw }",
  );
  await put("builtin/base.cases.yaml", "[]");
  items = path.join(folder, "items");
  await put(
    "items/wms.yaml",
    "destination: wms",
    "places: { code: text, name: text, price: decimal, weight: number, tags: text }",
    "rows:",
    "  - { from: sku, to: code }",
    "  - { from: name, to: name, convert: line }",
    "  - { from: retail_price, to: price }",
  );
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe("src/mapping/load.ts", () => {
  test("a built-in table is loaded by its name", async () => {
    const table = await loadTable("base", folder, builtin);
    expect(table).toMatchObject({ name: "base", channel: "base", articleRows: 4 });
    expect(groupRows(table).beyond.map(({ to }) => to)).toEqual(["status"]);
    expect(await listTables(builtin)).toEqual(["base"]);
  });

  test("an operator's table replaces, adds and drops rows by target", async () => {
    await put(
      "own/mine.yaml",
      "extends: base",
      "rows:",
      "  - { from: meta_data.hs_code, to: custom_fields.hs_code }",
      '  - { from: "keywords[]", to: tags, convert: list }',
      '  - { from: "more[]", to: tags, convert: list }',
      "  - { from: title, to: name }",
      "drop: [vendor]",
    );
    const table = await loadTable("./own/mine.yaml", folder, builtin);
    expect(table.name).toBe("./own/mine.yaml");
    expect(table.channel).toBe("base");
    expect(table.rows.map(({ from, to }) => `${String(from)} -> ${to}`)).toEqual([
      "title -> name",
      "keywords[] -> tags",
      "more[] -> tags",
      "state -> status",
      "meta_data.hs_code -> custom_fields.hs_code",
    ]);
    expect(groupRows(table).rows.map(({ to }) => to)).toEqual(["name", "tags", "tags"]);
    expect(table.rows.map(({ file, line }) => `${path.basename(file)}:${line}`)).toEqual([
      "mine.yaml:6",
      "mine.yaml:4",
      "mine.yaml:5",
      "base.yaml:8",
      "mine.yaml:3",
    ]);
  });

  test("a table may extend a file beside it, and stand alone", async () => {
    await put("chain/alone.yaml", "rows:", "  - { from: a, to: name }");
    await put(
      "chain/next.yaml",
      "extends: ./alone.yaml",
      "rows:",
      "  - { from: b, to: vendor, convert: raw }",
    );
    const table = await loadTable("chain/next.yaml", folder, builtin);
    expect(table.rows.map(({ to }) => to)).toEqual(["name", "vendor"]);
    expect(table.channel).toBeUndefined();
  });

  test("all faults of all files come at once", async () => {
    await put("bad/base.yaml", "rows:", "  - { from: a, to: nmae }");
    await put(
      "bad/mine.yaml",
      "extends: ./base.yaml",
      "rows:",
      "  - { from: a, to: vendor }",
      "  - { from: b, to: vendor, convert: rwa }",
    );
    expect(await faultsOf("bad/mine.yaml")).toEqual([
      'mine.yaml:4 unknown converter "rwa" [did you mean "raw"?]',
      'base.yaml:2 unknown target "nmae" [did you mean "name"?]',
      'mine.yaml:4 target "vendor" is mapped twice; the first row is in line 3',
    ]);
  });

  test("loading throws what checking finds", async () => {
    await put("bad/one.yaml", "rows:", "  - { from: a, to: nmae }");
    const failure = await loadTable("bad/one.yaml", folder, builtin).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(MappingError);
    expect(String(failure)).toBe("MappingError: mapping table bad/one.yaml has a fault");
    expect(failure).toMatchObject({
      exitCode: 4,
      faults: [{ file: path.join(folder, "bad/one.yaml"), line: 2, column: 20, path: "rows[0].to" }],
    });
  });

  test("a drop that drops nothing is a fault", async () => {
    await put("drop/mine.yaml", "extends: base", "drop: [quantity, custom_fields.x]");
    expect(await faultsOf("drop/mine.yaml")).toEqual([
      'mine.yaml:2 base maps nothing to "quantity"',
      'mine.yaml:2 base maps nothing to "custom_fields.x"',
    ]);
  });

  test("circles are refused at the line that closes them", async () => {
    await put("circle/a.yaml", "extends: ./b.yaml");
    await put("circle/b.yaml", "# b", "extends: ./a.yaml");
    expect(await faultsOf("circle/a.yaml")).toEqual([
      "b.yaml:2 tables extend each other in a circle: ./a.yaml",
    ]);
  });

  test("a chain of many tables has an end", async () => {
    for (let index = 0; index < 12; index++)
      await put(`long/t${index}.yaml`, `extends: ./t${index + 1}.yaml`);
    expect((await faultsOf("long/t0.yaml")).join()).toContain("in a circle");
  });

  test("a name that is not there, with the one that was meant", async () => {
    expect(await faultsOf("bsae")).toEqual([
      'bsae.yaml: there is no built-in table "bsae" [did you mean "base"?]',
    ]);
    await put("gone/mine.yaml", "extends: ./nowhere.yaml");
    expect((await faultsOf("gone/mine.yaml"))[0]).toMatch(/^mine\.yaml:1 there is no file .*nowhere\.yaml$/);
  });

  test("a destination's table is loaded by its name, an operator's own one inherits its places", async () => {
    const table = await loadItemTable("wms", folder, items);
    expect(table).toMatchObject({ name: "wms", destination: "wms", articleRows: 3 });
    expect([...table.places]).toContainEqual(["price", "decimal"]);
    await put(
      "own/wms.yaml",
      "extends: wms",
      "rows:",
      "  - { from: [weight_kg, weight_lbs], to: weight, convert: pounds }",
      "  - { from: description, to: name, convert: plain-line }",
      "drop: [price]",
    );
    const own = await loadItemTable("own/wms.yaml", folder, [builtin, items]);
    expect(own).toMatchObject({ name: "own/wms.yaml", destination: "wms", places: table.places });
    expect(own.rows.map(({ from, to }) => `${String(from)} -> ${to}`)).toEqual([
      "sku -> code",
      "description -> name",
      "weight_kg,weight_lbs -> weight",
    ]);
    expect(await listTables([builtin, items])).toEqual(["base", "wms"]);
  });

  test("rows of a destination's table are judged by its places, also in a table that extends it", async () => {
    await put(
      "bad/wms.yaml",
      "extends: wms",
      "rows:",
      "  - { from: nmae, to: tags }",
      "  - { from: vendor, to: prise }",
      "  - { from: tags, to: tags, convert: join }",
      "  - { from: categories, to: tags, convert: join }",
      "drop: [prise, weight, code]",
    );
    expect(await faultsOf("bad/wms.yaml")).toEqual([
      'wms.yaml:3 unknown field "nmae" [did you mean "name"?]',
      'wms.yaml:4 unknown target "prise" [did you mean "price"?]',
      'wms.yaml:7 unknown target "prise" [did you mean "price"?]',
      'wms.yaml:7 wms maps nothing to "weight"',
      `wms.yaml:7 "code" is the item's SKU, which cannot be dropped`,
      'wms.yaml:5 target "tags" is mapped twice; the first row is in line 3',
      'wms.yaml:6 target "tags" is mapped twice; the first row is in line 3',
    ]);
  });

  test("a table without a row for the SKU is a fault", async () => {
    await put("own/skuless.yaml", "extends: wms", "rows: [{ from: product_id, to: code }]");
    expect(await faultsOf("own/skuless.yaml")).toEqual([
      "skuless.yaml: no row gives the item its SKU [add { from: sku, to: PLACE }]",
    ]);
  });

  test("a table of the other kind is told apart", async () => {
    await put("own/renamed.yaml", "extends: wms");
    await put("own/mixed.yaml", "channel: base", "extends: wms");
    await put("own/other.yaml", "destination: other", "extends: wms");
    await put("own/turned.yaml", "destination: wms", "extends: base");
    const both = [builtin, items];
    const refusals = await Promise.all(
      [
        loadTable("own/renamed.yaml", folder, both),
        loadItemTable("base", folder, both),
        loadItemTable("own/mine.yaml", folder, both),
      ].map((loading) => loading.catch((error: unknown) => error)),
    );
    expect(refusals.map((error) => (error as MappingError).faults[0]?.message)).toEqual([
      "the table is for the destination wms, and one for a channel is wanted",
      "the table is for the channel base, and one for a destination is wanted",
      "the table is for the channel base, and one for a destination is wanted",
    ]);
    expect(await faultsOf("own/mixed.yaml")).toEqual([
      'mixed.yaml:2 "wms" is a table for the destination wms',
    ]);
    expect(await faultsOf("own/other.yaml")).toEqual([
      'other.yaml:2 "wms" is a table for the destination wms',
    ]);
    expect(await faultsOf("own/turned.yaml")).toEqual(['turned.yaml:2 "base" is a table for a channel']);
    const { table } = await checkTable("own/renamed.yaml", folder, both);
    expect(isItemTable(table)).toBe(true);
  });

  test("rows are not judged when what they extend cannot be read", async () => {
    await put("gone/wms.yaml", "extends: wsm", "rows: [{ from: sku, to: code }]", "drop: [price]");
    expect(await faultsOf("gone/wms.yaml")).toEqual([
      'wms.yaml:1 there is no built-in table "wsm" [did you mean "wms"?]',
    ]);
  });

  test("what is no small text file is refused unread", async () => {
    const large = await put("large.yaml", "x".repeat(256 * 1024 + 1));
    const latin = path.join(folder, "latin.yaml");
    await writeFile(latin, Buffer.from([0x61, 0xe9, 0x0a]));
    expect(await readText(large)).toEqual({ message: `${large} is larger than 256 KiB` });
    expect(await readText(latin)).toEqual({ message: `${latin} is not UTF-8` });
    expect(await readText(folder)).toMatchObject({ message: expect.stringMatching(/is no file|EISDIR/) });
    expect(await readText("/dev/zero")).toMatchObject({ message: expect.stringContaining("is no file") });
  });

  test("a byte order mark is no fault", async () => {
    await put("bom.yaml", "\ufeffrows:", "  - { from: a, to: name }");
    expect((await loadTable("bom.yaml", folder, builtin)).rows).toHaveLength(1);
  });
});
