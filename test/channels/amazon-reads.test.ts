import { afterEach, describe, expect, test } from "@jest/globals";
import { ConfigError } from "../../src/errors.js";
import { failureOf, keysOf, readPages, recordsOf } from "../conformance/channel.js";
import { callsOf, createAmazonBed } from "../support/amazon-bed.js";

const bed = createAmazonBed();
afterEach(() => bed.close());

const plain = { settings: { enrich: false } };

describe("src/channels/amazon/read.ts", () => {
  test("the catalogue is left alone where nobody reads it", async () => {
    const shop = await bed.openShop({ listings: 60, odd: false });
    const off = await readPages(bed.openClient(shop, plain).channel);
    const unread = await readPages(bed.openClient(shop).channel, { fields: ["seller-sku", "price"] });
    expect(callsOf(shop)["GET catalog"]).toBeUndefined();
    for (const record of [...recordsOf(off), ...recordsOf(unread)]) {
      expect(record.fields).not.toHaveProperty("catalog");
    }
  });

  test.each(["catalog-bad-asin", "catalog-refused-asin"])(
    "%s: the one ASIN is found, its row comes without",
    async (fault) => {
      const shop = await bed.openShop({ listings: 60, odd: false });
      shop.faults.add(fault, { id: 27 });
      const { channel, warnings } = bed.openClient(shop);
      const records = recordsOf(await readPages(channel));
      const without = records.filter(({ fields }) => fields["catalog"] === undefined);
      expect(without.map(({ fields }) => fields["asin1"])).toEqual([[...shop.rows()][27]?.asin]);
      expect(records).toHaveLength(60);
      expect(warnings).toEqual([expect.stringContaining("catalogue fails for ASIN")]);
      expect(callsOf(shop)["GET catalog"]).toBeLessThan(30);
    },
  );

  test("the merchant's stock is that of rows that the merchant sends", async () => {
    const shop = await bed.openShop({ listings: 60, odd: false });
    const amazons = [...shop.rows()].find(({ channel }) => channel === "AMAZON_NA");
    shop.edit(amazons?.sku ?? "", { quantity: "7" });
    const quantities = await quantitiesOf(shop, {});
    for (const { sku, channel, quantity } of shop.rows()) {
      expect([sku, quantities.get(sku)]).toEqual([sku, channel === "DEFAULT" ? quantity : ""]);
    }
  });

  test("Amazon's stock is what it can sell of rows of that channel", async () => {
    const shop = await bed.openShop({ listings: 260, odd: false, limits: false });
    const quantities = await quantitiesOf(shop, { inventoryLocation: "AMAZON_NA" });
    for (const { sku, channel, fulfillable } of shop.rows()) {
      expect([sku, quantities.get(sku)]).toEqual([sku, channel === "AMAZON_NA" ? String(fulfillable) : ""]);
    }
  });

  test("a location that no row has is a config error that names those there are", async () => {
    const shop = await bed.openShop({ listings: 60, odd: false });
    for (const [inventoryLocation, hint] of [
      ["AMAZON_EU", "There are AMAZON_NA, DEFAULT."],
      ["Berlin", "DEFAULT (your own stock)"],
    ] as const) {
      const { channel } = bed.openClient(shop, { settings: { enrich: false, inventoryLocation } });
      const error = await failureOf(readPages(channel));
      expect(error).toBeInstanceOf(ConfigError);
      expect(error).toMatchObject({ faults: [{ path: "options.inventoryLocation" }] });
      expect(error.hint).toContain(hint);
    }
  });

  test("a small shop is read by the Listings API, in the report's words", async () => {
    const shop = await bed.openShop({ listings: 90, odd: false, withSellerId: true });
    const byListings = await readPages(bed.openClient(shop, plain).channel);
    expect(callsOf(shop)).toEqual({ "POST auth": 1, "GET listings": 5 });
    expect(byListings[0]).toMatchObject({ declared: 90, basis: "ATVPDKIKX0DER USD" });
    shop.faults.add("listings-refused");
    const { channel, warnings } = bed.openClient(shop, plain);
    const byReport = recordsOf(await readPages(channel));
    expect(warnings).toEqual([expect.stringContaining("the listings report is used")]);
    const common = ["seller-sku", "item-name", "asin1", "product-id", "product-id-type", "price", "quantity"];
    common.push("fulfillment-channel");
    const told = (records: ReturnType<typeof recordsOf>) =>
      records.map(({ key, fields, address }) => [key, address, ...common.map((name) => fields[name])]).sort();
    expect(told(recordsOf(byListings))).toEqual(told(byReport));
  });

  test("a large shop is read by the report", async () => {
    const shop = await bed.openShop({ listings: 1001, odd: false, withSellerId: true });
    expect(keysOf(await readPages(bed.openClient(shop, plain).channel))).toHaveLength(1001);
    expect(callsOf(shop)).toMatchObject({ "GET listings": 1, "POST reports": 1 });
  });

  test("listings that were declared and did not come are missed", async () => {
    const shop = await bed.openShop({ listings: 50, odd: false, withSellerId: true });
    shop.faults.add({
      onRequest: (_n, { operation }) =>
        operation === "searchListingsItems"
          ? {
              name: "short",
              answer: (answer) => ({ ...answer, json: { ...(answer.json as object), numberOfResults: 51 } }),
            }
          : undefined,
    });
    const error = await failureOf(readPages(bed.openClient(shop, plain).channel));
    expect(error).toMatchObject({
      code: "listings-short",
      message: "Amazon declared 51 listings and sent 50",
    });
  });

  async function quantitiesOf(
    shop: Awaited<ReturnType<typeof bed.openShop>>,
    settings: { readonly inventoryLocation?: string },
  ): Promise<ReadonlyMap<string, unknown>> {
    const { channel } = bed.openClient(shop, { settings: { enrich: false, ...settings } });
    return new Map(recordsOf(await readPages(channel)).map(({ key, fields }) => [key, fields["quantity"]]));
  }
});
