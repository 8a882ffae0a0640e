import { afterEach, describe, expect, test } from "@jest/globals";
import {
  startExtensivWarehouse,
  type ExtensivOptions,
  type ExtensivWarehouse,
} from "../../../src/sandbox/extensiv-3pl/server.js";
import { createFakeClock } from "../../support/fake-clock.js";
import { ask, items, plain, post, update, type Reply } from "./client.js";

const open: ExtensivWarehouse[] = [];

async function start(options: ExtensivOptions = {}): Promise<ExtensivWarehouse> {
  const warehouse = await startExtensivWarehouse(options);
  open.push(warehouse);
  return warehouse;
}

function fault({ status, json }: Reply): unknown {
  const { $type, ErrorCode } = json;
  return [status, /\.(\w+),/.exec(String($type))?.[1], ErrorCode];
}

const each = { inventoryUnit: { unitIdentifier: { name: "Each" } } };

describe("src/sandbox/extensiv-3pl/warehouse.ts", () => {
  afterEach(async () => {
    await Promise.all(open.splice(0).map((warehouse) => warehouse.close()));
  });

  test("create: 201 with tag, place and the whole item; found again", async () => {
    const clock = createFakeClock({ now: Date.UTC(2026, 4, 1, 12) });
    const warehouse = await start({ clock: () => clock.now() });
    const made = await post(warehouse, plain("00-A", { price: 12.3456, upc: "012345678905" }));
    expect(made.status).toBe(201);
    const id = Number(made.json["itemId"]);
    expect(made.headers.get("location")).toBe(`${items}/${id}`);
    const read = await ask(warehouse, `${items}/${id}`);
    expect([read.status, read.headers.get("etag")]).toEqual([200, made.headers.get("etag")]);
    expect(read.json).toEqual(made.json);
    expect(read.json).toMatchObject({
      sku: "00-A",
      price: 12.3456,
      upc: "012345678905",
      options: { inventoryUnit: { unitIdentifier: { name: "Each", id: 1 } } },
      readOnly: { itemId: id, creationDate: "2026-05-01T05:00:00", deactivated: false },
    });
  });

  test.each<[string, unknown, readonly unknown[], string]>([
    ["no SKU", plain(" "), [400, "ModelValidationException", "Required"], "Sku"],
    [
      "no description",
      { ...plain("N"), description: null },
      [400, "ModelValidationException", "Required"],
      "Description",
    ],
    [
      "no unit",
      { sku: "N", description: "n" },
      [400, "ModelValidationException", "Required"],
      "Options.InventoryUnit.UnitIdentifier",
    ],
    ["taken SKU in other letters", plain("MUG-1"), [400, "ModelValidationException", "Duplicate"], "Sku"],
    [
      "unknown unit",
      plain("N", { options: { inventoryUnit: { unitIdentifier: { name: "Bushel" } } } }),
      [400, "ModelValidationException", "DoesNotExist"],
      "Options.InventoryUnit.UnitIdentifier",
    ],
    [
      "unit of others",
      plain("N", { options: { ...each, packageUnit: { unitIdentifier: { name: "Roll" } } } }),
      [400, "ModelValidationException", "ValueNotSupported"],
      "Options.PackageUnit.UnitIdentifier",
    ],
    [
      "unknown class",
      plain("N", { classificationIdentifier: { id: 99 } }),
      [400, "ModelValidationException", "DoesNotExist"],
      "ClassificationIdentifier",
    ],
    [
      "number as text",
      plain("N", { price: "9.50" }),
      [400, "ModelValidationException", "ValueNotSupported"],
      "Price",
    ],
    [
      "text as number",
      plain("N", { upc: 12345 }),
      [400, "ModelValidationException", "ValueNotSupported"],
      "Upc",
    ],
    [
      "negative weight",
      plain("N", { options: { ...each, packageUnit: { imperial: { weight: -1 } } } }),
      [400, "ModelValidationException", "ValueNotSupported"],
      "Options.PackageUnit.Imperial.Weight",
    ],
    [
      "too long",
      plain("N", { description: "x".repeat(51) }),
      [400, "ModelValidationException", "ValueNotSupported"],
      "Description",
    ],
  ])("refuses: %s", async (_name, body, expected, property) => {
    const warehouse = await start({ items: [plain("mug-1")], limits: { description: 50 } });
    const reply = await post(warehouse, body);
    expect(fault(reply)).toEqual(expected);
    expect(reply.json).toMatchObject({
      ModelType: "Item",
      Properties: [{ Name: property }],
      Hint: expect.any(String),
    });
    expect(warehouse.items().map(({ sku }) => sku)).toEqual(["mug-1"]);
  });

  test("refuses what is no JSON, of another kind, or another method", async () => {
    const warehouse = await start();
    expect((await post(warehouse, "{")).status).toBe(400);
    const headers = { "Content-Type": "text/plain" };
    expect((await ask(warehouse, items, { method: "POST", body: plain("A"), headers })).status).toBe(415);
    const patch = await ask(warehouse, items, { method: "PATCH", body: {} });
    expect([patch.status, patch.headers.get("allow")]).toEqual([405, "GET, POST"]);
  });

  test("what the model does not have is ignored without a word: a size at the top, a quantity", async () => {
    const warehouse = await start();
    warehouse.stock("A", 17);
    const made = await post(warehouse, {
      ...plain("A"),
      packageUnit: { imperial: { weight: 3 } },
      quantity: 5,
      onHand: 5,
      readOnly: { itemId: 1, deactivated: true },
      totalQty: 5,
    });
    expect(made.status).toBe(201);
    const [item] = warehouse.items();
    expect(item).toMatchObject({ sku: "A", readOnly: { deactivated: false } });
    expect(Object.keys(item ?? {}).sort()).toEqual(["description", "itemId", "options", "readOnly", "sku"]);
    await update(warehouse, Number(item?.itemId), { quantity: 0, available: 0 });
    expect([...warehouse.stocks()]).toEqual([["a", 17]]);
  });

  test("names in any case, an id wins over a name, both systems of a size are shown", async () => {
    const warehouse = await start();
    const made = await post(warehouse, {
      Sku: "A",
      DESCRIPTION: "a",
      Options: {
        InventoryUnit: { UnitIdentifier: { Name: "Pallet", Id: 2 }, Imperial: { Weight: 1 } },
        PackageUnit: { Metric: { Length: 2.54 } },
      },
    });
    expect(made.json["options"]).toEqual({
      inventoryUnit: {
        unitIdentifier: { name: "Carton", id: 2 },
        imperial: { weight: 1 },
        metric: { weight: 0.4536 },
      },
      packageUnit: { metric: { length: 2.54 }, imperial: { length: 1 } },
    });
    const older = await start({ inventoryUnitSizes: false });
    const body = plain("A", {
      options: { inventoryUnit: { unitIdentifier: { id: 1 }, imperial: { weight: 1 } } },
    });
    expect((await post(older, body)).json["options"]).toEqual({
      inventoryUnit: { unitIdentifier: { name: "Each", id: 1 } },
    });
  });

  test("PUT replaces: what is left out is gone, what the server owns stays", async () => {
    const clock = createFakeClock();
    const warehouse = await start({
      clock: () => clock.now(),
      items: [plain("A", { upc: "1", price: 5 })],
    });
    const [before] = warehouse.items();
    const path = `${items}/${String(before?.itemId)}`;
    const tag = (await ask(warehouse, path)).headers.get("etag") ?? "";
    clock.jump(60_000);
    const put = await ask(warehouse, path, {
      method: "PUT",
      body: { ...plain("A"), description: "new", readOnly: { creationDate: "1999-01-01T00:00:00" } },
      headers: { "If-Match": tag },
    });
    expect(put.status).toBe(200);
    expect(put.headers.get("etag")).not.toBe(tag);
    const [after] = warehouse.items();
    expect([after?.description, after?.["upc"], after?.["price"]]).toEqual(["new", undefined, undefined]);
    expect(after?.readOnly["creationDate"]).toBe(before?.readOnly["creationDate"]);
    expect(after?.readOnly["lastModifiedDate"]).not.toBe(before?.readOnly["lastModifiedDate"]);
  });

  test.each(["PUT", "DELETE"])("%s wants the tag: 428 without, 412 with an old one", async (method) => {
    const warehouse = await start({ items: [plain("A")] });
    const [{ itemId } = { itemId: 0 }] = warehouse.items();
    const path = `${items}/${itemId}`;
    const body = method === "PUT" ? { body: plain("A", { upc: "2" }) } : {};
    const old = (await ask(warehouse, path)).headers.get("etag") ?? "";
    expect((await ask(warehouse, path, { method, ...body })).status).toBe(428);
    warehouse.edit("a", { upc: "1" });
    const stale = await ask(warehouse, path, { method, ...body, headers: { "If-Match": old } });
    expect(stale.status).toBe(412);
    expect(warehouse.items()[0]?.["upc"]).toBe("1");
    const now = (await ask(warehouse, path)).headers.get("etag") ?? "";
    const good = await ask(warehouse, path, { method, ...body, headers: { "If-Match": now } });
    expect([good.status, good.text === ""]).toEqual(method === "PUT" ? [200, false] : [204, true]);
    expect(warehouse.items().map((item) => item["upc"])).toEqual(method === "PUT" ? ["2"] : []);
  });

  test("an item with stock cannot be deleted; a SKU cannot be moved onto another", async () => {
    const warehouse = await start({ items: [plain("A"), plain("B")] });
    warehouse.stock("A", 1);
    const [{ itemId } = { itemId: 0 }] = warehouse.items();
    const refused = await ask(warehouse, `${items}/${itemId}`, {
      method: "DELETE",
      headers: { "If-Match": "*" },
    });
    expect(fault(refused)).toEqual([403, "OperationException", "InUse"]);
    expect(fault(await update(warehouse, itemId, { sku: "b" }))).toEqual([
      400,
      "ModelValidationException",
      "Duplicate",
    ]);
    expect(warehouse.items().map(({ sku }) => sku)).toEqual(["A", "B"]);
  });

  test.each([
    ["CustomerView", "GET", "/customers"],
    ["CustomerView", "GET", "/customers/42"],
    ["ItemView", "GET", items],
    ["ItemView", "GET", `${items}/20001`],
    ["ItemEdit", "POST", items],
    ["ItemEdit", "PUT", `${items}/20001`],
    ["ItemEdit", "DELETE", `${items}/20001`],
  ] as const)("without %s: %s %s is 403", async (role, method, path) => {
    const all = ["CustomerView", "ItemView", "ItemEdit"] as const;
    const warehouse = await start({ items: [plain("A")], roles: all.filter((name) => name !== role) });
    const body = method === "GET" || method === "DELETE" ? {} : { body: plain("B") };
    const reply = await ask(warehouse, path, { method, ...body, headers: { "If-Match": "*" } });
    expect(fault(reply)).toEqual([403, "AuthorizationException", "RoleMissing"]);
    expect(warehouse.items().map(({ sku }) => sku)).toEqual(["A"]);
  });
});
