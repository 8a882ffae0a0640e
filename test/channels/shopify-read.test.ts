import { afterEach, describe, expect, test } from "@jest/globals";
import type { RecordPage } from "../../src/channels/channel.js";
import { IncompleteError, TransientError } from "../../src/errors.js";
import { json, type ShopifyRequest } from "../../src/sandbox/shopify/answer.js";
import type { ShopifyShop } from "../../src/sandbox/shopify/server.js";
import { failureOf, keysOf, never, readPages, recordsOf } from "../conformance/channel.js";
import { createShopifyBed } from "../support/shopify-bed.js";

const bed = createShopifyBed();
const { openShop, openClient, clock } = bed;

afterEach(() => bed.close());

/** The names of the operations that were sent, in order. */
const operationsOf = (shop: ShopifyShop): string[] =>
  shop.requests.map(({ body }) => /(?:query|mutation) (\w+)/.exec(body)?.[1] ?? "");

const pagesIn = (shop: ShopifyShop): number[] =>
  shop.requests.flatMap(({ body }) => {
    const { query, variables } = JSON.parse(body) as { query: string; variables: { first?: number } };
    return query.startsWith("query VariantPage") && variables.first !== undefined ? [variables.first] : [];
  });

const isPage = ({ query }: ShopifyRequest): boolean => query.startsWith("query VariantPage");

