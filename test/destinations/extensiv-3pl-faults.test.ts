import { describe, expect, test } from "@jest/globals";
import type { PlannedChange } from "../../src/destinations/destination.js";
import { AuthError, ConfigError, TransientError } from "../../src/errors.js";
import type { ExtensivWarehouse } from "../../src/sandbox/extensiv-3pl/server.js";
import { toChange } from "../conformance/destination.js";
import { calls, useExtensivBed, type ExtensivBed, type ExtensivClient } from "../support/extensiv-bed.js";

const never = new AbortController().signal;
const skusOf = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `SKU-${String(index).padStart(3, "0")}`);

function creates(count: number): PlannedChange[] {
  return skusOf(count).map((sku) =>
    toChange({ sku, name: `Name of ${sku}`, UPC: "012345678905", weight_lbs: 0.75 }),
  );
}

/** Every SKU stands there once, with what was written. */
function expectAll(warehouse: ExtensivWarehouse, count: number): void {
  const items = warehouse.items().map(({ sku, description, upc }) => ({ sku, description, upc }));
  expect(items.sort((one, other) => (one.sku < other.sku ? -1 : 1))).toEqual(
    skusOf(count).map((sku) => ({ sku, description: `Name of ${sku}`, upc: "012345678905" })),
  );
}

