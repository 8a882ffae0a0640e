import { describe, expect, test } from "@jest/globals";

import type { ExtensivAnswer, ExtensivRequest } from "../../src/sandbox/extensiv-3pl/answer.js";
import { itemAction } from "../../src/sandbox/extensiv-3pl/warehouse.js";
import { createRandom } from "../../src/sandbox/random.js";
import { script } from "./script.js";
import { expectDone, expectRepaired, expectSound, expectStanding } from "./warehouse-laws.js";
import { bySku, standsAt, thinProduct } from "./warehouse-products.js";
import { createWarehouseRigs, type Imported, Killed, type WarehouseRig } from "./warehouse-rig.js";

const open = createWarehouseRigs();

const isCreate = (request: ExtensivRequest): boolean => itemAction(request) === "create";
const each = { unitIdentifier: { name: "Each" } };

/** How many creates the warehouse has carried out, answered or not. */
function created({ warehouse, before }: WarehouseRig): number {
  return warehouse.items().length - before.length;
}

/** Ids of the items that were replaced, as often as they were. */
function replaced({ warehouse }: WarehouseRig, from = 0): string[] {
  return warehouse.requests
    .slice(from)
    .flatMap(({ method, url, status }) => (method === "PUT" && status === 200 ? [url] : []));
}

function countOf(rig: WarehouseRig, method: string, status: number): number {
  return rig.warehouse.requests.filter((each) => each.method === method && each.status === status).length;
}

/** Another edition of all products, or of their names alone. */
function editAll(rig: WarehouseRig, only?: "name"): void {
  for (const [index, product] of [...rig.shop.values()].entries()) {
    const edition = thinProduct(index, 7);
    rig.sell(only === undefined ? edition : { ...product, name: `Renamed ${index}` });
  }
}

