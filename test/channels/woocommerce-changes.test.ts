import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { sampleCatalogue } from "../../src/sandbox/woocommerce/catalogue.js";
import type { FaultScript } from "../../src/sandbox/woocommerce/fault.js";
import { startWooShop, type WooShop } from "../../src/sandbox/woocommerce/server.js";
import { keysOf, readPages, recordsOf } from "../conformance/channel.js";
import { createFakeClock } from "../support/fake-clock.js";
import { openWoo, type WooClient } from "../support/woo-bed.js";

const hourMs = 3_600_000;

const names = (...ids: number[]): string[] => ids.map(String).sort();

describe("src/channels/woocommerce/read.ts", () => {
  const clock = createFakeClock({ autoAdvance: true, now: Date.UTC(2026, 10, 24, 8) });
  let shop: WooShop;
  let client: WooClient;
  let cursor: string;
  let all: string[];

  beforeEach(async () => {
    // A shop at UTC+10:30: a window that is taken for local time would miss hours of changes.
    shop = await startWooShop({ catalogue: sampleCatalogue({ products: 120 }), clock: () => clock.now() });
    client = openWoo(shop.url, {
      clock,
      settings: { consumerKey: shop.key.consumerKey, consumerSecret: shop.key.consumerSecret },
    });
    const pages = await readPages(client.channel);
    all = keysOf(pages);
    cursor = pages[0]?.cursor ?? "";
    clock.jump(hourMs);
  });

  afterEach(() => shop.close());

  const simple = (nth: number): number =>
    shop.store.rows.filter(({ type, status }) => type === "simple" && status === "publish")[nth]?.id ?? 0;
  const family = (): { parent: number; children: readonly number[] } => {
    const row = shop.store.rows.find(
      ({ id, type, status }) =>
        type === "variable" && status === "publish" && shop.store.childIds(id).length > 3,
    );
    return { parent: row?.id ?? 0, children: shop.store.childIds(row?.id ?? 0) };
  };
  const changed = async (since = cursor): Promise<string[]> =>
    keysOf(await readPages(client.channel, { since }));
  // What the sample dates into the future comes with every pass: it is in the window.
  const future = (): number[] =>
    shop.store.rows
      .filter(({ type, modified }) => type !== "variation" && (modified ?? 0) * 1000 > clock.now())
      .flatMap(({ id }) => [id, ...shop.store.childIds(id)]);

  test("the cursor is the shop's clock, five minutes back", () => {
    expect(cursor).toBe(new Date(clock.now() - hourMs - 5 * 60_000).toISOString().replace(".000Z", "Z"));
  });

  test("nothing changed, nothing comes", async () => {
    expect(await changed()).toEqual(names(...future()));
  });

  test("edited, new and unpublished products come", async () => {
    const [edited, hidden] = [simple(1), simple(2)];
    shop.edit(edited, { regular_price: "21.50" });
    shop.edit(hidden, { status: "draft" });
    const added = shop.add({ name: "Fresh arrival", sku: "NEW-1", regular_price: "5" });
    expect(await changed()).toEqual(names(...future(), edited, hidden, added));
  });

  test("an edited parent brings all its variations, though their dates did not move", async () => {
    const { parent, children } = family();
    shop.edit(parent, { weight: "1.05" });
    expect(await changed()).toEqual(names(...future(), parent, ...children));
  });

  test("an edited variation brings its parent and siblings", async () => {
    const { parent, children } = family();
    shop.edit(children[0] ?? 0, { weight: "0.77" });
    expect(await changed()).toEqual(names(...future(), parent, ...children));
  });

  test("a variation whose date moved alone comes, composed with its parent", async () => {
    const { parent, children } = family();
    const child = children[1] ?? 0;
    shop.edit(child, { weight: "0.77" });
    // The parent's date is put back, as on shops older than WooCommerce's own rule.
    shop.faults.add({
      onRequest: (_n, { path, query }) =>
        path.endsWith("/wc/v3/products") && new Map(query).has("modified_after")
          ? {
              name: "old parent",
              answer: (answer) => {
                const rows = (answer.json as { id: number }[]).filter(({ id }) => id !== parent);
                return {
                  ...answer,
                  json: rows,
                  headers: { ...answer.headers, "X-WP-Total": String(rows.length) },
                };
              },
            }
          : undefined,
    });
    const records = recordsOf(await readPages(client.channel, { since: cursor }));
    expect(records.map(({ key }) => key)).toContain(String(child));
    expect(records.map(({ key }) => key)).not.toContain(String(children[0]));
    const record = records.find(({ key }) => key === String(child));
    const parentName = String(
      shop.store.item(shop.store.rows.find(({ id }) => id === parent) ?? never()).body["name"],
    );
    expect(String(record?.fields["name"]).startsWith(`${parentName} - `)).toBe(true);
  });

  test("what moves no date is left to the next full read: SQL writes, backdated products", async () => {
    shop.editBySql(simple(3), { stock_quantity: 77 });
    shop.add({ name: "Backdated arrival", sku: "NEW-OLD", date_created: "2024-04-01T10:00:00" });
    expect(await changed()).toEqual(names(...future()));
    expect(keysOf(await readPages(client.channel)).length).toBe(all.length + 1);
  });

  test("asks by the GMT column, without a zone in the value", async () => {
    await changed("2026-11-24T07:55:00Z");
    const url = new URL(
      shop.requests.find(({ url: sent }) => sent.includes("modified_after"))?.url ?? "",
      shop.url,
    );
    // The comparison leaves the very second out.
    expect(url.searchParams.get("modified_after")).toBe("2026-11-24T07:54:59");
    expect(url.searchParams.get("dates_are_gmt")).toBe("true");
  });

  test.each(["2999-12-31T00:00:00Z", "yesterday"])(
    "reads everything, with a warning, since %s",
    async (since) => {
      expect(await changed(since)).toEqual(all);
      expect(client.warnings.join()).toMatch(/whole catalogue/);
    },
  );

  test("reads everything, with one warning, from a shop that ignores the parameter", async () => {
    const basic = { auth: "basic" as const };
    const old = await startWooShop({
      catalogue: sampleCatalogue({ products: 120 }),
      clock: () => clock.now(),
      assumeHttps: true,
    });
    try {
      old.faults.add(ignoring(["modified_after", "dates_are_gmt"]));
      const { consumerKey, consumerSecret } = old.key;
      const reader = openWoo(old.url, { clock, settings: { consumerKey, consumerSecret, ...basic } });
      expect(keysOf(await readPages(reader.channel, { since: cursor }))).toEqual(all);
      expect(reader.warnings.filter((line) => line.includes("old"))).toHaveLength(1);
    } finally {
      await old.close();
    }
  });

  test("the units of the shop are part of the basis, which no date shows", async () => {
    const before = (await readPages(client.channel))[0]?.basis;
    shop.setUnits({ weightUnit: "kg" });
    const after = (await readPages(client.channel, { since: cursor }))[0]?.basis;
    expect(before).toBe("lbs in Australia/Adelaide");
    expect(after).toBe("kg in Australia/Adelaide");
  });

  test("without a Date header there is no cursor, and the operator hears of it", async () => {
    shop.faults.add({
      onRequest: () => ({
        name: "no date",
        answer: (answer) => ({ ...answer, headers: { ...answer.headers, Date: "" } }),
      }),
    });
    const pages = await readPages(client.channel);
    expect(pages.every((page) => page.cursor === undefined)).toBe(true);
    expect(client.warnings.filter((line) => line.includes("Date"))).toHaveLength(1);
  });

  test("a read that is resumed keeps the cursor of its beginning", async () => {
    const [first] = await readPages(client.channel);
    clock.jump(hourMs);
    const rest = await readPages(client.channel, { resume: first?.resume ?? "" });
    expect(new Set(rest.map((page) => page.cursor))).toEqual(new Set([first?.cursor]));
  });

  test("an unreadable token starts the read anew", async () => {
    expect(keysOf(await readPages(client.channel, { resume: '{"v":9}' }))).toEqual(all);
    expect(client.warnings.join()).toMatch(/from its beginning/);
  });
});

function ignoring(parameters: readonly string[]): FaultScript {
  return {
    onRequest: () => ({
      name: "old shop",
      request: (request) => ({
        ...request,
        query: request.query.filter(([name]) => !parameters.includes(name)),
      }),
    }),
  };
}

function never(): never {
  throw new Error("there is no such row");
}
