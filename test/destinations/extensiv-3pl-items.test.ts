import { describe, expect, test } from "@jest/globals";
import { sampleItems } from "../../src/sandbox/extensiv-3pl/sample.js";
import type { ExtensivWarehouse } from "../../src/sandbox/extensiv-3pl/server.js";
import { toChange } from "../conformance/destination.js";
import { calls, useExtensivBed } from "../support/extensiv-bed.js";

const never = new AbortController().signal;
const product = {
  sku: "A-1",
  name: "Mug",
  description_short: "Blue mug",
  UPC: "012345678905",
  quantity: 12,
  retail_price: "19.90",
  weight_lbs: 0.75,
  length_in: 4.5,
  width_in: 3,
  height_in: 3.25,
};
const each = { options: { inventoryUnit: { unitIdentifier: { name: "Each" } } } };
const size = '{"weight":0.75,"length":4.5,"width":3,"height":3.25}';

type Body = Readonly<Record<string, unknown>>;

/** The item's own part: what no update may lose. */
function bodyOf(warehouse: ExtensivWarehouse, sku: string): Body {
  const item = warehouse.items().find((each) => each.sku === sku);
  return { ...item, readOnly: undefined, deactivated: item?.readOnly["deactivated"] };
}

/** What must stand there when `product` was laid over it; metric sizes are worked out by the server. */
function laidOver(old: Body): Body {
  const { options } = old;
  const unitOf = (name: string): Body => (options as Record<string, Body>)[name] ?? {};
  const sized = (unit: Body): Body => {
    const { length, width, height, weight, netWeight } = {
      ...(unit["imperial"] as Body | undefined),
      ...(JSON.parse(size) as Body),
    };
    const own = netWeight === undefined ? {} : { netWeight };
    return { ...unit, imperial: { length, width, height, weight, ...own }, metric: expect.anything() };
  };
  const inventory = unitOf("inventoryUnit");
  const none = { unitIdentifier: inventory["unitIdentifier"], inventoryUnitsPerUnit: 1 };
  const pack: Body = { ...none, ...unitOf("packageUnit") };
  return {
    ...old,
    description: product.name,
    description2: product.description_short,
    upc: product.UPC,
    price: Number(product.retail_price),
    options: {
      ...(options as Body),
      inventoryUnit: sized(inventory),
      // A carton's size and weight are the operator's.
      packageUnit: Number(pack["inventoryUnitsPerUnit"]) > 1 ? pack : sized(pack),
    },
  };
}

