import { describe } from "@jest/globals";
import type { FaultScript } from "../../src/sandbox/fault.js";
import type { AmazonAnswer, AmazonRequest } from "../../src/sandbox/amazon/answer.js";
import { startAmazonShop } from "../../src/sandbox/amazon/server.js";
import { type ChannelFault, channelSuite } from "../conformance/channel.js";
import { openAmazon } from "../support/amazon-bed.js";
import { createFakeClock } from "../support/fake-clock.js";

const text = '  "R&amp;D <b>Tent</b>\u202e日本 ';

/** Answers requests in Amazon's place. */
function instead(
  status: number,
  of: (n: number) => boolean,
  headers: Record<string, string> = {},
): FaultScript<AmazonRequest, AmazonAnswer> {
  const json = { errors: [{ code: "Refused", message: "no", details: "" }] };
  return {
    onRequest: (n) =>
      of(n) ? { name: String(status), instead: () => ({ status, headers, json }) } : undefined,
  };
}

// In the report path the 7th request asks the catalogue; in the listings path any is in the middle.
const middle = (n: number): boolean => n === 7;

for (const way of ["report", "listings"] as const) {
  describe("src/channels/amazon/index.ts", () => {
    channelSuite(`amazon, by ${way}`, async ({ empty }) => {
      const clock = createFakeClock({ autoAdvance: true, now: Date.UTC(2026, 10, 24, 8) });
      const shop = await startAmazonShop({
        listings: empty ? 0 : 130,
        odd: false,
        clock: () => clock.now(),
        whenEmpty: "header-only",
        withSellerId: way === "listings",
      });
      const kept = new Map<string, string>();
      const skus = shop.skus(way);
      const subject = skus[40] ?? "";
      if (!empty) shop.edit(subject, { name: text });
      const logs: string[] = [];
      const clients: ReturnType<typeof openAmazon>[] = [];
      const open = () => {
        const client = openAmazon(shop, clock, { kept });
        clients.push(client);
        return client.channel;
      };
      const faults: Readonly<Record<ChannelFault, () => void>> = {
        unauthorized: () => shop.faults.add(instead(401, () => true)),
        broken: () => shop.faults.add(instead(503, () => true)),
        "broken-once": () => shop.faults.add(instead(503, middle)),
        "throttled-once": () => shop.faults.add(instead(429, middle, { "Retry-After": "7" })),
        "bad-record": () =>
          shop.faults.add(
            way === "report"
              ? "bad-row"
              : {
                  onRequest: (_n, { operation }) =>
                    operation === "searchListingsItems" ? { name: "no sku", answer: withoutSku } : undefined,
                },
          ),
      };
      return {
        channel: open(),
        clock,
        keys: skus,
        text: { key: subject, field: "item-name", value: text },
        fields: ["seller-sku", "item-name", "price", "quantity", "asin1", "product-id", "status", "catalog"],
        secrets: [...Object.values(shop.credentials), "Atza|"],
        get logs() {
          for (const client of clients) logs.push(...client.logs.splice(0));
          return logs;
        },
        calls: () => shop.requests.length,
        fault: (fault) => faults[fault](),
        touch: async (key) => {
          await clock.advance(3_600_000);
          shop.edit(key, { price: "12.50" });
        },
        reopen: open,
        close: () => shop.close(),
      };

      /** Spoils one listing, wherever it comes. */
      function withoutSku(answer: AmazonAnswer): AmazonAnswer {
        const page = answer.json as { readonly items?: readonly { readonly sku: string }[] };
        const items = page.items?.map((item) => (item.sku === skus[60] ? { ...item, sku: undefined } : item));
        return { ...answer, json: { ...page, items } };
      }
    });
  });
}
