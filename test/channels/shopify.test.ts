import { describe } from "@jest/globals";
import type { FaultScript } from "../../src/sandbox/fault.js";
import { refuse, type ShopifyAnswer, type ShopifyRequest } from "../../src/sandbox/shopify/answer.js";
import { channelSuite } from "../conformance/channel.js";
import { createShopifyBed } from "../support/shopify-bed.js";

const text = "  R&amp;D <b>Tent</b>\t\u202e日本 ";

/** Answers a request in the shop's place. */
function instead(
  status: number,
  of: (n: number) => boolean,
  headers: Record<string, string> = {},
): FaultScript<ShopifyRequest, ShopifyAnswer> {
  const answer = { ...refuse(status, "no"), headers };
  return { onRequest: (n) => (of(n) ? { name: `${status}`, instead: () => answer } : undefined) };
}

describe("src/channels/shopify/index.ts", () => {
  channelSuite("shopify", async ({ empty }) => {
    const bed = createShopifyBed();
    const { clock } = bed;
    const shop = await bed.openShop({ products: empty ? 0 : 300 });
    const keys = [...shop.variants];
    const subject = keys[40] ?? "";
    if (!empty) shop.edit(subject, { barcode: text }, { silent: true });
    const logs: string[] = [];
    const open = () => {
      const client = bed.openClient(shop);
      return { ...client, take: () => logs.push(...client.logs.splice(0)) };
    };
    const first = open();
    const faults = {
      unauthorized: () => shop.faults.add(instead(401, () => true)),
      "throttled-once": () => shop.faults.add(instead(429, (n) => n === 4, { "Retry-After": "7" })),
      "broken-once": () => shop.faults.add(instead(503, (n) => n === 4)),
      broken: () => shop.faults.add(instead(503, () => true)),
      "bad-record": () => shop.faults.add("bad-record"),
    };
    return {
      channel: first.channel,
      clock,
      keys,
      text: { key: subject, field: "barcode", value: text },
      fields: [
        "sku",
        "title",
        "barcode",
        "price",
        "product",
        "inventoryItem",
        "quantity",
        "images",
        "selectedOptions",
      ],
      secrets: [shop.accessToken],
      get logs() {
        first.take();
        return logs;
      },
      calls: () => shop.requests.length,
      fault: (fault) => void faults[fault](),
      async touch(key) {
        await clock.advance(3_600_000);
        shop.edit(key, { price: "77.10" });
      },
      reopen: () => open().channel,
      close: () => bed.close(),
    };
  });
});
