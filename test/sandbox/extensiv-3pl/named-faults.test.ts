import { afterEach, describe, expect, test } from "@jest/globals";
import {
  faultNames,
  startExtensivWarehouse,
  type ExtensivOptions,
  type ExtensivWarehouse,
} from "../../../src/sandbox/extensiv-3pl/server.js";
import { createFakeClock } from "../../support/fake-clock.js";
import { ask, askToken, items, listed, plain, post, skusOf, tokenOf, update, type Reply } from "./client.js";

const open: ExtensivWarehouse[] = [];

async function start(options: ExtensivOptions = {}): Promise<ExtensivWarehouse> {
  const warehouse = await startExtensivWarehouse({ items: [plain("OLD", { upc: "1" })], ...options });
  open.push(warehouse);
  await tokenOf(warehouse);
  return warehouse;
}

function idOf(warehouse: ExtensivWarehouse, sku = "OLD"): number {
  return warehouse.items().find((item) => item.sku === sku)?.itemId ?? 0;
}

async function statuses(warehouse: ExtensivWarehouse, count: number): Promise<number[]> {
  const found: number[] = [];
  for (let n = 0; n < count; n += 1) found.push((await ask(warehouse, items)).status);
  return found;
}

function skus(warehouse: ExtensivWarehouse): readonly string[] {
  return warehouse.items().map(({ sku }) => sku);
}

