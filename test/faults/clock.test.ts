import { describe, expect, test } from "@jest/globals";

import { sampleCatalogue } from "../../src/sandbox/woocommerce/catalogue.js";
import { keysOf, readPages } from "../conformance/channel.js";
import { createFakeClock } from "../support/fake-clock.js";
import { openWoo } from "../support/woo-bed.js";
import { expectRepaired, expectSound } from "./rig.js";
import { createWooRigs } from "./woo-rig.js";

const { bed, rigOn } = createWooRigs();

const hour = 3_600_000;
const day = 24 * hour;
const minute = 60_000;

describe("clocks", () => {
  test("R7: a cursor from the year 2999 changes nothing for an import: all is read, and the cursor comes back to its senses", async () => {
    const shop = await bed.openShop({ products: 60 });
    const rig = rigOn(shop);
    const today = bed.clock.now();
    bed.clock.jump(Date.UTC(2999, 11, 31) - today);
    await rig.import();
    const cursor = (): Promise<string | undefined> =>
      rig.ask(async (store, { connection }) => (await store.connection(connection))?.cursor);
    expect(await cursor()).toMatch(/^2999-/);
    bed.clock.jump(today - bed.clock.now());
    const [product] = rig.products();
    shop.edit(Number(product?.product_id), { name: "Edited before the cursor" });
    const run = await rig.import();
    expect(run).toMatchObject({ exit: 0, report: { counts: { updated: 1 } } });
    expect(await cursor()).toMatch(/^2026-/);
    await expectRepaired(rig);
  });

  test.each([
    ["a day ahead", day],
    ["a day behind", -day],
    ["ten minutes behind", -10 * minute],
    ["in another time zone", 10.5 * hour],
  ])("R8: the cursor is the shop's clock when this machine's is %s", async (_name, off) => {
    const shop = await bed.openShop({ products: 60 });
    const rig = rigOn(shop, { clock: createFakeClock({ autoAdvance: true, now: bed.clock.now() + off }) });
    const began = bed.clock.now();
    const run = await rig.import();
    expect(run.exit).toBe(0);
    await expectSound(rig, run);
    const state = await rig.ask((store, { connection }) => store.connection(connection));
    const cursorMs = Date.parse(state?.cursor ?? "");
    expect(began - cursorMs).toBeGreaterThanOrEqual(5 * minute);
    expect(began - cursorMs).toBeLessThan(6 * minute);
    await expectRepaired(rig);
  });

  test("R8: this machine's clock jumps by a day, forth and back, in the middle of a run that waits", async () => {
    for (const jump of [day, -day]) {
      const shop = await bed.openShop({ products: 130 });
      const clock = createFakeClock({ autoAdvance: true, now: bed.clock.now() });
      const rig = rigOn(shop, { clock });
      shop.faults.add("rate-limit", { every: 3, retryAfter: 10 });
      shop.faults.add({
        onRequest: (n) => {
          if (n % 4 === 0) clock.jump(jump);
          return undefined;
        },
      });
      const run = await rig.import();
      expect(run.exit).toBe(0);
      await expectSound(rig, run);
      await expectRepaired(rig);
    }
  });

  test("R8: of 1,000 edits over the end of summer time, with this machine ten minutes behind, none is missed", async () => {
    const shop = await bed.openShop({
      catalogue: sampleCatalogue({
        products: 1000,
        odd: false,
        variable: false,
        facts: { timeZone: "America/New_York" },
      }),
    });
    // New York's clocks go back from 2:00 to 1:00 at 06:00 UTC on 1 November 2026.
    bed.clock.jump(Date.UTC(2026, 10, 1, 3) - bed.clock.now());
    const machine = createFakeClock({ autoAdvance: true, now: bed.clock.now() - 10 * minute });
    const { consumerKey, consumerSecret } = shop.key;
    const settings = { consumerKey, consumerSecret, auth: "basic" as const };
    const read = async (since?: string) => {
      const { channel } = openWoo(shop.url, { clock: machine, settings });
      return readPages(channel, since === undefined ? {} : { since });
    };
    const rows = shop.store.rows.map(({ id }) => id);
    let cursor = (await read())[0]?.cursor;
    const came = new Set<string>();
    for (let batch = 0; batch < 10; batch += 1) {
      for (const id of rows.slice(batch * 100, batch * 100 + 100)) {
        await bed.clock.advance(20_000);
        await machine.advance(20_000);
        shop.edit(id, { description: `edited at ${bed.clock.now()}` });
      }
      const pages = await read(cursor);
      // The edits of this batch and of the overlap, and not everything.
      expect(keysOf(pages).length).toBeLessThan(130);
      for (const key of keysOf(pages)) came.add(key);
      cursor = pages[0]?.cursor;
    }
    expect(bed.clock.now()).toBeGreaterThan(Date.UTC(2026, 10, 1, 8));
    expect(rows.filter((id) => !came.has(String(id)))).toEqual([]);
  });
});