describe("src/destinations/extensiv-3pl/write.ts", () => {
  test("R2: killed between a create that the warehouse took and its record, at 100 places: no second create", async () => {
    const rig = await open({ products: 160 });
    const random = createRandom(2);
    for (let place = 1; place <= 100; place += 1) {
      let killed = false;
      const kill = script<ExtensivRequest, ExtensivAnswer>(
        {
          name: "killed",
          answer(given) {
            killed ||= given.status === 201;
            return given;
          },
        },
        isCreate,
        { from: place % 10 === 0 ? 2 : 1, times: 1 },
      );
      const off = rig.warehouse.faults.add(kill);
      await expect(rig.import({ isKilled: () => killed })).rejects.toBeInstanceOf(Killed);
      off();
      expect(created(rig)).toBeGreaterThanOrEqual(place);
      if (random.chance(0.2)) rig.loseState();
      if (place % 10 === 0) expectStanding(rig);
    }
    await expectRepaired(rig);
    expect(created(rig)).toBe(155);
    // Nobody tried to make one twice, not even to be refused.
    expect(countOf(rig, "POST", 400)).toBe(0);
  });

  test("R37: another client makes items first: they are taken up, and nothing is doubled", async () => {
    const rig = await open();
    rig.warehouse.faults.add("duplicate-race", { times: 5 });
    expectDone(rig, await rig.import());
    expect(countOf(rig, "POST", 400)).toBe(5);
    await expectRepaired(rig);
  });

  test("R37: an operator edits items between look and write: both edits stand; one who never stops fails one item", async () => {
    const rig = await open();
    expectDone(rig, await rig.import());
    editAll(rig);
    rig.warehouse.faults.add("stale-etag", { times: 4 });
    expectDone(rig, await rig.import());
    expect(rig.warehouse.requests.filter(({ status }) => status === 412)).toHaveLength(4);
    const counts = rig.warehouse
      .items()
      .map((item) => Number(standsAt(item, "options.daysBetweenCounts") ?? 0));
    // Each edit adds one to what stands there.
    expect(counts.reduce((sum, each) => sum + each, 0)).toBe(9 + 4);

    rig.sell(thinProduct(5, 9), thinProduct(6, 9));
    rig.warehouse.faults.add("stale-etag", { times: 6 });
    const run = await rig.import({ concurrency: 1 });
    expect(run).toMatchObject({ exit: 3, report: { counts: { updated: 1, failed: 1 } } });
    expect(run.list).toEqual([expect.objectContaining({ sku: "SKU-005", code: "edited-meanwhile" })]);
    expectSound(rig, run);
    await expectRepaired(rig);
  });

  test.each([
    ["413", { name: "too-large", bytes: 3000 }, "too-large", "413"],
    [
      "one bad row of 40",
      { name: "refuse", sku: "SKU-017" },
      "value-not-supported",
      "ValueNotSupported: The item is not accepted. (Properties: Sku)",
    ],
  ] as const)(
    "R37: %s costs that item alone, in the warehouse's own words, and no further call",
    async (_title, fault, code, words) => {
      const [plain, rig] = [await open({ products: 40 }), await open({ products: 40 })];
      for (const one of [plain, rig])
        one.sell({ ...thinProduct(17), description_short: "Long ".repeat(4).trim(), name: "n".repeat(3000) });
      const whole = await plain.import();
      expectDone(plain, whole);
      const { name, ...settings } = fault;
      rig.warehouse.faults.add(name, settings);
      const run = await rig.import();
      expect(run).toMatchObject({
        exit: 3,
        report: { status: "partial", counts: { failed: 1, created: 34, updated: 5 } },
      });
      expect(run.list).toEqual([
        expect.objectContaining({
          sku: "SKU-017",
          outcome: "failed",
          code,
          message: expect.stringContaining(words),
        }),
      ]);
      expect(run.sent).toBeLessThanOrEqual(whole.sent);
      // Token, customer and a page; two for an update, one for a create; a look at the first of each, by each lane.
      expect(whole.sent).toBeLessThanOrEqual(3 + 5 * 2 + 35 + 2 * 4);
      expectSound(rig, run);
      await expectRepaired(rig);
    },
  );

  test.each([
    ["drops-field", "upc", "upc (UPC)"],
    ["drops-field", "options.packageUnit.imperial", "options.packageUnit.imperial.weight (weight_lbs)"],
    ["truncates", "description", "description (name)"],
    ["rounds", "", "options.packageUnit.imperial.weight (weight_lbs)"],
  ])(
    "R38: %s %s: told once, never written again; a lost state costs at most one write an item",
    async (fault, field, words) => {
      const rig = await open();
      for (let index = 0; index < 20; index += 1)
        rig.sell({ ...thinProduct(index), name: `A name of more than thirty characters, ${index}` });
      const told = ({ warnings }: Imported): number =>
        warnings.filter((line) => line.includes(`did not keep ${words}`)).length;
      rig.warehouse.faults.add(fault, field === "" ? {} : { field });
      const first = await rig.import();
      expect(first.exit).toBe(0);
      expect(told(first)).toBe(1);
      expectSound(rig, first, { ledger: "never" });
      const puts = replaced(rig).length;
      const idle = async (): Promise<void> => expect((await rig.import()).sent).toBe(0);
      await idle();

      // A change of other fields does not send again what was not kept.
      if (fault !== "truncates") {
        editAll(rig, "name");
        const upcs = rig.warehouse.items().map(({ sku, upc }) => [sku, upc]);
        const renamed = await rig.import();
        expect(renamed.report.counts).toMatchObject({ updated: 20, failed: 0 });
        expect(told(renamed)).toBe(0);
        expect(replaced(rig).length - puts).toBe(20);
        expect(rig.warehouse.items().map(({ sku, upc }) => [sku, upc])).toEqual(upcs);
      }

      const calls = rig.warehouse.requests.length;
      rig.loseState();
      const lost = await rig.import();
      expect(lost.exit).toBe(0);
      expect(lost.report.counts.created).toBe(0);
      expect(told(lost)).toBeLessThanOrEqual(1);
      expectSound(rig, lost, { ledger: "never" });
      const again = replaced(rig, calls);
      expect(new Set(again).size).toBe(again.length);
      await idle();
      await idle();

      // With a server that keeps it, the same costs one write, and all is there.
      rig.loseState();
      await expectRepaired(rig);
    },
  );

  test.each([
    ["nothing else", "", false, 60],
    ["lost answers", "lost-answer", false, 60],
    ["errors behind the write", "lost-answer-error", false, 60],
    ["a lost state", "", true, 60],
    ["lost answers and a lost state", "lost-answer", true, 60],
    ["lost answers and a lost state, for ten minutes", "lost-answer", true, 600],
  ])("R39: new items do not show, with %s: no second create", async (_title, also, lost, seconds) => {
    const rig = await open();
    rig.warehouse.faults.add("invisible", { seconds });
    if (also !== "") rig.warehouse.faults.add(also, { every: 3 });
    const since = rig.clock.now();
    const first = await rig.import();
    expectSound(rig, first);
    if (lost) rig.loseState();
    editAll(rig);
    const second = await rig.import();
    expectSound(rig, second);
    expect(created(rig)).toBe(15);
    if (seconds === 60) expect([first.exit, second.exit]).toEqual([0, 0]);
    else expect(second.list).toEqual(second.list.map(() => expect.objectContaining({ code: "not-visible" })));
    // Those who wait do so together.
    expect(rig.clock.now() - since).toBeLessThan(400_000);
    await expectRepaired(rig);
    expect(created(rig)).toBe(15);
  });
});

