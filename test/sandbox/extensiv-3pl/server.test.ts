import { afterEach, describe, expect, test } from "@jest/globals";
import {
  startExtensivWarehouse,
  type ExtensivOptions,
  type ExtensivWarehouse,
} from "../../../src/sandbox/extensiv-3pl/server.js";
import { createFakeClock } from "../../support/fake-clock.js";
import {
  ask,
  askToken,
  basic,
  items,
  listed,
  plain,
  post,
  skusOf,
  tokenOf,
  update,
  type Reply,
} from "./client.js";

const open: ExtensivWarehouse[] = [];

async function start(options: ExtensivOptions = {}): Promise<ExtensivWarehouse> {
  const warehouse = await startExtensivWarehouse(options);
  open.push(warehouse);
  return warehouse;
}

function numbered(count: number): Record<string, unknown>[] {
  return Array.from({ length: count }, (_, n) => plain(`N-${String(n + 1).padStart(3, "0")}`));
}

function fault({ status, json }: Reply): unknown {
  const { $type, ErrorCode } = json;
  return [status, /\.(\w+),/.exec(String($type))?.[1], ErrorCode];
}

const each = { inventoryUnit: { unitIdentifier: { name: "Each" } } };

describe("src/sandbox/extensiv-3pl/server.ts", () => {
  afterEach(async () => {
    await Promise.all(open.splice(0).map((warehouse) => warehouse.close()));
  });

  describe("the token endpoint", () => {
    const grant = { grant_type: "client_credentials" };
    const form = (fields: Record<string, string>): RequestInit["body"] => new URLSearchParams(fields);

    test.each([
      ["user_login", { ...grant, user_login: "sandbox-bot" }, 200],
      ["user_login as id", { ...grant, user_login: "7" }, 200],
      ["user_login_id", { ...grant, user_login_id: 7 }, 200],
      ["no user", grant, 200],
      ["tpl in braces", { ...grant, tpl: "{0dc1a1a6-6f3c-4f11-9a5a-0d2f4cf1a001}" }, 200],
      ["another user", { ...grant, user_login: "somebody" }, 401],
      ["tpl that is no GUID", { ...grant, tpl: "12" }, 400],
      ["another grant", { grant_type: "password" }, 400],
      ["no JSON", "grant", 400],
    ])("takes JSON: %s", async (_name, body, status) => {
      const warehouse = await start();
      const reply = await askToken(warehouse, {
        body: typeof body === "string" ? body : JSON.stringify(body),
      });
      expect(reply.status).toBe(status);
      expect(warehouse.tokens.length).toBe(status === 200 ? 1 : 0);
    });

    test("takes a form, refuses GET and a client that it does not know", async () => {
      const warehouse = await start({ tokenSeconds: 1800 });
      const headers = { Authorization: basic(warehouse) };
      const reply = await askToken(warehouse, { headers, body: form(grant) ?? null });
      expect(reply.json).toEqual({
        access_token: warehouse.tokens[0],
        token_type: "Bearer",
        expires_in: 1800,
        refresh_token: null,
        scope: null,
      });
      expect((await askToken(warehouse, { method: "GET", headers, body: null })).status).toBe(405);
      const wrong = await askToken(warehouse, { headers: { Authorization: basic(warehouse, "other") } });
      expect([wrong.status, wrong.text]).toEqual([
        401,
        '{"Message":"invalid_client: client not registered"}',
      ]);
    });

    test("a token dies by the server's clock; an unknown one is an empty 401", async () => {
      const clock = createFakeClock();
      const warehouse = await start({ clock: () => clock.now(), tokenSeconds: 60 });
      expect((await ask(warehouse, items)).status).toBe(200);
      clock.jump(59_999);
      expect((await ask(warehouse, items)).status).toBe(200);
      clock.jump(1);
      for (const token of [undefined, null, "made-up"]) {
        const reply = await ask(warehouse, items, token === undefined ? {} : { token });
        expect([reply.status, reply.text]).toEqual([401, ""]);
      }
      await tokenOf(warehouse, true);
      expect((await ask(warehouse, items)).status).toBe(200);
      warehouse.expireTokens();
      expect((await ask(warehouse, items)).status).toBe(401);
    });
  });

  describe("lists", () => {
    test("Accept decides the shape", async () => {
      const item = plain("A-1", { _embedded: { item: [{ qualifier: "Blue" }] } });
      const warehouse = await start({ items: [item, plain("A-2")] });
      const hal = await ask(warehouse, `${items}?pgsiz=1&pgnum=2`);
      expect(hal.headers.get("content-type")).toBe("application/hal+json; charset=utf-8");
      expect(hal.json["totalResults"]).toBe(2);
      expect(skusOf(hal)).toEqual(["A-2"]);
      expect(hal.json["_links"]).toEqual({
        self: { href: `${items}?pgsiz=1&pgnum=2` },
        prev: { href: `${items}?pgsiz=1&pgnum=1` },
      });
      const bare = await ask(warehouse, `${items}?pgsiz=1`, { accept: "application/json" });
      expect(bare.json["TotalResults"]).toBe(2);
      expect(bare.json["_links"]).toBeUndefined();
      expect(bare.json["ResourceList"]).toMatchObject([
        {
          Sku: "A-1",
          ReadOnly: { CustomerIdentifier: { Id: 42 }, Deactivated: false },
          Options: { InventoryUnit: { UnitIdentifier: { Name: "Each", Id: 1 } } },
          Qualifiers: [{ Qualifier: "Blue" }],
        },
      ]);
    });

    test("next links lead to every item once; links may be absolute and the key bare", async () => {
      const warehouse = await start({ items: numbered(23), links: "absolute", embeddedKey: "item" });
      const seen: unknown[] = [];
      let next: string | undefined = items;
      while (next !== undefined) {
        const { json } = await ask(warehouse, next.replace(warehouse.url, ""));
        const { item } = json["_embedded"] as { item: { sku: string }[] };
        seen.push(...item.map(({ sku }) => sku));
        next = (json["_links"] as { next?: { href: string } }).next?.href;
        if (next !== undefined) expect(next.startsWith(warehouse.url)).toBe(true);
      }
      expect(seen).toEqual(warehouse.items().map(({ sku }) => sku));
    });

    test.each([
      ["", 200, 10],
      ["?pgsiz=100", 200, 100],
      ["?pgsize=100", 200, 10],
      ["?PGSIZ=30&wat=1", 200, 30],
      ["?pgsiz=100&pgnum=2", 200, 5],
      ["?pgsiz=100&pgnum=3", 200, 0],
      ["?pgsiz=101", 400, 0],
      ["?pgsiz=0", 400, 0],
      ["?pgnum=x", 400, 0],
      ["?sort=colour", 400, 0],
    ])("%s: %i with %i items", async (query, status, count) => {
      const warehouse = await start({ items: numbered(105) });
      const reply = await ask(warehouse, items + query);
      expect([reply.status, listed(reply).length]).toEqual([status, count]);
      if (status === 200) expect(reply.json["totalResults"]).toBe(105);
      else
        expect(reply.json).toMatchObject({ ErrorCode: expect.any(String), Parameters: [expect.any(String)] });
    });

    test("sort: several names, each up or down", async () => {
      const warehouse = await start({
        items: [plain("b", { upc: "1" }), plain("A", { upc: "2" }), plain("c", { upc: "1" })],
      });
      expect(skusOf(await ask(warehouse, `${items}?sort=sku`))).toEqual(["A", "b", "c"]);
      expect(skusOf(await ask(warehouse, `${items}?sort=upc,-SKU`))).toEqual(["c", "b", "A"]);
    });

    test("customers: a list, one with its tag, and an empty 404", async () => {
      const warehouse = await start();
      const list = await ask(warehouse, "/customers?rql=companyInfo.companyName==harbor*");
      expect(list.json).toMatchObject({
        totalResults: 1,
        _embedded: {
          "http://api.3plCentral.com/rels/customers/customer": [{ readOnly: { customerId: 57 } }],
        },
      });
      const one = await ask(warehouse, "/customers/42");
      expect([one.status, one.json["companyInfo"]]).toEqual([200, { companyName: "Saltmarsh Supply" }]);
      expect(one.headers.get("etag")).toMatch(/^".+"$/);
      for (const path of ["/customers/999", "/customers/999/items", `${items}/1`, "/nowhere"]) {
        const reply = await ask(warehouse, path);
        expect([reply.status, reply.text]).toEqual([404, ""]);
      }
    });

    test("aliases stand beside the SKUs, with negative ids", async () => {
      const warehouse = await start({
        items: [plain("MUG")],
        aliases: [{ sku: "MUG-SET", itemSku: "MUG", qty: 4 }],
      });
      const options = { accept: "application/json" };
      const aliases = await ask(warehouse, "/customers/42/itemaliases", options);
      expect(aliases.json["ResourceList"]).toMatchObject([
        { Sku: "MUG-SET", ItemIdentifier: { Sku: "MUG" }, Qty: 4 },
      ]);
      const union = await ask(warehouse, "/customers/42/skusunionaliases?contains=mug", options);
      expect(union.json["ResourceList"]).toEqual([
        { Id: warehouse.items()[0]?.itemId, Sku: "MUG" },
        { Id: -1, Sku: "MUG-SET" },
      ]);
    });
  });

  describe("writes", () => {
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

  describe("the operator's hands", () => {
    test("put and edit keep what they do not name; null takes away; copies are copies", async () => {
      const warehouse = await start();
      const id = warehouse.put(
        plain("A", {
          itemId: 77,
          readOnly: { creationDate: "2020-02-02T02:02:02", deactivated: true },
          accountRef: "X",
          options: { ...each, packageUnit: { upc: "9", isPrepackaged: true } },
        }),
      );
      expect(id).toBe(77);
      warehouse.edit("A", {
        accountRef: null,
        options: { packageUnit: { upc: "8" } },
        readOnly: { deactivated: false },
      });
      const [item] = warehouse.items();
      expect(item).toMatchObject({
        itemId: 77,
        readOnly: { creationDate: "2020-02-02T02:02:02", deactivated: false },
        options: {
          packageUnit: { upc: "8", isPrepackaged: true },
          inventoryUnit: { unitIdentifier: { id: 1 } },
        },
      });
      expect(item).not.toHaveProperty("accountRef");
      Object.assign(item?.options ?? {}, { inventoryUnit: null });
      expect(warehouse.items()[0]?.options["inventoryUnit"]).not.toBeNull();
    });

    test("refuse what the server would refuse", async () => {
      const warehouse = await start({ items: [plain("A")] });
      expect(() => warehouse.put(plain("a"))).toThrow(RangeError);
      expect(() => warehouse.edit("A", { description: "" })).toThrow(RangeError);
      expect(() => warehouse.edit("B", {})).toThrow("there is no item B");
      await expect(startExtensivWarehouse({ items: [{}] })).rejects.toThrow("Required");
    });

    test("config holds what a destination needs", async () => {
      const warehouse = await start({ customerId: 7, clientId: "c", clientSecret: "s", userLogin: "u" });
      expect(warehouse.config).toEqual({
        type: "extensiv-3pl",
        customerId: 7,
        clientId: "c",
        clientSecret: "s",
        userLogin: "u",
        baseUrl: warehouse.url,
        tokenUrl: `${warehouse.url}/AuthServer/api/Token`,
      });
    });
  });
});