describe("src/sandbox/extensiv-3pl/named-faults.ts", () => {
  afterEach(async () => {
    await Promise.all(open.splice(0).map((warehouse) => warehouse.close()));
  });

  test("every fault has a name for the command line and one line of text", async () => {
    const warehouse = await start();
    for (const [name, description] of Object.entries(faultNames)) {
      expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/);
      expect(description).toMatch(/^[^\n]{10,120}$/);
      warehouse.faults.add(name)();
    }
    expect((await ask(warehouse, items)).status).toBe(200);
    await expect(startExtensivWarehouse({ faults: ["gremlins"] })).rejects.toThrow(
      "no fault called gremlins",
    );
  });

  test("settings choose which requests a fault meets", async () => {
    const at = (faults: ExtensivOptions["faults"]): Promise<ExtensivWarehouse> =>
      start({ faults: faults ?? [] });
    expect(await statuses(await at([{ name: "rate-limit", every: 1, from: 3, times: 2 }]), 6)).toEqual([
      200, 200, 429, 429, 200, 200,
    ]);
    expect(await statuses(await at([{ name: "rate-limit", every: 2, from: 2 }]), 5)).toEqual([
      200, 200, 429, 200, 429,
    ]);
    const draw = async (seed: number): Promise<number[]> =>
      statuses(await at([{ name: "server-error", share: 0.5, seed }]), 20);
    const one = await draw(1);
    expect(new Set(one)).toEqual(new Set([200, 500]));
    expect(await draw(1)).toEqual(one);
    expect(await draw(2)).not.toEqual(one);
  });

  test.each([
    ["rate-limit", "1"],
    ["rate-limit-date", "Thu, 01 Jan 2026 00:00:02 GMT"],
    ["rate-limit-silent", null],
    ["rate-limit-negative", "-5"],
    ["rate-limit-huge", "1000000000"],
  ])("%s: 429 with Retry-After %s", async (name, retryAfter) => {
    const clock = createFakeClock();
    const warehouse = await start({ clock: () => clock.now(), faults: [{ name, every: 1 }] });
    const reply = await ask(warehouse, items);
    expect([reply.status, reply.headers.get("retry-after")]).toEqual([429, retryAfter]);
    expect(warehouse.requests.at(-1)?.faults).toEqual([name]);
  });

  test("storm: 429 and 503 until ten minutes of the server's clock are over", async () => {
    const clock = createFakeClock();
    const warehouse = await start({ clock: () => clock.now(), faults: ["storm"] });
    expect(new Set(await statuses(warehouse, 12))).toEqual(new Set([429, 503]));
    clock.jump(600_000);
    expect(await statuses(warehouse, 2)).toEqual([200, 200]);
  });

  test.each([
    ["server-error", 500, "text/plain; charset=utf-8"],
    ["bad-gateway", 502, "text/html; charset=utf-8"],
    ["web-page", 200, "text/html; charset=utf-8"],
    ["too-large", 413, "text/html; charset=utf-8"],
    ["role-missing", 403, "application/json; charset=utf-8"],
    ["bearer-refused", 401, null],
    ["refuse", 400, "application/json; charset=utf-8"],
  ])("%s: a write is answered %i (%s) and has no effect", async (name, status, type) => {
    const warehouse = await start({ faults: [{ name, every: 1 }] });
    const reply = await post(warehouse, plain("NEW"));
    expect([reply.status, reply.headers.get("content-type")]).toEqual([status, type]);
    expect(skus(warehouse)).toEqual(["OLD"]);
  });

  test("cut-before, lost-answer, lost-answer-error, cut-body: whether a write took effect", async () => {
    const written: Record<string, boolean> = {};
    for (const name of ["cut-before", "lost-answer", "lost-answer-error", "cut-body"]) {
      const warehouse = await start({ faults: [{ name, every: 1, times: 1 }] });
      const sent = post(warehouse, plain("NEW"));
      if (name === "lost-answer-error") expect((await sent).status).toBe(500);
      else await expect(sent).rejects.toThrow();
      written[name] = skus(warehouse).includes("NEW");
      // The fault is over: what stands there answers for itself.
      expect((await post(warehouse, plain("NEW"))).status).toBe(written[name] ? 400 : 201);
      expect(skus(warehouse)).toEqual(["OLD", "NEW"]);
    }
    expect(written).toEqual({
      "cut-before": false,
      "lost-answer": true,
      "lost-answer-error": true,
      "cut-body": true,
    });
  });

  test("lost-answer: a PUT took effect, and reads are left alone", async () => {
    const warehouse = await start({ faults: [{ name: "lost-answer", every: 1 }] });
    await expect(update(warehouse, idOf(warehouse), { upc: "2" })).rejects.toThrow();
    expect(warehouse.items()[0]?.["upc"]).toBe("2");
  });

  test("slow and hang", async () => {
    const warehouse = await start({ faults: [{ name: "slow", ms: 1, times: 1 }] });
    expect((await ask(warehouse, items)).status).toBe(200);
    warehouse.faults.add("hang", { every: 1 });
    const silent = expect(ask(warehouse, items)).rejects.toThrow();
    while (warehouse.requests.at(-1)?.faults[0] !== "hang")
      await new Promise((done) => void setImmediate(done));
    await warehouse.close();
    await silent;
  });

  test("tokens: refused, in error, dead after some calls", async () => {
    const warehouse = await start();
    const off = warehouse.faults.add("token-refused");
    expect((await askToken(warehouse)).text).toContain("invalid_client");
    off();
    warehouse.faults.add("token-error");
    const found: number[] = [];
    for (let n = 0; n < 3; n += 1) found.push((await askToken(warehouse)).status);
    expect(found).toEqual([500, 500, 200]);
    warehouse.faults.add("token-expires", { every: 3, times: 1 });
    await tokenOf(warehouse, true);
    expect(await statuses(warehouse, 4)).toEqual([200, 200, 401, 401]);
    await tokenOf(warehouse, true);
    expect(await statuses(warehouse, 4)).toEqual([200, 200, 200, 200]);
  });

  test("role-missing: of the role that is named", async () => {
    const warehouse = await start({ faults: [{ name: "role-missing", role: "ItemView" }] });
    expect((await ask(warehouse, items)).status).toBe(403);
    expect((await ask(warehouse, "/customers/42")).status).toBe(200);
    expect((await post(warehouse, plain("NEW"))).status).toBe(201);
    warehouse.faults.clear();
    warehouse.faults.add("role-missing", { role: "CustomerView" });
    expect((await ask(warehouse, "/customers/42")).status).toBe(403);
    expect((await ask(warehouse, items)).status).toBe(200);
  });

  test("stale-etag: an operator is faster, as often as was asked for", async () => {
    const warehouse = await start({ faults: [{ name: "stale-etag", times: 2 }] });
    const id = idOf(warehouse);
    const found: number[] = [];
    for (let n = 0; n < 3; n += 1) found.push((await update(warehouse, id, { upc: "2" })).status);
    expect(found).toEqual([412, 412, 200]);
    expect(warehouse.items()[0]).toMatchObject({ upc: "2", options: { daysBetweenCounts: 2 } });
  });

  test("duplicate-race: another client creates it first", async () => {
    const warehouse = await start({ faults: ["duplicate-race"] });
    expect((await post(warehouse, plain("NEW"))).json["ErrorCode"]).toBe("Duplicate");
    expect(warehouse.items().at(-1)?.description).toBe("Made by another client");
    expect((await post(warehouse, plain("NEWER"))).status).toBe(201);
  });

  test("refuse: one SKU only, in any letters; too-large: by bytes", async () => {
    const warehouse = await start({ faults: [{ name: "refuse", sku: "BAD" }] });
    expect((await post(warehouse, plain("bad"))).json).toMatchObject({
      ErrorCode: "ValueNotSupported",
      Properties: [{ Name: "Sku", Value: "bad" }],
    });
    expect((await post(warehouse, plain("GOOD"))).status).toBe(201);
    warehouse.faults.add("too-large", { bytes: 500 });
    expect((await post(warehouse, plain("SMALL"))).status).toBe(201);
    expect((await post(warehouse, plain("LARGE", { description2: "x".repeat(500) }))).status).toBe(413);
  });

  test("invisible: for a minute a new item is in no list, though it is there", async () => {
    const clock = createFakeClock();
    const warehouse = await start({ clock: () => clock.now(), faults: ["invisible"] });
    const id = Number((await post(warehouse, plain("NEW"))).json["itemId"]);
    const find = (): Promise<Reply> => ask(warehouse, `${items}?rql=sku==new`);
    expect([skusOf(await find()), skusOf(await ask(warehouse, items))]).toEqual([[], ["OLD"]]);
    expect((await post(warehouse, plain("NEW"))).json["ErrorCode"]).toBe("Duplicate");
    expect((await ask(warehouse, `${items}/${id}`)).status).toBe(200);
    clock.jump(60_000);
    expect(skusOf(await find())).toEqual(["NEW"]);
  });

  test("drops-field: never stored, and a value that stood there stays", async () => {
    const warehouse = await start({
      faults: ["drops-field", { name: "drops-field", field: "options.packageUnit.upc" }],
    });
    const packageUnit = { upc: "5", inventoryUnitsPerUnit: 2 };
    const options = { inventoryUnit: { unitIdentifier: { name: "Each" } }, packageUnit };
    expect((await post(warehouse, plain("NEW", { upc: "9", options }))).status).toBe(201);
    expect((await update(warehouse, idOf(warehouse), { upc: "9", description: "changed" })).status).toBe(200);
    const [old, made] = warehouse.items();
    expect([old?.["upc"], old?.description]).toEqual(["1", "changed"]);
    expect(made).not.toHaveProperty("upc");
    expect(made?.options["packageUnit"]).toEqual({ inventoryUnitsPerUnit: 2 });
  });

  test("truncates, rounds, metric-wins: what stands there is not what was sent", async () => {
    const warehouse = await start({ faults: ["truncates", "rounds", "metric-wins"] });
    const units = {
      inventoryUnit: { unitIdentifier: { name: "Each" } },
      packageUnit: { imperial: { weight: 1.2345, length: 10.26 } },
      pallets: { imperial: { weight: 1 }, metric: { weight: 4.5359 } },
    };
    await post(warehouse, plain("NEW", { description: "d".repeat(40), options: units }));
    const made = warehouse.items().at(-1);
    expect(made?.description).toBe("d".repeat(30));
    expect(made?.options["packageUnit"]).toMatchObject({ imperial: { weight: 1.2, length: 10.3 } });
    expect(made?.options["pallets"]).toMatchObject({ imperial: { weight: 9.9208 }, metric: { weight: 4.5 } });
  });

  test("page-size, rql-ignored, long-query: lists lie, or are not to be had", async () => {
    const many = Array.from({ length: 25 }, (_, n) => plain(`N-${n}`));
    const small = await start({ items: many, faults: ["page-size"] });
    const page = await ask(small, `${items}?pgsiz=100`);
    expect([listed(page).length, page.json["totalResults"]]).toEqual([10, 25]);
    const deaf = await start({ items: many, faults: ["rql-ignored"] });
    expect((await ask(deaf, `${items}?rql=sku==N-3`)).json["totalResults"]).toBe(25);
    const short = await start({ faults: ["long-query"] });
    expect((await ask(short, `${items}?rql=sku==${"x".repeat(2038)}`)).status).toBe(200);
    const refused = await ask(short, `${items}?rql=sku==${"x".repeat(2040)}`);
    expect([refused.status, refused.headers.get("content-type")]).toEqual([404, "text/html; charset=utf-8"]);
  });
});
