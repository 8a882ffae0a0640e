import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

import { afterEach, describe, expect, test } from "@jest/globals";

import type { Answer, WooRequest } from "../../src/sandbox/woocommerce/answer.js";
import { sampleCatalogue } from "../../src/sandbox/woocommerce/catalogue.js";
import type { Fault, FaultScript, FaultSettings } from "../../src/sandbox/woocommerce/fault.js";
import type { FaultName } from "../../src/sandbox/woocommerce/named-faults.js";
import type { WooShop, WooShopOptions } from "../../src/sandbox/woocommerce/server.js";
import { unusedUrl } from "../http/with-server.js";
import { createWooBed } from "../support/woo-bed.js";
import { expectRepaired, expectSound, expectWhole, importable, inOrder, openRig, type Rig } from "./rig.js";

const bed = createWooBed();
const rigs: Rig[] = [];

afterEach(async () => {
  for (const rig of rigs.splice(0)) rig.close();
  await bed.close();
});

async function open(options: WooShopOptions = {}): Promise<{ readonly shop: WooShop; readonly rig: Rig }> {
  const shop = await bed.openShop({ products: 130, ...options });
  const rig = openRig(shop, { clock: bed.clock });
  rigs.push(rig);
  return { shop, rig };
}

const isList = ({ path }: WooRequest): boolean => /\/wc\/v3\/(products|variations)$/.test(path);
const isProducts = ({ path }: WooRequest): boolean => path.endsWith("/wc/v3/products");
const pageOf = ({ query }: WooRequest): number => Number(new Map(query).get("page"));

/** A fault of requests of one kind, from the `from`th on, `times` times. */
function script(
  fault: Fault,
  of: (request: WooRequest) => boolean,
  { from = 1, times = Infinity }: { readonly from?: number; readonly times?: number } = {},
): FaultScript {
  let seen = 0;
  return {
    onRequest: (_n, request) => {
      if (!of(request)) return undefined;
      seen += 1;
      return seen >= from && seen < from + times ? fault : undefined;
    },
  };
}

const refusal = (status: number, headers: Answer["headers"] = {}): Fault => ({
  name: String(status),
  instead: () => ({ status, headers: { "Content-Type": "text/plain", ...headers }, text: "No." }),
});

const met = (shop: WooShop): number => shop.requests.filter(({ faults }) => faults.length > 0).length;

describe("a shop that throttles", () => {
  test.each([
    ["seconds", "7", 7000],
    ["an HTTP date", new Date(Date.UTC(2026, 10, 24, 8, 0, 40)).toUTCString(), 40_000],
    ["nothing", undefined, 500],
    ["a negative number", "-30", 500],
  ])("R20: 429 with %s: no call comes early, nothing is lost", async (_name, value, leastMs) => {
    const { shop, rig } = await open();
    bed.clock.jump(Date.UTC(2026, 10, 24, 8) - bed.clock.now());
    shop.faults.add(
      script(refusal(429, value === undefined ? {} : { "Retry-After": value }), isList, {
        from: 2,
        times: 1,
      }),
    );
    const run = await rig.import();
    expect(run.exit).toBe(0);
    await expectSound(rig, run);
    expectWhole(rig, run);
    const refused = shop.requests.findIndex(({ status }) => status === 429);
    const gap = (shop.requests[refused + 1]?.at ?? 0) - (shop.requests[refused]?.at ?? 0);
    expect(gap).toBeGreaterThanOrEqual(leastMs);
    expect(gap).toBeLessThanOrEqual(leastMs * 1.2);
  });

  test("R20: 429 for a thousand million seconds ends at once with the time to come back, and the next run resumes", async () => {
    const { shop, rig } = await open();
    shop.faults.add(script(refusal(429, { "Retry-After": "1000000000" }), isList, { from: 2 }));
    const run = await rig.import();
    expect(run).toMatchObject({ exit: 5, error: { code: "retry-after" } });
    expect(met(shop)).toBe(1);
    await expectSound(rig, run);
    expect((await expectRepaired(rig)).report.run).toBe(run.report.run);
  });

  test.each([429, 503, 502])(
    "R21: a storm of %i for ten minutes is survived, with few calls",
    async (status) => {
      const { shop, rig } = await open();
      let end = 0;
      shop.faults.add({
        onRequest: (_n, request) => {
          if (!isList(request)) return undefined;
          if (end === 0 && pageOf(request) === 2) end = bed.clock.now() + 600_000;
          return bed.clock.now() < end ? refusal(status) : undefined;
        },
      });
      const run = await rig.import();
      expect(run.exit).toBe(0);
      await expectSound(rig, run);
      expectWhole(rig, run);
      expect(met(shop)).toBeGreaterThan(5);
      expect(met(shop)).toBeLessThanOrEqual(60);
      await expectRepaired(rig);
    },
  );

  test("R21: a storm that does not end, or that stood there at the start, ends with code 5; the next run repairs", async () => {
    const { shop, rig } = await open();
    shop.faults.add(script(refusal(503), isList, { from: 2 }));
    const first = await rig.import();
    expect(first).toMatchObject({ exit: 5, error: { code: "shop-overloaded" } });
    await expectSound(rig, first);
    shop.faults.add(script(refusal(503), () => true));
    const second = await rig.import();
    expect(second.exit).toBe(5);
    await expectSound(rig, second);
    await expectRepaired(rig);
  });
});

