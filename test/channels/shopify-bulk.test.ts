import { afterEach, describe, expect, test } from "@jest/globals";
import type { ShopifyShop, ShopifyShopOptions } from "../../src/sandbox/shopify/server.js";
import { keysOf, never, readPages, recordsOf } from "../conformance/channel.js";
import { createShopifyBed } from "../support/shopify-bed.js";

const bed = createShopifyBed();
const { openClient, clock } = bed;

afterEach(() => bed.close());

/** Points come back so slowly that three pages take longer than an export is worth. */
const slow = { bucket: { maximum: 20_000, restoreRate: 0.02 }, products: 200 };

async function openSlow(options: ShopifyShopOptions = {}): Promise<ShopifyShop> {
  return bed.openShop({ ...slow, ...options });
}

const sent = (shop: ShopifyShop, name: string): number =>
  shop.requests.filter(({ body }) => new RegExp(`"(?:query|mutation) ${name}\\b`).test(body)).length;

describe("src/channels/shopify/bulk-read.ts", () => {
  test("an export gives the same records as pages do, in far fewer requests", async () => {
    const shop = await openSlow();
    const client = openClient(shop);
    const byExport = recordsOf(await readPages(client.channel));
    expect(client.warnings).toEqual([]);
    expect([sent(shop, "StartExport"), sent(shop, "VariantPage"), shop.downloads.requests.length]).toEqual([
      2, 1, 2,
    ]);
    const fast = await bed.openShop({ products: slow.products });
    const byPages = recordsOf(await readPages(openClient(fast).channel));
    expect(sent(fast, "StartExport")).toBe(0);
    // Where media stand is the only thing that an export tells in another way.
    const bare = (records: typeof byPages) =>
      records.map((record) => {
        const { media: _media, product, ...fields } = record.fields;
        const { media: _images, ...rest } = product as Record<string, unknown>;
        return { ...record, fields: { ...fields, product: rest } };
      });
    expect(bare(byExport)).toEqual(bare(byPages));
  });

  test("nothing is exported that the table does not read", async () => {
    const shop = await openSlow({ products: 900 });
    const records = recordsOf(await readPages(openClient(shop).channel, { fields: ["sku", "product"] }));
    expect(records.map(({ key }) => key).sort()).toEqual([...shop.variants].sort());
    expect(sent(shop, "StartExport")).toBe(1);
    expect(shop.requests.find(({ body }) => body.includes("StartExport"))?.body).not.toMatch(
      /inventoryLevel|media/,
    );
  });

  test("a variant whose product tells no status cannot be judged, whichever way it comes", async () => {
    for (const options of [slow, { products: slow.products }]) {
      const shop = await bed.openShop(options);
      const product = shop.store.products.at(-2);
      shop.editProduct(product?.id ?? "", { status: 7 as never });
      const pages = await readPages(openClient(shop).channel);
      const keys = product?.variants.map(({ id }) => id) ?? [];
      expect(pages.flatMap(({ rejects }) => rejects).map(({ key }) => key)).toEqual(keys);
      expect(keysOf(pages)).toEqual(shop.variants.filter((id) => !keys.includes(id)).sort());
    }
  });

  test("one that is stuck is cancelled, and nothing that is not ours", async () => {
    const shop = await openSlow();
    shop.faults.add("bulk-stalled");
    await readPages(openClient(shop).channel);
    const ids = (name: string) =>
      shop.requests
        .filter(({ body }) => body.includes(`mutation ${name}`) || body.includes(`query ${name}`))
        .map(({ body }) => (JSON.parse(body) as { variables: { id: string } }).variables.id);
    expect(ids("CancelExport").length).toBeGreaterThan(0);
    expect(sent(shop, "RunningExports")).toBe(0);
    expect(ids("ExportState")).toEqual(expect.arrayContaining([ids("CancelExport")[0]]));
  });

  test("another process goes on with the same export, wherever the first one stopped", async () => {
    const shop = await openSlow({ products: 400 });
    const whole = await readPages(openClient(shop).channel);
    for (const [index, { resume }] of whole.entries()) {
      const before = sent(shop, "StartExport");
      const kept = whole.slice(0, index + 1).flatMap(({ records }) => records.map(({ key }) => key));
      const rest = keysOf(await readPages(openClient(shop).channel, { resume: resume ?? "" }));
      expect([...kept, ...rest].sort()).toEqual([...shop.variants].sort());
      // Only the first page's token knows of no export yet.
      expect(sent(shop, "StartExport") - before).toBe(index === 0 ? 2 : 0);
    }
    expect(whole.length).toBeGreaterThan(3);
  });

  test("an abort stops the wait and leaves the export to whoever resumes", async () => {
    const shop = await openSlow();
    shop.faults.add("bulk-stalled");
    const abort = new AbortController();
    const pages = openClient(shop).channel.read({}, abort.signal)[Symbol.asyncIterator]();
    await pages.next();
    await pages.next();
    const waiting = pages.next();
    abort.abort();
    await expect(waiting).rejects.toMatchObject({ exitCode: 130 });
    expect(sent(shop, "CancelExport")).toBe(0);
  });

  test("rows that were deleted and added meanwhile leave the read complete", async () => {
    const shop = await openSlow();
    const pages = openClient(shop).channel.read({}, never())[Symbol.asyncIterator]();
    const keys: string[] = [];
    const first = await pages.next();
    if (first.done !== true) keys.push(...first.value.records.map(({ key }) => key));
    await clock.advance(60_000);
    shop.remove(shop.variants.at(-1) ?? "");
    const added = shop.add({ sku: "NEW-1" });
    for (let next = await pages.next(); next.done !== true; next = await pages.next()) {
      keys.push(...next.value.records.map(({ key }) => key));
    }
    expect(keys).toContain(added);
    expect([...keys].sort()).toEqual([...shop.variants].sort());
  });

  test("an export without a result is an empty shop only if the count says so", async () => {
    const shop = await openSlow();
    shop.faults.add({
      onRequest: (_n, { query }) =>
        query.startsWith("query ExportState")
          ? {
              name: "nothing",
              answer: (answer) => {
                const text = JSON.stringify(answer.body).replace(/"url":"[^"]*"/, '"url":null');
                return { ...answer, body: JSON.parse(text) as unknown };
              },
            }
          : undefined,
    });
    const client = openClient(shop);
    expect(keysOf(await readPages(client.channel))).toEqual([...shop.variants].sort());
    expect(client.warnings.join()).toContain("gives nothing");
  });
});
