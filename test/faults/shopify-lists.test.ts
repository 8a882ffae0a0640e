import { describe, expect, test } from "@jest/globals";

import type { ShopifyAnswer } from "../../src/sandbox/shopify/answer.js";
import type { ShopifyShop, ShopifyShopOptions } from "../../src/sandbox/shopify/server.js";
import { emptyShopLaw, shortListLaw } from "./laws.js";
import { expectDone, expectRepaired, expectSound, expectWhole, inOrder, type Rig } from "./rig.js";
import { script } from "./script.js";
import {
  createShopifyRigs,
  isPage,
  refusal,
  sent,
  type ShopifyFault,
  type ShopifyOpened,
  smallPages,
} from "./shopify-rig.js";
import { watched } from "./watched.js";

const { bed, open: openNew } = createShopifyRigs();

async function open(options: ShopifyShopOptions = {}): Promise<ShopifyOpened> {
  const { shop, rig } = await openNew(options);
  // Nobody's price has seventeen digits; here everything has to be well.
  const costly = shop.store.variants.find((row) => shop.store.variant(row).sku === "ODD-COSTLY");
  if (costly !== undefined) shop.edit(costly.id, { price: "1.00" }, { silent: true });
  await bed.clock.advance(3_600_000);
  return { shop, rig };
}

/** Points come back so slowly that a few small pages take longer than an export is worth. */
async function openSlow(products = 60): Promise<ShopifyOpened> {
  const opened = await open({ bucket: { maximum: 20_000, restoreRate: 0.02 }, products });
  opened.shop.faults.add(smallPages(20));
  return opened;
}

/** Something else in the place of the variants of a page. */
function listed(change: (list: { nodes: unknown[]; pageInfo: object }) => object): ShopifyFault {
  return {
    name: "listed",
    answer: (answer): ShopifyAnswer => {
      const { data } = answer.body as {
        data: { productVariants: { nodes: unknown[]; pageInfo: object } };
      };
      return { ...answer, body: { data: { productVariants: change(data.productVariants) } } };
    },
  };
}

const nothing = listed(() => ({ nodes: [], pageInfo: { hasNextPage: false, endCursor: null } }));

const noCount: ShopifyFault = {
  name: "no count",
  answer: (answer) => {
    const text = JSON.stringify(answer.body).replace(/"count":\d+/g, '"count":0');
    return { ...answer, body: JSON.parse(text) as unknown };
  },
};