describe("a network that fails", () => {
  test("R22: one call in twenty fails with 500, 502 or 504: whole in 50 seeds", async () => {
    const { shop } = await open();
    let faults = 0;
    for (let seed = 1; seed <= 50; seed += 1) {
      const rig = openRig(shop, { clock: bed.clock });
      shop.faults.clear();
      shop.faults.add("flaky", { seed, share: 0.05 });
      const before = shop.requests.length;
      const run = await rig.import();
      faults += shop.requests.slice(before).filter((request) => request.faults.length > 0).length;
      expect({ seed, exit: run.exit }).toEqual({ seed, exit: 0 });
      await expectSound(rig, run);
      expectWhole(rig, run);
      rig.close();
    }
    expect(faults).toBeGreaterThan(15);
  });

  test.each<[string, FaultName, FaultSettings]>([
    ["R23: connections are reset", "reset", { every: 3 }],
    ["R24: bodies are cut short", "cut", { every: 3 }],
    ["R25: a login page comes in between", "html-login", { every: 3 }],
    ["R25: an answer is empty", "empty-body", { every: 3 }],
    ["R29: pages are smaller than asked for", "cap-page-size", { every: 30 }],
    ["R29: the page size is ignored", "cap-page-size", { every: 10 }],
    ["R30: some requests are never answered", "hang", { every: 4 }],
  ])("%s: nothing is lost and nothing comes twice", async (_name, fault, settings) => {
    const { shop, rig } = await open();
    shop.faults.add(fault, settings);
    const run = await rig.import({ http: { timeouts: { idleMs: 150 } } });
    expect(run.exit).toBe(0);
    expect(met(shop)).toBeGreaterThan(0);
    await expectSound(rig, run);
    expectWhole(rig, run);
    await expectRepaired(rig);
  });

  test("R23: nobody answers any more in the middle of a read: code 5, the file untouched, and the next run resumes", async () => {
    const { shop, rig } = await open();
    await rig.import();
    const before = rig.text();
    for (const { id } of shop.store.rows.slice(0, 20)) shop.edit(id, { description: "edited" });
    shop.faults.add(script({ name: "reset", connection: "reset" }, isList, { from: 2 }));
    const run = await rig.import();
    expect(run).toMatchObject({ exit: 5, error: { code: "no-answer" } });
    expect(rig.text()).toBe(before);
    await expectSound(rig, run);
    expect((await expectRepaired(rig)).report.run).toBe(run.report.run);
  });

  test("R25: a web page instead of the shop, with 200, is code 5 with its title; nothing is written", async () => {
    const { shop, rig } = await open();
    shop.faults.add("html-login", { every: 1 });
    const run = await rig.import();
    expect(run).toMatchObject({ exit: 5, error: { code: "web-page" } });
    expect((run.error as Error).message).toMatch(/web page.*Log In/);
    expect(rig.text()).toBe("");
    await expectSound(rig, run);
    await expectRepaired(rig);
  });

  test("R30: a host that has no address, and one where nobody listens, are code 5", async () => {
    for (const url of ["http://no-such-shop.invalid", await unusedUrl()]) {
      const { rig } = await open();
      const run = await rig.import({ settings: { url } });
      expect(run).toMatchObject({ exit: 5, error: { code: "no-answer" } });
      await expectSound(rig, run);
    }
  });
});