describe("src/destinations/extensiv-3pl/item.ts", () => {
  const bed = useExtensivBed();

  test("a new item is what the product says, psync's defaults, and nothing else", async () => {
    const warehouse = await bed.openWarehouse();
    const client = bed.openClient(warehouse, { inventoryMethod: "fefo", inventoryUnitSizes: "never" });
    await client.write([toChange(product)]);
    const sent = warehouse.requests.find(
      ({ method, url }) => method === "POST" && url === "/customers/42/items",
    );
    expect(sent?.body).toBe(
      '{"sku":"A-1","description":"Mug","description2":"Blue mug","upc":"012345678905","price":19.90,' +
        `"options":{"packageUnit":{"imperial":${size},"unitIdentifier":{"name":"Each"},"inventoryUnitsPerUnit":1},` +
        '"inventoryUnit":{"unitIdentifier":{"name":"Each"},"inventoryMethod":3}}}',
    );
    expect(sent?.headers).toMatchObject({
      accept: "application/hal+json",
      "content-type": "application/hal+json",
    });
  });

  test("a created item costs a request, and the sample three more", async () => {
    const warehouse = await bed.openWarehouse();
    const changes = Array.from({ length: 50 }, (_, index) => toChange({ ...product, sku: `A-${index}` }));
    await bed.openClient(warehouse).write(changes);
    expect(calls(warehouse, "POST", /items/)).toBe(50);
    expect(calls(warehouse, "GET", /./)).toBe(3);
    expect(calls(warehouse, "PUT", /./)).toBe(0);
  });

  test.each([
    [true, "auto", size],
    [false, "auto", undefined],
    [true, "never", undefined],
    [true, "always", size],
  ] as const)(
    "sizes go to the inventory unit where it has them: %s, %s",
    async (shows, inventoryUnitSizes, expected) => {
      const warehouse = await bed.openWarehouse({ inventoryUnitSizes: shows });
      const client = bed.openClient(warehouse, { inventoryUnitSizes });
      await client.write([toChange(product), toChange({ ...product, sku: "A-2" })]);
      for (const { options } of warehouse.items()) {
        const { imperial } = options["inventoryUnit"] as { readonly imperial?: unknown };
        expect(imperial).toEqual(expected === undefined ? undefined : JSON.parse(expected));
      }
      expect(client.warnings).toEqual([]);
      // The shape does not depend on it.
      const shaped = client.destination.shape?.(product);
      const found = await client.destination.find(["A-1"], never);
      expect(found.get("A-1")?.values).toEqual(shaped);
    },
  );

  test("an operator's items are adopted without losing anything", async () => {
    const warehouse = await bed.openWarehouse({ items: sampleItems });
    const client = bed.openClient(warehouse);
    const skus = warehouse.items().map(({ sku }) => sku);
    for (const [index, sku] of skus.entries()) warehouse.stock(sku, index * 7);
    const [stock, before] = [warehouse.stocks(), skus.map((sku) => bodyOf(warehouse, sku))];
    const found = await client.destination.find(skus, never);
    const changes = skus.map((sku) => toChange({ ...product, sku }, "update", found.get(sku)?.id));
    const results = await client.write(changes);
    expect(results.map(({ outcome }) => outcome)).toEqual(skus.map(() => "written"));
    expect(warehouse.stocks()).toEqual(stock);
    expect(skus.map((sku) => bodyOf(warehouse, sku))).toEqual(before.map(laidOver));
    expect(client.warnings).toEqual([]);
  });

  test("a server that believes the metric system is not told two things", async () => {
    const warehouse = await bed.openWarehouse({ items: sampleItems, faults: ["metric-wins"] });
    const client = bed.openClient(warehouse);
    const sized = ({ options }: Body): Body | undefined => {
      const unit = (options as Record<string, Body>)["packageUnit"];
      return unit?.["metric"] !== undefined && unit["inventoryUnitsPerUnit"] === 1 ? unit : undefined;
    };
    const { sku = "", itemId } = warehouse.items().find((item) => sized(item) !== undefined) ?? {};
    await client.write([toChange({ ...product, sku }, "update", String(itemId))]);
    const now = warehouse.items().find((item) => item.sku === sku) ?? {};
    expect(sized(now)?.["imperial"]).toMatchObject(JSON.parse(size) as object);
    expect(client.warnings).toEqual([]);
  });

  test("where nothing differs nothing is put, and a carton is reserved", async () => {
    const warehouse = await bed.openWarehouse({ items: sampleItems, inventoryUnitSizes: false });
    const client = bed.openClient(warehouse);
    const sku = "LUM-STL-00000";
    const item = (await client.destination.find([sku], never)).get(sku);
    const same = toChange(
      { sku, name: "CAMP STOOL BEECH", retail_price: "37.50", weight_lbs: 99 },
      "update",
      item?.id,
    );
    expect(await client.write([same])).toEqual([
      {
        sku,
        outcome: "written",
        remoteId: item?.id,
        reserved: ["weight_lbs", "length_in", "width_in", "height_in"],
      },
    ]);
    expect(calls(warehouse, "PUT", /./)).toBe(0);
  });

  test.each([
    ["it is gone", false],
    ["it was made anew", true],
  ])("an update of an item whose id is dead: %s", async (_what, anew) => {
    const warehouse = await bed.openWarehouse();
    if (anew)
      warehouse.put({
        sku: "a-1",
        description: "Old",
        options: { inventoryUnit: { unitIdentifier: { name: "Case" } } },
      });
    const results = await bed.openClient(warehouse).write([toChange(product, "update", "77")]);
    const [item] = warehouse.items();
    expect(results).toEqual([
      expect.objectContaining({ outcome: "written", remoteId: String(item?.itemId) }),
    ]);
    expect(warehouse.items()).toHaveLength(1);
    expect(item).toMatchObject({ sku: anew ? "a-1" : "A-1", description: "Mug" });
    expect(item?.options["inventoryUnit"]).toMatchObject({
      unitIdentifier: { name: anew ? "Case" : "Each" },
    });
  });

  test("numbers that a float cannot hold come back with every digit", async () => {
    const warehouse = await bed.openWarehouse();
    const id = warehouse.put({ sku: "A-1", description: "Old", ...each });
    const exact =
      `{"sku":"A-1","itemId":9007199254740993,"description":"Old","cost":0.1000,"price":19.90,"x":[1e400,-0],` +
      `"options":{"inventoryUnit":{"unitIdentifier":{"id":12345678901234567890}}},"_embedded":{"item":[{"qualifier":"Q"}]}`;
    warehouse.faults.add({
      onRequest: (_n, { method, path }) =>
        method === "GET" && path.endsWith(`/items/${id}`)
          ? {
              name: "exact",
              answer: (answer) => ({
                status: 200,
                headers: answer.headers ?? {},
                text: `${exact},"_links":{}}`,
              }),
            }
          : undefined,
    });
    const { name, sku } = product;
    await bed
      .openClient(warehouse)
      .write([toChange({ sku, name, retail_price: "19.9" }, "update", String(id))]);
    const put = warehouse.requests.find(({ method }) => method === "PUT");
    expect(put?.body).toBe(`${exact.replace('"Old"', '"Mug"')}}`);
  });

  test.each([
    [
      "an item in use",
      403,
      '{"ActionName":"Put","ErrorCode":"InUse","Hint":"Counted right now"}',
      "in-use",
      "InUse: Counted right now",
    ],
    ["a firewall's page", 403, "<html><title>Blocked</title></html>", "refused", "Blocked"],
    ["no reason", 422, "", "refused", "refused with 422"],
  ])("%s is that item's failure", async (_what, status, text, code, words) => {
    const warehouse = await bed.openWarehouse();
    warehouse.faults.add({
      onRequest: (_n, { method, path }) =>
        method === "POST" && path.endsWith("/items")
          ? { name: "odd", instead: () => ({ status, text }) }
          : undefined,
    });
    const results = await bed.openClient(warehouse).write([toChange(product)]);
    expect(results).toEqual([
      { sku: "A-1", outcome: "failed", code, message: expect.stringContaining(words) },
    ]);
  });

  test("an alias that holds the SKU is named", async () => {
    const warehouse = await bed.openWarehouse({
      items: sampleItems,
      aliases: [{ sku: "a-1", itemSku: "LUM-STL-00000", qty: 2 }],
    });
    const json = {
      ErrorCode: "Duplicate",
      Hint: "Sku is taken",
      Properties: [{ Name: "Sku", Value: "A-1" }],
    };
    warehouse.faults.add({
      onRequest: (_n, { method, path }) =>
        method === "POST" && path.endsWith("/items")
          ? { name: "alias", instead: () => ({ status: 400, json }) }
          : undefined,
    });
    expect(await bed.openClient(warehouse).write([toChange(product)])).toEqual([
      {
        sku: "A-1",
        outcome: "failed",
        code: "duplicate",
        message: expect.stringContaining("An item alias has this SKU"),
      },
    ]);
  });

  test.each([
    ["202 without a body", { status: 202 }],
    ["a web page", { status: 200, text: "<html><title>Hello</title></html>" }],
  ])("a create that is answered with %s is looked up, not repeated", async (_what, answer) => {
    const warehouse = await bed.openWarehouse();
    warehouse.faults.add({
      onRequest: (_n, { method, path }) =>
        method === "POST" && path.endsWith("/items") ? { name: "mute", answer: () => answer } : undefined,
    });
    const results = await bed.openClient(warehouse).write([toChange(product)]);
    expect(results).toEqual([
      expect.objectContaining({ outcome: "written", remoteId: String(warehouse.items()[0]?.itemId) }),
    ]);
    expect(calls(warehouse, "POST", /items/)).toBe(1);
  });

  test("answers without an ETag end the run with a word about it", async () => {
    const warehouse = await bed.openWarehouse({ items: sampleItems });
    warehouse.faults.add({
      onRequest: (_n, { method, path }) =>
        method === "GET" && /items\/\d/.test(path)
          ? {
              name: "no-etag",
              answer: (answer) => ({
                status: answer.status,
                ...(answer.json === undefined ? {} : { json: answer.json }),
              }),
            }
          : undefined,
    });
    const [item] = warehouse.items();
    const change = toChange({ ...product, sku: String(item?.sku) }, "update", String(item?.itemId));
    await expect(bed.openClient(warehouse).write([change])).rejects.toMatchObject({ code: "no-etag" });
  });

  test("refusals are told in the vendor's words", async () => {
    const warehouse = await bed.openWarehouse({ limits: { upc: 5 } });
    const { name: _, ...nameless } = product;
    const results = await bed
      .openClient(warehouse)
      .write([toChange({ ...nameless, sku: "A-0", UPC: "1" }), toChange(product)]);
    // Without a name it is called by its SKU.
    expect(warehouse.items().map(({ sku, description }) => ({ sku, description }))).toEqual([
      { sku: "A-0", description: "A-0" },
    ]);
    expect(results).toEqual(
      expect.arrayContaining([
        {
          sku: "A-1",
          outcome: "failed",
          code: "value-not-supported",
          message: "ValueNotSupported: The length must not exceed 5 characters. (Properties: Upc)",
        },
      ]),
    );
  });

  test("the shape cuts and leaves out what the settings say", async () => {
    const { destination } = bed.openClient(
      { url: "http://127.0.0.1:9" },
      { descriptionLimit: 6, description2Limit: 3 },
    );
    const { width_in: _, ...flat } = product;
    expect(destination.shape?.({ ...flat, name: "Mugs \u{1f375}s" })).toEqual({
      sku: "A-1",
      name: "Mugs",
      UPC: "012345678905",
      retail_price: "19.90",
      weight_lbs: 0.75,
    });
    expect(destination.account).toBe("http://127.0.0.1:9/customers/42");
  });
});