describe("pages that do not add up", () => {
  test.each([
    ["R26: empty pages in the middle", "empty-page"],
    ["R29: pages that hold fewer than asked for", undefined],
  ])("%s lose nothing", async (_name, fault) => {
    const { shop, rig } = await open();
    shop.faults.add(smallPages(10));
    if (fault !== undefined) shop.faults.add(fault, { every: 3 });
    await expectDone(rig, await rig.import());
    await expectRepaired(rig);
  });

  test("R29: pages that hold more than asked for lose nothing", async () => {
    const { shop, rig } = await open({ products: 90, odd: false, variantsPerProduct: 3 });
    const more: ShopifyFault = {
      name: "more",
      request: (request) => ({ ...request, variables: { ...request.variables, first: 250 } }),
    };
    shop.faults.add("big-page", { share: 0.2, times: 2 });
    shop.faults.add(script(more, (request) => isPage(request) && request.variables["first"] !== 250));
    const run = await rig.import();
    expect(run.exit).toBe(0);
    expectWhole(rig, run);
    await expectRepaired(rig);
  });

  const openSmall = async (): Promise<ShopifyOpened> => {
    const opened = await open();
    opened.shop.faults.add(smallPages(20));
    return opened;
  };

  shortListLaw(
    bed.clock,
    openSmall,
    (shop) => {
      shop.edit(shop.variants[0] ?? "", { barcode: "edited meanwhile" });
      return "edited meanwhile";
    },
    script(nothing, ({ variables }) => typeof variables["after"] === "string"),
  );
  emptyShopLaw(open, {
    onRequest: (_n, request) => (isPage(request) ? nothing : noCount),
  });

  test("R27: variants come and go before each page: none that stays is missed, none is invented", async () => {
    const { shop, rig } = await open({ products: 80 });
    const there = new Set(rig.importable().values());
    shop.faults.add(smallPages(20));
    shop.faults.add("drift", { times: 20 });
    const run = await rig.import();
    expect([0, 8]).toContain(run.exit);
    await expectSound(rig, run);
    const written = new Set(rig.skus());
    const stayed = [...rig.importable().values()].filter((sku) => there.has(sku));
    expect(stayed.filter((sku) => !written.has(sku))).toEqual([]);
    expect(stayed.length).toBeLessThan(there.size);
    shop.faults.clear();
    expect((await rig.import()).exit).toBe(0);
    const standing = new Set(rig.skus());
    expect([...rig.importable().values()].filter((sku) => !standing.has(sku))).toEqual([]);
  });

  test("R28: a page that leads back to itself is seen within two extra calls: code 6, nothing is written", async () => {
    const { shop, rig } = await open();
    await rig.import();
    const [before, calls] = [rig.text(), sent(shop, "VariantPage")];
    shop.faults.add(smallPages(20));
    shop.faults.add("repeated-cursor");
    const run = await rig.import();
    expect(run).toMatchObject({ exit: 6, error: { code: "endless-list" } });
    expect(sent(shop, "VariantPage") - calls).toBeLessThanOrEqual(3);
    expect(rig.text()).toBe(before);
    await expectSound(rig, run);
    await expectRepaired(rig);
  });

  test("R28: a page that comes twice, under a cursor of its own, is noticed: a second look finds the rest, and no record comes twice", async () => {
    const { shop, rig } = await open();
    let kept: unknown[] | undefined;
    const twice = listed((list) => ({ ...list, nodes: (kept ??= list.nodes) }));
    shop.faults.add(smallPages(20));
    shop.faults.add(script(twice, ({ variables }) => typeof variables["after"] === "string", { times: 2 }));
    const run = await rig.import();
    // The second look finds everything.
    expect(run.exit).toBe(0);
    expect(run.events.some(({ kind }) => kind === "second-look")).toBe(true);
    await expectSound(rig, run);
    expectWhole(rig, run);
  });

  test("a run that was killed in the middle of its pages asks again for the one in flight only", async () => {
    const { shop, rig } = await open();
    shop.faults.add(smallPages(20));
    await expect(killedAtPage(rig, 3)).rejects.toThrow("killed");
    const before = sent(shop, "VariantPage");
    expect(before).toBe(3);
    const run = await rig.import();
    expect(run.exit).toBe(0);
    expect(sent(shop, "VariantPage")).toBe(Math.ceil(shop.variants.length / 20) + 1);
    await expectSound(rig, run);
    expectWhole(rig, run);
    await expectRepaired(rig);
  });
});

/** Before the nth page is kept, nothing reaches the state any more, as behind a kill -9. */
async function killedAtPage(rig: Rig<ShopifyShop>, nth: number): Promise<void> {
  let pages = 0;
  const die = (call: string): void => {
    if (call === "stage") pages += 1;
    if (pages >= nth) throw new Error("killed");
  };
  await rig.import({ wrap: ({ store }) => ({ store: watched(store, die) }) });
}