describe("src/channels/shopify/read.ts", () => {
  test("a full read costs a request for each 250 variants and two more", async () => {
    const shop = await openShop({ products: 600 });
    const pages = await readPages(openClient(shop).channel);
    expect(keysOf(pages)).toEqual([...shop.variants].sort());
    expect(operationsOf(shop).slice(0, 3)).toEqual(["Opening", "LocationCheck", "VariantPage"]);
    expect(shop.requests).toHaveLength(Math.ceil(shop.variants.length / 250) + 2);
    expect(pages[0]).toMatchObject({
      declared: shop.variants.length,
      cursor: "2026-11-24T07:50:00Z",
      basis: "2026-10 USD gid://shopify/Location/7001",
    });
  });

  test("stock and images are asked for only where the table reads them", async () => {
    const shop = await openShop();
    const [lean] = recordsOf(await readPages(openClient(shop).channel, { fields: ["sku", "product"] }));
    expect(operationsOf(shop)).toEqual(["Opening", "VariantPage"]);
    expect(Object.keys(lean?.fields ?? {})).not.toEqual(expect.arrayContaining(["quantity"]));
    expect(Object.keys(lean?.fields ?? {})).not.toEqual(expect.arrayContaining(["images"]));
    const whole = recordsOf(await readPages(openClient(shop).channel));
    expect(whole.some(({ fields }) => typeof fields["quantity"] === "number")).toBe(true);
    expect(whole.some(({ fields }) => (fields["images"] as unknown[]).length > 1)).toBe(true);
  });

  test.each(["big-page", "timeout", "gateway-timeout", "max-cost"])(
    "%s: pages become smaller until they come",
    async (fault) => {
      const shop = await openShop({ products: 100 });
      shop.faults.add(fault);
      const pages = await readPages(openClient(shop).channel);
      expect(keysOf(pages)).toEqual([...shop.variants].sort());
      const sizes = pagesIn(shop);
      expect(sizes[0]).toBe(250);
      expect(Math.min(...sizes)).toBeLessThan(100);
    },
  );

  test("a cursor that is no longer valid: the list begins again behind the last id, each variant once", async () => {
    const shop = await openShop({ products: 150 });
    shop.faults.add("bad-cursor", { every: 1, times: 2 });
    expect(keysOf(await readPages(openClient(shop).channel))).toEqual([...shop.variants].sort());
    expect(shop.requests.some(({ body }) => body.includes("id:>"))).toBe(true);
  });

  test("a variant that fails is passed over by its id, its neighbours come, and pages grow back at once", async () => {
    const shop = await openShop({ products: 250 });
    const id = shop.variants[60] ?? "";
    shop.faults.add("bad-record", { id: Number(id) });
    const pages = await readPages(openClient(shop).channel);
    expect(pages.flatMap(({ rejects }) => rejects)).toEqual([
      { key: id, code: "unreadable", message: expect.stringContaining("Shopify cannot show it") },
    ]);
    expect(keysOf(pages)).toEqual(shop.variants.filter((each) => each !== id).sort());
    const sizes = pagesIn(shop);
    expect(sizes.slice(sizes.lastIndexOf(1) + 1)).toContain(250);
  });

  test.each([0, -1])("the first or the last one that fails is told too: place %i", async (place) => {
    const shop = await openShop({ products: 20, odd: false });
    const id = shop.variants.at(place) ?? "";
    shop.faults.add("bad-record", { id: Number(id) });
    const pages = await readPages(openClient(shop).channel);
    expect(pages.flatMap(({ rejects }) => rejects).map(({ key }) => key)).toEqual([id]);
    expect(keysOf(pages)).toEqual(shop.variants.filter((each) => each !== id).sort());
  });

  test("one whose very id fails is passed over too, and told by its position", async () => {
    const shop = await openShop({ products: 30 });
    shop.faults.add("dead-record", { id: Number(shop.variants[3]) });
    const pages = await readPages(openClient(shop).channel);
    expect(pages.flatMap(({ rejects }) => rejects).map(({ key }) => key)).toEqual(["variants, position 4"]);
    expect(keysOf(pages)).toHaveLength(shop.variants.length - 1);
  });

  test("a variant without its product cannot be judged", async () => {
    const shop = await openShop();
    shop.faults.add("torn-record", { id: Number(shop.variants[2]) });
    const pages = await readPages(openClient(shop).channel);
    expect(pages.flatMap(({ rejects }) => rejects).map(({ key }) => key)).toEqual([shop.variants[2]]);
  });

  test("a shop that fails at every variant is down, not full of bad ones", async () => {
    const shop = await openShop({ products: 20, odd: false });
    shop.faults.add({
      onRequest: (_n, request) =>
        isPage(request)
          ? { name: "all", instead: () => json(200, { errors: [{ message: "Internal error" }] }) }
          : undefined,
    });
    const told: RecordPage[] = [];
    const reading = async () => {
      for await (const page of openClient(shop).channel.read({}, never())) told.push(page);
    };
    expect(await failureOf(reading())).toMatchObject({ code: "all-fail", exitCode: 5 });
    // None of them is given up: the next run asks for them again.
    expect(told).toEqual([]);
  });

  test("rows that are lost make the read incomplete", async () => {
    const shop = await openShop({ products: 300 });
    shop.faults.add("lost-rows");
    const error = await failureOf(readPages(openClient(shop).channel));
    expect(error).toBeInstanceOf(IncompleteError);
    expect(error.message).toMatch(/declares \d+ variants and sent \d+/);
  });

  test("ids beyond what JavaScript can tell apart stay apart", async () => {
    const shop = await openShop({ products: 31 });
    const huge = keysOf(await readPages(openClient(shop).channel)).filter((key) =>
      key.startsWith("90071992547409"),
    );
    expect(huge).toEqual(["9007199254740992", "9007199254740993"]);
  });
});

