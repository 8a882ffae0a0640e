import { afterEach, describe, expect, test } from "@jest/globals";
import {
  startExtensivWarehouse,
  type ExtensivOptions,
  type ExtensivWarehouse,
} from "../../../src/sandbox/extensiv-3pl/server.js";
import { createFakeClock } from "../../support/fake-clock.js";
import { ask, askToken, basic, items, listed, plain, skusOf, tokenOf } from "./client.js";

const open: ExtensivWarehouse[] = [];

async function start(options: ExtensivOptions = {}): Promise<ExtensivWarehouse> {
  const warehouse = await startExtensivWarehouse(options);
  open.push(warehouse);
  return warehouse;
}

function numbered(count: number): Record<string, unknown>[] {
  return Array.from({ length: count }, (_, n) => plain(`N-${String(n + 1).padStart(3, "0")}`));
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
        requestsPerMinute: 6000,
      });
    });
  });
});