describe("pages that do not add up", () => {
  test("R26: an empty page with a total of 0 in the middle, once, is asked for again", async () => {
    const { shop, rig } = await open();
    shop.faults.add("shrinking-total", { every: 2 });
    const run = await rig.import();
    expect(run.exit).toBe(0);
    expect(met(shop)).toBeGreaterThan(0);
    await expectSound(rig, run);
    expectWhole(rig, run);
  });

  test("R26: when it stays so, code 8: what came is written, nothing counts as missing, the file loses nothing", async () => {
    const { shop, rig } = await open({ products: 330 });
    await rig.import();
    const before = rig.skus();
    const cursor = await rig.ask((store, { connection }) => store.connection(connection));
    await bed.clock.advance(3_600_000);
    const [first] = shop.store.rows;
    shop.edit(first?.id ?? 0, { name: "Edited meanwhile" });
    const empty: Fault = {
      name: "empty",
      answer: (answer) => ({ ...answer, headers: { ...answer.headers, "X-WP-Total": "0" }, json: [] }),
    };
    shop.faults.add(script(empty, (request) => isProducts(request) && pageOf(request) > 1));
    const run = await rig.import();
    expect(run.exit).toBe(8);
    expect(run.report).toMatchObject({ status: "partial", counts: { missing: 0, updated: 1 } });
    expect(run.events.some(({ kind }) => kind === "second-look")).toBe(true);
    expect(rig.skus()).toEqual(before);
    expect(rig.text()).toContain("Edited meanwhile");
    await expectSound(rig, run);
    // The cursor stays where the last complete pass left it.
    expect(await rig.ask((store, { connection }) => store.connection(connection))).toEqual(cursor);
    await expectRepaired(rig);
  });

  test("R26: an empty shop where there was a full one is code 8, and the file keeps everything", async () => {
    const { shop, rig } = await open();
    await rig.import();
    const before = rig.text();
    const empty: Fault = {
      name: "empty",
      answer: (answer) => ({
        ...answer,
        headers: { ...answer.headers, "X-WP-Total": "0", "X-WP-TotalPages": "0" },
        json: [],
      }),
    };
    shop.faults.add(script(empty, isList));
    const run = await rig.import();
    expect(run).toMatchObject({ exit: 8, report: { counts: { read: 0, missing: 0 } } });
    expect(rig.text()).toBe(before);
    await expectSound(rig, run);
    await expectRepaired(rig);
  });

  test("R27: one product is removed before each page: no live one is missed, none is invented", async () => {
    const { shop, rig } = await open({ products: 700 });
    shop.faults.add("drift");
    const run = await rig.import();
    expect(met(shop)).toBeGreaterThan(4);
    expect([0, 8]).toContain(run.exit);
    await expectSound(rig, run);
    const written = new Set(rig.skus());
    expect([...importable(shop).values()].filter((sku) => !written.has(sku))).toEqual([]);
    // What was removed behind the reader's back was there when it was read: the next run counts it as missing.
    shop.faults.clear();
    const next = await rig.import();
    expect(next).toMatchObject({ exit: 0, report: { counts: { created: 0, updated: 0 } } });
    expect(next.report.counts.missing).toBe(written.size - importable(shop).size);
  });

  test("R27: products are added before each page: none that was there is missed, and the next run takes the rest", async () => {
    const { shop, rig } = await open({ products: 500 });
    const there = [...importable(shop).values()];
    let added = 0;
    shop.faults.add({
      onRequest: (_n, request) => {
        if (!isProducts(request) || pageOf(request) < 2) return undefined;
        bed.clock.jump(1000);
        added += 1;
        shop.add({ name: "Late", sku: `LATE-${added}`, regular_price: "1" });
        return undefined;
      },
    });
    const run = await rig.import();
    expect(added).toBeGreaterThan(3);
    expect([0, 8]).toContain(run.exit);
    await expectSound(rig, run);
    const written = new Set(rig.skus());
    expect(there.filter((sku) => !written.has(sku))).toEqual([]);
    await expectRepaired(rig);
  });

  test("R28: a page that comes again and again is seen within two extra calls: code 6, nothing is written", async () => {
    const { shop, rig } = await open({ products: 430 });
    await rig.import();
    const before = rig.text();
    const calls = shop.requests.length;
    shop.faults.add("repeat-page");
    const run = await rig.import();
    expect(run).toMatchObject({ exit: 6, error: { code: "endless-pages" } });
    expect(shop.requests.slice(calls).filter(({ faults }) => faults.includes("repeat-page"))).toHaveLength(2);
    expect(rig.text()).toBe(before);
    await expectSound(rig, run);
    await expectRepaired(rig);
  });

  test("R28, R33: a next page or a redirect on another host gets no call and no key", async () => {
    const reached: string[] = [];
    const other = createServer((request, response) => {
      reached.push(`${request.url} ${JSON.stringify(request.headers)}`);
      response.end("[]");
    });
    await new Promise<void>((resolve) => void other.listen(0, "127.0.0.1", resolve));
    const target = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
    try {
      const { shop, rig } = await open();
      const lure = `<${target}/wp-json/wc/v3/products?page=2>; rel="next"`;
      shop.faults.add(
        script(
          {
            name: "link",
            answer: (answer) => ({ ...answer, headers: { ...answer.headers, Link: lure } }),
          },
          isList,
        ),
      );
      const lured = await rig.import();
      expect(lured.exit).toBe(0);
      expectWhole(rig, lured);

      const moved: Fault = {
        name: "moved",
        instead: ({ path }) => ({ status: 302, headers: { Location: `${target}${path}` } }),
      };
      for (const from of [1, 2]) {
        shop.faults.clear();
        shop.faults.add(script(moved, isList, { from }));
        const run = await rig.import();
        expect(run).toMatchObject({ exit: 4, error: { code: "redirect" } });
        expect((run.error as Error).message).toContain(target);
        await expectSound(rig, run);
      }
      expect(reached).toEqual([]);
      await expectRepaired(rig);
    } finally {
      await new Promise((resolve) => other.close(resolve));
    }
  });

  test("R33: a redirect to https and one in a circle end with code 4 and say where to", async () => {
    const { shop, rig } = await open();
    shop.faults.add("redirect");
    const upgraded = await rig.import();
    expect(upgraded).toMatchObject({ exit: 4, error: { code: "redirect" } });
    expect((upgraded.error as Error & { hint: string }).hint).toContain("https://127.0.0.1");
    shop.faults.clear();
    const circle: Fault = {
      name: "circle",
      instead: ({ path }) => ({ status: 302, headers: { Location: path } }),
    };
    shop.faults.add(script(circle, isList));
    const circled = await rig.import();
    expect(circled).toMatchObject({ exit: 4, error: { code: "redirect" } });
    expect(met(shop)).toBeLessThan(10);
    await expectRepaired(rig);
  });

  test("R29: pages larger than asked for: nothing is lost between them", async () => {
    const { shop, rig } = await open({
      catalogue: sampleCatalogue({ products: 400, odd: false, variable: false }),
    });
    const larger = 150;
    const answer = (given: Answer, request: WooRequest): Answer => {
      const from = (pageOf(request) - 1) * larger;
      const rows = shop.store.rows.slice(from, from + larger);
      const total = shop.store.rows.length;
      const headers = { "X-WP-Total": `${total}`, "X-WP-TotalPages": `${Math.ceil(total / larger)}` };
      const json = rows.map((row) => ({
        ...shop.store.item(row).body,
        id: row.id,
        type: row.type,
        status: row.status,
      }));
      return { ...given, headers: { ...given.headers, ...headers }, json };
    };
    shop.faults.add(script({ name: "larger", answer }, isProducts));
    const run = await rig.import();
    expect(run.exit).toBe(0);
    await expectSound(rig, run);
    expect(rig.skus()).toEqual(inOrder(importable(shop).values()));
    expect(rig.skus()).toHaveLength(400);
  });
});