describe("src/destinations/extensiv-3pl/catalogue.ts", () => {
  test("R26: a list that is empty in between makes nothing twice", async () => {
    const rig = await open();
    expectDone(rig, await rig.import());
    rig.loseState();
    const isList = ({ method, path }: ExtensivRequest): boolean =>
      method === "GET" && path.endsWith("/items");
    rig.warehouse.faults.add(
      script<ExtensivRequest, ExtensivAnswer>(
        {
          name: "empty",
          answer: (given) => ({
            ...given,
            json: { totalResults: 0, _embedded: { "http://api.3plCentral.com/rels/customers/item": [] } },
          }),
        },
        isList,
        { times: 1 },
      ),
    );
    expectDone(rig, await rig.import());
    expect(created(rig)).toBe(15);
  });

  test("R27: an item that goes while the list is read hides none of the others", async () => {
    const items = Array.from({ length: 250 }, (_, index) => ({
      // Looked up in the order of SKUs, listed in that of ids: the other way round.
      sku: `OLD-${999 - index}`,
      description: `Old ${index}`,
      options: { inventoryUnit: each },
    }));
    const rig = await open({ items, products: 0 });
    rig.sell(...items.map(({ sku, description }) => ({ sku, name: description })));
    const isLater = ({ method, query }: ExtensivRequest): boolean =>
      method === "GET" && Number(query.get("pgnum")) > 1 && !query.has("rql");
    rig.warehouse.faults.add(
      script<ExtensivRequest, ExtensivAnswer>(
        {
          name: "gone",
          request: (given) => ({ ...given, hides: ({ body }) => body.sku === "OLD-994" }),
        },
        isLater,
      ),
    );
    const run = await rig.import();
    expect(run).toMatchObject({ exit: 0, report: { counts: { created: 0, failed: 0, unchanged: 250 } } });
  });

  test("an item with blanks behind its SKU is adopted; one that the server takes for the SKU is a plain refusal", async () => {
    const rig = await open({
      items: [
        { sku: "A ", description: "Blank", options: { inventoryUnit: each } },
        { sku: "Z\u00fcrich", description: "Accent", options: { inventoryUnit: each } },
      ],
      products: 0,
    });
    rig.sell({ sku: "A", name: "Adopted" }, { sku: "ZURICH", name: "Refused" }, { sku: "B", name: "New" });
    // A comparison without regard to accents.
    const alike = (text: string): boolean => /Z(%25C3%25BC|u)rich/i.test(text);
    rig.warehouse.faults.add({
      onRequest: (_n, { method, search, body }) => {
        if (method === "POST" && body.includes("ZURICH")) {
          const json = {
            $type: "Wms.Exceptions.ModelValidationException, Wms.Exceptions",
            ErrorCode: "Duplicate",
            Hint: "It exists.",
            Properties: [{ Name: "Sku", Value: "ZURICH" }],
          };
          return { name: "collation", instead: () => ({ status: 400, json }) };
        }
        if (!alike(search)) return undefined;
        return {
          name: "collation",
          request: (given) => {
            const query = new Map(given.query);
            query.set("rql", (query.get("rql") ?? "").replace(/zurich/i, "Z%C3%BCrich"));
            return { ...given, query };
          },
        };
      },
    });
    const since = rig.clock.now();
    for (let times = 1; times <= 2; times += 1) {
      const run = await rig.import();
      expect(run.exit).toBe(3);
      expect(run.list).toEqual([
        expect.objectContaining({
          sku: "ZURICH",
          code: "duplicate",
          message: expect.stringContaining('"Z\u00fcrich"'),
        }),
      ]);
      expectSound(rig, run);
    }
    expect(rig.clock.now() - since).toBeLessThan(5000);
    expect(rig.warehouse.items().map(({ sku, description }) => [sku, description])).toEqual([
      ["A ", "Adopted"],
      ["Z\u00fcrich", "Accent"],
      ["B", "New"],
    ]);
  });

  test("an item whose SKU somebody changed is another product's: it is left alone, and the SKU is made anew", async () => {
    const rig = await open();
    expectDone(rig, await rig.import());
    rig.warehouse.edit("SKU-010", { sku: "SKU-010-OLD", description: "Not psync's any more" });
    rig.sell(thinProduct(10, 1));
    const run = await rig.import();
    expect(run).toMatchObject({ exit: 0, report: { counts: { updated: 1 } } });
    const items = bySku(rig.warehouse.items());
    expect(items.get("sku-010-old")).toMatchObject({ description: "Not psync's any more" });
    expect(items.get("sku-010")).toMatchObject({ description: thinProduct(10, 1).name });
  });
});