describe("R35: exports of the whole catalogue", () => {
  test.each([
    "bulk-refused",
    "bulk-limit",
    "bulk-invalid",
    "bulk-failed",
    "bulk-partial",
    "bulk-canceled",
    "bulk-expired",
    "bulk-stalled",
    "bulk-torn",
    "bulk-short",
  ])("R35: %s: pages bring the rest, and the catalogue is whole", async (fault) => {
    const { shop, rig } = await openSlow();
    shop.faults.add(fault);
    const run = await rig.import();
    expect(run.exit).toBe(0);
    expect(rig.logs.join("\n")).toContain("it is read page by page");
    expect(sent(shop, "VariantPage")).toBe(Math.ceil(shop.variants.length / 20));
    await expectSound(rig, run);
    expectWhole(rig, run);
  });

  test("R35: children before their parents, and a download that breaks: the export is taken, images and all", async () => {
    const { shop, rig } = await openSlow();
    shop.faults.add("bulk-cut");
    const byExport = await rig.import();
    expect(byExport.exit).toBe(0);
    expect([sent(shop, "StartExport"), sent(shop, "VariantPage")]).toEqual([2, 1]);
    await expectSound(rig, byExport);
    expectWhole(rig, byExport);
    const exported = rig.text();
    shop.faults.clear();
    shop.faults.add(smallPages(20));
    shop.faults.add("bulk-refused");
    // Page by page nothing looks different.
    const byPages = await rig.import();
    expect(byPages.report.counts).toMatchObject({ created: 0, updated: 0, missing: 0 });
    expect(rig.text()).toBe(exported);
  });

  test.each<[string, (text: string) => string]>([
    ["is no web address", (text) => text.replace(/"url":"[^"]*"/, '"url":"ftp://x/y"')],
    ["has expired", (text) => text.replace(/Signature=\w+/, "Signature=expired")],
    ["is none, for the images alone", (text) => text.replace(/"url":"[^"]*bulk-2[^"]*"/, '"url":null')],
    [
      "gives another number of lines than declared",
      (text) => text.replace(/"objectCount":"\d/, '"objectCount":"9'),
    ],
  ])("R35: the address of a result %s: pages bring the rest", async (_name, change) => {
    const { shop, rig } = await openSlow();
    const bent: ShopifyFault = {
      name: "bent",
      answer: (answer) => ({
        ...answer,
        body: JSON.parse(change(JSON.stringify(answer.body))) as unknown,
      }),
    };
    shop.faults.add(script(bent, ({ query }) => query.startsWith("query ExportState")));
    const run = await rig.import();
    expect(run.exit).toBe(0);
    expect(rig.logs.join("\n")).toContain("it is read page by page");
    await expectSound(rig, run);
    expectWhole(rig, run);
    expect(rig.products().some((product) => product.image_url_1 !== undefined)).toBe(true);
  });

  test("R35: polls that fail for a while are repeated; when they keep failing, the export is left and pages come", async () => {
    for (const times of [6, Infinity]) {
      const { shop, rig } = await openSlow();
      shop.faults.add(
        script(refusal(503), ({ query }) => query.startsWith("query ExportState"), { from: 2, times }),
      );
      const run = await rig.import();
      expect(run.exit).toBe(0);
      expect(sent(shop, "VariantPage")).toBe(times === 6 ? 1 : Math.ceil(shop.variants.length / 20));
      await expectSound(rig, run);
      expectWhole(rig, run);
    }
  });

  test("R35: a run that was killed in the middle of a result goes on with the same export", async () => {
    const { shop, rig } = await openSlow(450);
    // The first page, the page that names the export, and two of the result's.
    await expect(killedAtPage(rig, 4)).rejects.toThrow("killed");
    const run = await rig.import();
    expect(run.exit).toBe(0);
    expect([sent(shop, "StartExport"), sent(shop, "VariantPage")]).toEqual([2, 1]);
    await expectSound(rig, run);
    expectWhole(rig, run);
    expect(run.report.counts.read).toBe(shop.variants.length);
  });

  test("R35: no token goes to the host of the results", async () => {
    const { shop, rig } = await openSlow();
    await rig.import();
    expect(shop.downloads.requests).toHaveLength(2);
    for (const { headers, url } of shop.downloads.requests) {
      expect(JSON.stringify([headers, url])).not.toContain(shop.accessToken);
    }
    expect(rig.skus()).toEqual(inOrder(rig.importable().values()));
  });
});