describe("credentials and rights", () => {
  test.each([1, 2])("R31, R32: a key that is refused from list %i on is code 12, at once", async (from) => {
    const { shop, rig } = await open();
    await rig.import();
    const before = rig.text();
    const [first] = shop.store.rows;
    shop.edit(first?.id ?? 0, { name: "Edited" });
    const refused: Fault = {
      name: "revoked",
      instead: () => ({
        status: 401,
        headers: {},
        json: { code: "woocommerce_rest_authentication_error", message: "Consumer key is invalid." },
      }),
    };
    shop.faults.add(script(refused, isList, { from }));
    const run = await rig.import();
    expect(run).toMatchObject({ exit: 12, error: { code: "key-refused" } });
    expect(met(shop)).toBe(1);
    expect(rig.text()).toBe(before);
    await expectSound(rig, run);
    await expectRepaired(rig);
  });

  test("R32: a key of a user without rights is code 12 and names the role; nothing else is begun", async () => {
    const { shop, rig } = await open({ role: "customer" });
    const run = await rig.import();
    expect(run.exit).toBe(12);
    expect((run.error as Error & { hint: string }).hint).toMatch(/shop manager or administrator/);
    expect(shop.requests.filter(({ url }) => url.includes("/products?"))).toHaveLength(1);
    expect(rig.text()).toBe("");
    await expectSound(rig, run);
  });

  test("R32: a key that may read products and not the settings: code 4 names the options to set; set, all is well", async () => {
    const { shop, rig } = await open();
    const forbidden: Fault = {
      name: "forbidden",
      instead: () => ({
        status: 403,
        headers: {},
        json: { code: "woocommerce_rest_cannot_view", message: "Sorry, you cannot view this resource." },
      }),
    };
    shop.faults.add(script(forbidden, ({ path }) => path.includes("/settings/") || path.includes("/store/")));
    const run = await rig.import();
    expect(run).toMatchObject({ exit: 4, error: { code: "unknown-units" } });
    expect((run.error as Error & { hint: string }).hint).toContain("source.weightUnit");
    expect(rig.text()).toBe("");
    const told = await rig.import({ settings: { weightUnit: "lbs", dimensionUnit: "in" } });
    expect(told.exit).toBe(0);
    await expectSound(rig, told);
    expectWhole(rig, told);
  });
});
