import { describe, expect, test } from "@jest/globals";
import type { EtsyAnswer, EtsyRequest } from "../../src/sandbox/etsy/answer.js";
import type { FaultScript } from "../../src/sandbox/fault.js";
import { channelSuite } from "../conformance/channel.js";
import { catalogueOf, createEtsyBed } from "../support/etsy-bed.js";

const title = "  R&amp;D &quot;Mug&quot; <b>\t\u202e日本 ";

/** Answers a request in the shop's place. */
function instead(answer: EtsyAnswer, of: (n: number) => boolean): FaultScript<EtsyRequest, EtsyAnswer> {
  return { onRequest: (n) => (of(n) ? { name: String(answer.status), instead: () => answer } : undefined) };
}

const refused = {
  status: 401,
  json: { error: "invalid_token", error_description: "access token is invalid" },
};
const page = { headers: { "Content-Type": "text/html" }, text: "<!DOCTYPE html><title>Oops</title>" };

describe("src/channels/etsy/index.ts", () => {
  channelSuite("etsy", async ({ empty }) => {
    const bed = createEtsyBed();
    const shop = await bed.openShop({ catalogue: catalogueOf(empty ? 0 : 230) });
    const rows = shop.store.listed("active");
    const key = shop.keys()[40] ?? "";
    if (!empty) shop.edit(Number(key.split(":")[0]), { title });
    const victim = rows[150];
    const logs: string[] = [];
    const open = () => {
      const client = bed.openClient(shop);
      return { ...client, take: () => logs.push(...client.logs.splice(0)) };
    };
    const first = open();
    return {
      channel: first.channel,
      clock: bed.clock,
      keys: shop.keys(),
      text: { key, field: "listing.title", value: title },
      fields: ["listing", "inventory", "product", "offering", "shared_quantity"],
      get secrets() {
        return [shop.key.keystring, shop.key.sharedSecret, ...shop.tokens];
      },
      get logs() {
        first.take();
        return logs;
      },
      calls: () => shop.requests.length,
      fault: (fault) => {
        if (fault === "unauthorized") shop.faults.add(instead(refused, () => true));
        else if (fault === "broken") shop.faults.add(instead({ status: 503, ...page }, () => true));
        else if (fault === "broken-once") shop.faults.add(instead({ status: 503, ...page }, (n) => n === 3));
        else if (fault === "throttled-once") {
          shop.faults.add(
            instead(
              { status: 429, headers: { "retry-after": "7" }, json: { error: "Too many" } },
              (n) => n === 3,
            ),
          );
        } else shop.faults.add("bad-listing", { id: victim?.id ?? 0 });
      },
      touch: async (touched) => {
        await bed.clock.advance(3_600_000);
        shop.editProduct(Number(touched.split(":")[1]), { quantity: 3 });
      },
      reopen: () => open().channel,
      close: bed.close,
    };
  });

  test("names the account, and asks nothing before it is asked", async () => {
    const bed = createEtsyBed();
    const shop = await bed.openShop({ listings: 3 });
    try {
      const { channel } = bed.openClient(shop);
      expect(channel.account).toBe(`etsy.com/shop/${shop.shopId}`);
      expect(channel.features).toEqual({ updatedSince: false, locations: false });
      expect(shop.requests).toEqual([]);
    } finally {
      await bed.close();
    }
  });
});