describe("src/destinations/extensiv-3pl/write.ts", () => {
  const bed = useExtensivBed();

  async function start(
    ...faults: NonNullable<Parameters<ExtensivBed["openWarehouse"]>[0]>["faults"] & {}
  ): Promise<{ warehouse: ExtensivWarehouse; client: ExtensivClient }> {
    const warehouse = await bed.openWarehouse({ faults });
    return { warehouse, client: bed.openClient(warehouse) };
  }

  test.each([
    { name: "lost-answer", every: 3 },
    { name: "lost-answer-error", every: 3 },
    { name: "cut-before", every: 3 },
    { name: "cut-body", every: 7 },
    { name: "server-error", share: 0.2 },
    { name: "bad-gateway", share: 0.2 },
    { name: "web-page", every: 5 },
    { name: "rate-limit", every: 4 },
    { name: "rate-limit-date", every: 4 },
    { name: "rate-limit-silent", every: 4 },
    { name: "rate-limit-negative", every: 4 },
    { name: "token-expires" },
    { name: "token-error" },
    { name: "long-query" },
  ])("with $name every item stands there once, and updates arrive", async (fault) => {
    const { warehouse, client } = await start(fault);
    const results = await client.write(creates(20));
    expect(results.map(({ outcome }) => outcome)).toEqual(Array.from({ length: 20 }, () => "written"));
    expectAll(warehouse, 20);
    const found = await client.destination.find(skusOf(20), never);
    expect(found.size).toBe(20);
    const updates = [...found.values()].map(({ id, sku }) =>
      toChange({ sku, name: `New ${sku}` }, "update", id),
    );
    const updated = await client.write(updates);
    expect(updated.map(({ outcome }) => outcome)).toEqual(updates.map(() => "written"));
    expect(
      warehouse
        .items()
        .map(({ description }) => description)
        .sort(),
    ).toEqual(skusOf(20).map((sku) => `New ${sku}`));
    expect(calls(warehouse, "DELETE", /./)).toBe(0);
    // Whatever was in doubt was looked up: nothing that stood there was sent again.
    expect(warehouse.requests.filter(({ method, status }) => method === "POST" && status === 400)).toEqual(
      [],
    );
  });

  test("50 seeds of errors and lost answers: no item twice, none lost", async () => {
    for (let seed = 1; seed <= 50; seed += 1) {
      const { warehouse, client } = await start(
        { name: "server-error", share: 0.1, seed },
        { name: "lost-answer", share: 0.15, seed: seed + 100 },
        { name: "cut-body", share: 0.05, seed: seed + 200 },
      );
      const results = await client.write(creates(6));
      expect(results.filter(({ outcome }) => outcome !== "written")).toEqual([]);
      expectAll(warehouse, 6);
      await warehouse.close();
    }
  });

  test("a storm of ten minutes is outlasted with few calls", async () => {
    const { warehouse, client } = await start();
    await client.write(creates(2));
    const before = warehouse.requests.length;
    warehouse.faults.add("storm");
    const results = await client.write(creates(12).slice(2));
    expect(results.map(({ outcome }) => outcome)).toEqual(Array.from({ length: 10 }, () => "written"));
    expectAll(warehouse, 12);
    const stormy = warehouse.requests.slice(before).filter(({ faults }) => faults.includes("storm"));
    expect(stormy.length).toBeLessThanOrEqual(60);
    expect(client.warnings).toHaveLength(1);
  });

  test("a storm that rages from the first call on is outlasted too, but not by a check", async () => {
    const { warehouse, client } = await start("storm");
    const checks = [];
    for await (const check of client.destination.check(never)) checks.push(check);
    expect(checks[2]).toMatchObject({ name: "destination customer", outcome: "fail", exitCode: 5 });
    expect((await client.destination.find(skusOf(3), never)).size).toBe(0);
    expect(warehouse.requests.length).toBeLessThanOrEqual(60);
    expect(client.warnings).toHaveLength(1);
  });

  test("a server that wants to be left alone for long ends the run with that time", async () => {
    const { client } = await start({ name: "rate-limit-huge", from: 4, every: 1 });
    await expect(client.write(creates(5))).rejects.toMatchObject({
      code: "retry-after",
      retryAfterMs: expect.any(Number),
    });
  });

  test.each([
    ["token-refused", { name: "token-refused" }, AuthError, "destination.clientId"],
    ["bearer-refused", { name: "bearer-refused" }, AuthError, "Manage Credentials"],
    ["no ItemEdit", { name: "role-missing" }, AuthError, "Add ItemEdit"],
    ["no ItemView", { name: "role-missing", role: "ItemView" as const }, AuthError, "Add ItemView"],
    [
      "no CustomerView",
      { name: "role-missing", role: "CustomerView" as const },
      AuthError,
      "Add CustomerView",
    ],
  ])("with %s nothing is written, and the error says what to do", async (_what, fault, error, words) => {
    const { warehouse, client } = await start(fault);
    const failure: unknown = await client.write(creates(30)).then(
      () => undefined,
      (caught: unknown) => caught,
    );
    expect(failure).toBeInstanceOf(error);
    expect((failure as AuthError).hint).toContain(words);
    expect(warehouse.items()).toEqual([]);
    expect(calls(warehouse, "POST", /items/)).toBeLessThanOrEqual(4);
  });

  test("one token serves all, and one renewal those who find it dead", async () => {
    const { warehouse, client } = await start();
    await client.write(creates(4));
    expect(warehouse.tokens).toHaveLength(1);
    warehouse.expireTokens();
    await client.write(creates(30).slice(4));
    expect(warehouse.tokens).toHaveLength(2);
    expectAll(warehouse, 30);
  });

  test.each([
    { times: 3, outcome: "written" },
    { times: 50, outcome: "failed", code: "edited-meanwhile" },
  ])("an operator who edits the item $times times: $outcome", async ({ times, outcome, code }) => {
    const { warehouse, client } = await start();
    await client.write(creates(1));
    const { itemId } = warehouse.items()[0] ?? {};
    warehouse.faults.add("stale-etag", { times });
    const change = toChange({ sku: "SKU-000", name: "New" }, "update", String(itemId));
    const results = await client.write([change]);
    expect(results).toEqual([expect.objectContaining({ outcome, ...(code === undefined ? {} : { code }) })]);
    const [item] = warehouse.items();
    expect(item?.description).toBe(outcome === "written" ? "New" : "Name of SKU-000");
    expect(item?.options["daysBetweenCounts"]).toBe(Math.min(times, 6));
  });

  test("a body that is too large is that item's failure", async () => {
    const { client, warehouse } = await start({ name: "too-large", bytes: 2000 });
    const [small, , last] = creates(3);
    const large = toChange({ sku: "SKU-001", name: "x".repeat(3000) });
    const results = await client.write([small, large, last].filter((change) => change !== undefined));
    expect(results.filter(({ outcome }) => outcome === "failed")).toEqual([
      { sku: "SKU-001", outcome: "failed", code: "too-large", message: expect.stringContaining("413") },
    ]);
    expect(warehouse.items()).toHaveLength(2);
  });

  test("an item that does not show for a minute after a lost answer is not made twice", async () => {
    const { warehouse, client } = await start("invisible", { name: "lost-answer", every: 1, times: 1 });
    expect(await client.write(creates(3))).toEqual(
      expect.arrayContaining(skusOf(3).map((sku) => expect.objectContaining({ sku, outcome: "written" }))),
    );
    expectAll(warehouse, 3);
    expect(client.warnings).toEqual([]);
  });

  test("items that stay invisible are left for the next run, and waited for together", async () => {
    const { warehouse, client } = await start(
      { name: "invisible", seconds: 1e6 },
      { name: "lost-answer", every: 2, times: 6 },
    );
    const since = bed.clock.now();
    const results = await client.write(creates(6));
    const failed = results.filter(({ outcome }) => outcome === "failed");
    expect(failed.length).toBeGreaterThan(0);
    expect(failed).toEqual(failed.map(() => expect.objectContaining({ code: "not-visible" })));
    expect(bed.clock.now() - since).toBeLessThan(200_000);
    expectAll(warehouse, 6);
  });

  test("what another process made a moment ago, and does not show yet, is taken up", async () => {
    const { warehouse, client } = await start("invisible");
    await client.write(creates(1));
    const again = bed.openClient(warehouse);
    expect((await again.destination.find(["SKU-000"], never)).size).toBe(0);
    const change = toChange({ sku: "SKU-000", name: "Changed since" });
    expect(await again.write([change])).toEqual([expect.objectContaining({ outcome: "written" })]);
    expect(warehouse.items().map(({ description }) => description)).toEqual(["Changed since"]);
  });

  test("an item that another client makes first is brought to what is wanted", async () => {
    const { warehouse, client } = await start("duplicate-race");
    const results = await client.write(creates(2));
    expect(results.map(({ outcome }) => outcome)).toEqual(["written", "written"]);
    expectAll(warehouse, 2);
  });

  test.each([
    { fault: "drops-field", place: "upc", became: "nothing" },
    { fault: "truncates", place: "description", became: '"A name that is longer than the' },
    { fault: "rounds", place: "options.packageUnit.imperial.weight", became: '"0.8"' },
  ])(
    "what a server does not keep ($fault) is told once and not written again",
    async ({ fault, place, became }) => {
      const { warehouse, client } = await start(fault);
      const long = creates(5).map(({ product }) =>
        toChange({ ...product, name: "A name that is longer than the thirty that fit" }),
      );
      const results = await client.write(long);
      expect(results.map(({ outcome }) => outcome)).toEqual(long.map(() => "written"));
      const told = client.warnings.filter((line) => line.includes(`keep ${place} (`));
      expect(told).toEqual([expect.stringContaining(became)]);
      expect(calls(warehouse, "PUT", /./)).toBe(0);
    },
  );

  test("a server that fails at one item alone costs that item; at all of them, the run", async () => {
    const { warehouse, client } = await start();
    const broken = (sku: string | undefined): (() => void) =>
      warehouse.faults.add({
        onRequest: (_n, { method, body }) =>
          method === "POST" && body.includes(sku ?? "SKU")
            ? { name: "broken", instead: () => ({ status: 500, text: "oops" }) }
            : undefined,
      });
    const mend = broken("SKU-001");
    const results = await client.write(creates(3));
    expect(results.filter(({ outcome }) => outcome === "failed")).toEqual([
      expect.objectContaining({ sku: "SKU-001", code: "no-acknowledgement" }),
    ]);
    mend();
    broken(undefined);
    await expect(client.write(creates(40).slice(3))).rejects.toThrow(TransientError);
  });

  test("a unit that is not the customer's is a config error that names those in use", async () => {
    const warehouse = await bed.openWarehouse({
      items: [
        { sku: "OLD", description: "Old", options: { inventoryUnit: { unitIdentifier: { name: "Case" } } } },
      ],
    });
    const failure: unknown = await bed
      .openClient(warehouse, { unitOfMeasure: "Roll" })
      .write(creates(9))
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ConfigError);
    expect(failure).toMatchObject({
      faults: [{ path: "destination.unitOfMeasure", message: expect.stringContaining('"Case"') }],
    });
    expect(warehouse.items()).toHaveLength(1);
  });

  test("on abort what is under way is finished and told, and nothing else is sent", async () => {
    const { warehouse, client } = await start();
    await client.write(creates(1));
    const abort = new AbortController();
    let seen = 0;
    warehouse.faults.add({
      onRequest: (_n, { method }) => {
        if (method === "POST") seen += 1;
        if (seen === 2) abort.abort();
        return undefined;
      },
    });
    const results = await client.write(creates(40).slice(1), abort.signal);
    expect(results.every(({ outcome }) => outcome === "written")).toBe(true);
    expect(results.length).toBeGreaterThanOrEqual(2);
    expect(results.length).toBeLessThanOrEqual(4);
    expect(warehouse.items()).toHaveLength(1 + results.length);
  });

  test("no output holds a secret", async () => {
    const { warehouse, client } = await start({ name: "server-error", share: 0.2 }, "web-page");
    await client.write(creates(10));
    const output = JSON.stringify(client.logs);
    for (const secret of [...warehouse.tokens, "sandbox-secret-that-opens-nothing"])
      expect(output).not.toContain(secret);
  });
});