describe("src/channels/shopify/changes.ts", () => {
  const since = "2026-11-24T08:00:00Z";

  test("an unchanged shop costs three requests", async () => {
    const shop = await openShop({ products: 300 });
    await clock.advance(3_600_000);
    const pages = await readPages(openClient(shop).channel, {
      since: new Date(clock.now() - 1000).toISOString(),
    });
    expect(recordsOf(pages)).toEqual([]);
    expect(operationsOf(shop)).toEqual(["Opening", "LocationCheck", "ProductPage"]);
    expect(pages[0]?.declared).toBeUndefined();
  });

  test("the filter is quoted, inclusive and in UTC, also where the point is not", async () => {
    const shop = await openShop();
    await readPages(openClient(shop).channel, { since: "2026-11-24T07:59:30.750+02:00" });
    const { variables } = JSON.parse(shop.requests.at(-1)?.body ?? "") as { variables: { query: string } };
    expect(variables.query).toBe("updated_at:>='2026-11-24T05:59:30Z'");
  });

  test("a change of one variant brings all of its product, as a full read tells them", async () => {
    const shop = await openShop({ products: 5, odd: false, variantsPerProduct: 70 });
    await clock.advance(3_600_000);
    const at = new Date(clock.now()).toISOString();
    shop.edit(shop.variants[80] ?? "", { price: "1.25" });
    const changed = recordsOf(await readPages(openClient(shop).channel, { since: at }));
    expect(changed.map(({ key }) => key).sort()).toEqual(shop.variants.slice(70, 140).sort());
    expect(operationsOf(shop).slice(2)).toEqual(["ProductPage", "ProductVariantsPage"]);
    const all = recordsOf(await readPages(openClient(shop).channel));
    const twin = all.find(({ key }) => key === shop.variants[80]);
    expect(changed.find(({ key }) => key === shop.variants[80])).toEqual(twin);
  });

  test("a read of changes is resumed in the middle of a product", async () => {
    const shop = await openShop({ products: 3, odd: false, variantsPerProduct: 70 });
    const [first] = await readPages(openClient(shop).channel, { since: "2020-01-01T00:00:00Z" });
    const rest = await readPages(openClient(shop).channel, { resume: first?.resume ?? "" });
    const keys = [...recordsOf([...(first === undefined ? [] : [first]), ...rest])].map(({ key }) => key);
    expect(keys.sort()).toEqual([...shop.variants].sort());
  });

  test("a variant that fails costs its product no other one", async () => {
    const shop = await openShop({ products: 60 });
    const id = shop.variants[20] ?? "";
    shop.faults.add("bad-record", { id: Number(id) });
    const pages = await readPages(openClient(shop).channel, { since: "2020-01-01T00:00:00Z" });
    expect(pages.flatMap(({ rejects }) => rejects).map(({ key }) => key)).toEqual([id]);
    expect(keysOf(pages)).toEqual(shop.variants.filter((each) => each !== id).sort());
  });

  test.each(["bad-cursor", "drift", "max-cost", "internal-error", "throttled"])("%s", async (fault) => {
    const shop = await openShop({ products: 100 });
    const before = new Set(shop.variants);
    shop.faults.add(fault, fault === "max-cost" ? {} : { every: 3 });
    const keys = keysOf(await readPages(openClient(shop).channel, { since: "2020-01-01T00:00:00Z" }));
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys).toEqual(expect.arrayContaining(shop.variants.filter((id) => before.has(id))));
  });

  test.each(["nonsense", "2099-01-01T00:00:00Z"])(
    "since %s: everything comes, with a word why",
    async (bad) => {
      const shop = await openShop();
      const client = openClient(shop);
      expect(keysOf(await readPages(client.channel, { since: bad }))).toEqual([...shop.variants].sort());
      expect(client.warnings.join()).toContain("the whole catalogue is read");
    },
  );

  test("an abort ends a wait", async () => {
    const shop = await openShop();
    shop.faults.add("internal-error", { every: 1 });
    const abort = new AbortController();
    const reading = openClient(shop).channel.read({ since }, abort.signal)[Symbol.asyncIterator]();
    const first = reading.next();
    abort.abort();
    await expect(first).rejects.toMatchObject({ exitCode: 130 });
  });

  test("an internal error that stays is a TransientError", async () => {
    const shop = await openShop();
    shop.faults.add("internal-error", { every: 1 });
    expect(await failureOf(readPages(openClient(shop).channel))).toBeInstanceOf(TransientError);
  });
});
