import { describe, expect, test } from "@jest/globals";
import type { FaultScript } from "../../src/sandbox/woocommerce/fault.js";
import { sampleCatalogue } from "../../src/sandbox/woocommerce/catalogue.js";
import { startWooShop, type WooShop } from "../../src/sandbox/woocommerce/server.js";
import { channelSuite } from "../conformance/channel.js";
import { createFakeClock } from "../support/fake-clock.js";
import { openWoo } from "../support/woo-bed.js";

const text = "  R&amp;D <b>Tent</b>\t\u202e日本 ";

/** Answers a request in the shop's place, as a server before it does. */
function instead(
  status: number,
  of: (n: number, path: string) => boolean,
  headers: Record<string, string> = {},
): FaultScript {
  return {
    onRequest: (n, { path }) =>
      of(n, path) ? { name: `${status}`, instead: () => ({ status, headers, text: "no" }) } : undefined,
  };
}

const refused = {
  status: 401,
  headers: { "Content-Type": "application/json; charset=UTF-8" },
  json: {
    code: "woocommerce_rest_cannot_view",
    message: "Sorry, you cannot list resources.",
    data: { status: 401 },
  },
};

describe("src/channels/woocommerce/index.ts", () => {
  channelSuite("woocommerce", async ({ empty }) => {
    const clock = createFakeClock({ autoAdvance: true, now: Date.UTC(2026, 10, 24, 8) });
    const shop: WooShop = await startWooShop({
      catalogue: sampleCatalogue({ products: empty ? 0 : 230, odd: false }),
      clock: () => clock.now(),
    });
    const { consumerKey, consumerSecret } = shop.key;
    const keys = shop.store.rows.map(({ id }) => String(id));
    const simple = shop.store.rows.filter(({ type }) => type === "simple");
    const subject = simple[40]?.id ?? 0;
    if (!empty) shop.editBySql(subject, { name: text });
    const logs: string[] = [];
    const open = () => {
      const client = openWoo(shop.url, { settings: { consumerKey, consumerSecret }, clock });
      return { ...client, take: () => logs.push(...client.logs.splice(0)) };
    };
    const first = open();
    return {
      channel: first.channel,
      clock,
      keys,
      text: { key: String(subject), field: "name", value: text },
      fields: ["name", "sku", "price", "weight", "dimensions", "images", "attributes", "categories"],
      secrets: [
        consumerKey,
        consumerSecret,
        encodeURIComponent(Buffer.from(`${consumerKey}:`).toString("base64")),
      ],
      get logs() {
        first.take();
        return logs;
      },
      calls: () => shop.requests.length,
      fault: (fault) => {
        if (fault === "unauthorized") {
          shop.faults.add({
            onRequest: (_n, { path }) =>
              path.includes("/wc/v3") ? { name: "401", instead: () => refused } : undefined,
          });
        } else if (fault === "broken") shop.faults.add(instead(503, () => true));
        else if (fault === "broken-once") shop.faults.add(instead(503, (n) => n === 3));
        else if (fault === "throttled-once")
          shop.faults.add(instead(429, (n) => n === 3, { "Retry-After": "7" }));
        else shop.faults.add("crash-record", { id: simple[60]?.id ?? 0 });
      },
      touch: async (key) => {
        await clock.advance(3_600_000);
        shop.edit(Number(key), { regular_price: "12.50" });
      },
      reopen: () => open().channel,
      close: () => shop.close(),
    };
  });

  test("signs over http and sends Basic over https", async () => {
    const shop = await startWooShop({ products: 3 });
    try {
      expect(openWoo(shop.url).channel.account).toBe(shop.url);
      expect(openWoo("https://shop.example/store/?a=1#b").channel.account).toBe("https://shop.example/store");
    } finally {
      await shop.close();
    }
  });
});
