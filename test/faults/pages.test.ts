import { describe, expect, test } from "@jest/globals";

import type { Answer, WooRequest } from "../../src/sandbox/woocommerce/answer.js";
import { sampleCatalogue } from "../../src/sandbox/woocommerce/catalogue.js";
import type { Fault } from "../../src/sandbox/woocommerce/fault.js";
import { emptyShopLaw, endlessPagesLaw, expectNotCalled, shortListLaw } from "./laws.js";
import { expectRepaired, expectSound, expectWhole, inOrder } from "./rig.js";
import { met, script } from "./script.js";
import { createWooRigs, importable, isList, isProducts, pageOf } from "./woo-rig.js";

const { bed, open } = createWooRigs();

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

  const empty: Fault = {
    name: "empty",
    answer: (answer) => ({
      ...answer,
      headers: { ...answer.headers, "X-WP-Total": "0", "X-WP-TotalPages": "0" },
      json: [],
    }),
  };

  shortListLaw(
    bed.clock,
    () => open({ products: 330 }),
    (shop) => {
      shop.edit(shop.store.rows[0]?.id ?? 0, { name: "Edited meanwhile" });
      return "Edited meanwhile";
    },
    script(empty, (request) => isProducts(request) && pageOf(request) > 1),
  );
  emptyShopLaw(open, script(empty, isList));

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

  endlessPagesLaw(() => open({ products: 430 }), "repeat-page", {
    code: "endless-pages",
    calls: (shop) => met(shop, "repeat-page"),
    most: 2,
  });

  test("R28, R33: a next page or a redirect on another host gets no call and no key", async () => {
    await expectNotCalled(async (target) => {
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
      await expectRepaired(rig);
    });
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

  test("R12: pages that are too large to be held are read in parts, and a record that is too large by itself is named", async () => {
    const { shop, rig } = await open({
      catalogue: sampleCatalogue({ products: 230, odd: false, variable: false }),
    });
    const family = shop.add({ name: "Family", sku: "", type: "variable" });
    const variation = (sku: string): number => shop.add({ parent_id: family, sku });
    for (let nth = 0; nth < 20; nth += 1) variation(`CHILD-${nth}`);
    const large = "x".repeat(50_000);
    const rows = shop.store.rows.map(({ id }) => id);
    const huge = [rows[0], rows[1], rows[2], rows[99], rows[100], rows[229], variation("LARGE")].map(
      (id) => id ?? 0,
    );
    for (const id of huge) shop.edit(id, { description: large });
    const run = await rig.import({ http: { maxBodyBytes: 40_000 } });
    expect(run.exit).toBe(3);
    await expectSound(rig, run);
    expectWhole(rig, run);
    const rejected = run.list.filter(({ outcome }) => outcome === "rejected");
    expect(rejected.map(({ key }) => Number(key)).sort((a, b) => a - b)).toEqual(huge);
    for (const { code, message } of rejected) {
      expect(code).toBe("unreadable");
      expect(message).toContain("this record alone is too large");
    }
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
