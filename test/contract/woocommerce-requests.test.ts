import { readdirSync } from "node:fs";
import { resolve } from "node:path";
import { afterEach, describe, expect, test } from "@jest/globals";
import { createWooChannel, type WooSettings } from "../../src/channels/woocommerce/index.js";
import type { PacedClient } from "../../src/http/client.js";
import type { HttpRequest } from "../../src/http/contract.js";
import { compileTable } from "../../src/mapping/compile.js";
import { loadTable } from "../../src/mapping/load.js";
import { startWooShop, type WooShop, type WooShopOptions } from "../../src/sandbox/woocommerce/server.js";
import { checksOf, keysOf, readPages } from "../conformance/channel.js";
import { describeContract, type Exchange } from "../support/contracts.js";
import { createFakeClock } from "../support/fake-clock.js";
import { catalogueFromRecordings } from "../support/recorded-catalogue.js";
import { readExchange } from "../support/replay-woo.js";
import { openWoo } from "../support/woo-bed.js";

const recordedAt = Date.parse("2026-11-23T18:53:12Z");
const home = "https://shop.brambleford.example";
const listPath = /^\/wp-json\/wc\/v3\/(products|variations|products\/\d+\/variations)$/;

describeContract("psync's requests against a recorded WooCommerce 11.0.1", (dir) => {
  const woo = `${dir}/woocommerce`;
  const recorded: readonly Exchange[] = readdirSync(woo, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) => readdirSync(`${woo}/${name}`).map((file) => readExchange(dir, `${name}/${file}`)))
    .map((exchange) => exchange as Exchange);
  const answered = recorded.filter(({ response }) => response.status === 200);
  const urls = answered.map(({ request }) => new URL(request.url));
  const rows = (name: string): Readonly<Record<string, unknown>>[] =>
    readExchange(dir, name).response.body as Readonly<Record<string, unknown>>[];

  const closers: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of closers.splice(0)) await close();
  });

  async function openShop(options: WooShopOptions = {}): Promise<WooShop> {
    const shop = await startWooShop({
      catalogue: await catalogueFromRecordings(woo),
      clock: () => recordedAt + 60_000,
      ...options,
    });
    closers.push(() => shop.close());
    return shop;
  }

  /** The channel on a shop that takes what it is sent for what came over https. */
  function openSafe(shop: WooShop, auth: WooSettings["auth"]) {
    const sent: HttpRequest[] = [];
    const { http, clock } = openWoo(shop.url, {
      clock: createFakeClock({ autoAdvance: true, now: recordedAt }),
    });
    // What ends TLS before a shop; requests are looked at as they leave psync.
    const proxy: PacedClient = {
      counts: () => http.counts(),
      download: (request) => http.download(request),
      request: (request, prepare) => {
        const prepared = prepare?.(request) ?? request;
        sent.push(prepared);
        return http.request({ ...prepared, url: prepared.url.replace(home, shop.url) });
      },
    };
    const { consumerKey, consumerSecret } = shop.key;
    return {
      channel: createWooChannel({ url: home, consumerKey, consumerSecret, auth }, { http: proxy, clock }),
      sent,
    };
  }

  const openPlain = (shop: WooShop) =>
    openWoo(shop.url, {
      clock: createFakeClock({ autoAdvance: true, now: recordedAt + 60_000 }),
      settings: { consumerKey: shop.key.consumerKey, consumerSecret: shop.key.consumerSecret },
    });

  const sentUrls = (shop: WooShop): URL[] => shop.requests.map(({ url }) => new URL(url, shop.url));
  const lists = (from: readonly URL[]): URL[] => from.filter(({ pathname }) => listPath.test(pathname));
  const tableRoots = async (): Promise<readonly string[]> =>
    compileTable(await loadTable("woocommerce", dir, resolve("mappings/channels"))).roots;

  /** Everything that psync asks for: a check, a full read, an incremental one, and an older shop's read. */
  async function everyRequest(): Promise<URL[]> {
    const fields = await tableRoots();
    const shop = await openShop();
    const { channel } = openPlain(shop);
    await checksOf(channel);
    await readPages(channel, { fields });
    await readPages(channel, { fields, since: "2026-11-23T18:53:12Z" });
    const old = await openShop({ version: "10.2.0" });
    await readPages(openPlain(old).channel, { fields });
    return [...sentUrls(shop), ...sentUrls(old)];
  }

  test("paths and parameters are among those that the recorded shop answered", async () => {
    const plainPath = (path: string): string => path.replace(/\d+/g, (id) => (id === "3" ? id : "N"));
    // The currency was not recorded; WooCommerce's REST reference has it ("Retrieve current currency").
    const knownPaths = new Set(["/wp-json/wc/v3/data/currencies/current"]);
    for (const { pathname } of urls) knownPaths.add(plainPath(pathname));
    const known = new Set(lists(urls).flatMap(({ searchParams }) => [...searchParams.keys()]));
    const all = await everyRequest();
    expect(all.length).toBeGreaterThan(40);
    for (const url of all) {
      expect(knownPaths).toContain(plainPath(url.pathname));
      const names = [...url.searchParams.keys()];
      expect(new Set(names).size).toBe(names.length);
      if (!listPath.test(url.pathname)) continue;
      // The signature's own are looked at below.
      for (const name of names) if (!name.startsWith("oauth_")) expect(known).toContain(name);
    }
    const used = new Set(lists(all).flatMap(({ searchParams }) => [...searchParams.keys()]));
    // The test would say little if psync asked for next to nothing.
    for (const name of [
      "status",
      "orderby",
      "order",
      "context",
      "page",
      "parent",
      "modified_after",
      "_fields",
    ])
      expect(used).toContain(name);
  });

  test("values are those that the shop knows", async () => {
    const words = (name: string): string[] => {
      const said = JSON.stringify(readExchange(dir, name).response.body);
      return [...(/is not one of ([^."]*)/.exec(said)?.[1] ?? "").matchAll(/\w+/g)].map(([word]) => word);
    };
    const statuses = words("errors/bad-status-400.json").filter((word) => word !== "and");
    expect(statuses).toContain("any");
    const valuesOf = (name: string): Set<string> =>
      new Set(lists(urls).flatMap(({ searchParams }) => searchParams.getAll(name)));
    for (const { searchParams } of lists(await everyRequest())) {
      const value = (name: string): string | null => searchParams.get(name);
      if (value("status") !== null) expect(statuses).toContain(value("status"));
      for (const name of ["orderby", "order", "context"])
        if (value(name) !== null) expect(valuesOf(name)).toContain(value(name));
      // Above a hundred the shop answers 400 (errors/per-page-101-400.json).
      expect(Number(value("per_page"))).toBeGreaterThanOrEqual(1);
      expect(Number(value("per_page"))).toBeLessThanOrEqual(100);
    }
  });

  test("_fields names whole properties of products, and loses none that the table reads", async () => {
    // Asked for images.src and dimensions.length, the shop sent neither.
    expect(rows("query/fields-dotted-products.json")).toEqual([{ id: 33 }, { id: 22 }]);
    const keysOfAll = (file: string): Set<string> => new Set(rows(`catalog/${file}`).flatMap(Object.keys));
    const [product, variation] = [keysOfAll("products-page-1.json"), keysOfAll("variations-page-1.json")];
    const fields = await tableRoots();
    const composed = ["weight_unit", "dimension_unit", "shared_quantity"];
    for (const { pathname, searchParams } of lists(await everyRequest())) {
      const names = searchParams.get("_fields")?.split(",") ?? [];
      const [own, other] = pathname.endsWith("/products") ? [product, product] : [variation, product];
      for (const name of names)
        expect(own.has(name) || other.has(name) ? name : `no property: ${name}`).toBe(name);
      // The check asks for an id alone; each read asks for what the table needs.
      if (names.length < 2) continue;
      for (const name of fields) if (!composed.includes(name)) expect(names).toContain(name);
      const needed =
        own === product ? ["type", "variations", "date_modified_gmt"] : ["parent_id", "image", "attributes"];
      expect(names).toEqual(
        expect.arrayContaining([...needed, "status", "virtual", "downloadable", "manage_stock"]),
      );
    }
  });

  test("page numbers are psync's own, whatever the shop's link says", async () => {
    const shop = await openShop();
    await readPages(openPlain(shop).channel, { fields: await tableRoots() });
    const pagesOf = (from: readonly URL[], path: string): string[] =>
      from
        .filter(({ pathname }) => pathname.endsWith(path))
        .map((url) => url.searchParams.get("page") ?? "none");
    const sent = lists(sentUrls(shop));
    expect(pagesOf(sent, "/wc/v3/products")).toEqual(["1", "2", "3"]);
    expect(pagesOf(sent, "/wc/v3/variations")).toEqual(["1", "2", "3"]);
    // The shop's link repeats a signature that is spent: each request has one of its own.
    const link = readExchange(dir, "errors/oauth-over-http-200.json").response.headers["link"] ?? "";
    expect(link).toMatch(/oauth_nonce=.*page=2/);
    const nonces = sent.map(({ searchParams }) => searchParams.get("oauth_nonce"));
    expect(nonces).not.toContain(null);
    expect(new Set(nonces).size).toBe(nonces.length);
    const old = await openShop({ version: "10.2.0" });
    await readPages(openPlain(old).channel);
    const ofBlocks = pagesOf(lists(sentUrls(old)), "/wc/v3/products/424/variations");
    expect(ofBlocks).toEqual(["1", "2"]);
  });

  test("what changed is asked for as recorded, and what comes is what was recorded", async () => {
    const shop = await openShop({ clock: () => seconds * 1000 });
    let seconds = recordedAt / 1000;
    shop.edit(213, { regular_price: "21.50" });
    shop.edit(254, { weight: "0.77" });
    shop.edit(280, { weight: "1.05" });
    seconds += 1;
    shop.add({ name: "Fresh arrival", sku: "BRM-NEW-1", regular_price: "5.00", weight: "0.2" });
    seconds += 60;
    const pages = await readPages(openPlain(shop).channel, { since: "2026-11-23T18:53:12Z" });

    const asked = sentUrls(shop).filter(({ searchParams }) => searchParams.has("modified_after"));
    const windows = ["7-products-modified-after", "8-variations-modified-after"].map(
      (name) => new URL(readExchange(dir, `incremental/${name}.json`).request.url),
    );
    expect(asked.map(({ pathname }) => pathname)).toEqual(windows.map(({ pathname }) => pathname));
    for (const [index, { searchParams }] of asked.entries()) {
      for (const name of ["modified_after", "dates_are_gmt", "order", "per_page"])
        expect([name, searchParams.get(name)]).toEqual([name, windows[index]?.searchParams.get(name)]);
      // Neither Z nor an offset: with the flag beside it the shop would shift the window.
      expect(searchParams.get("modified_after")).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/);
    }

    const changed = rows("incremental/7-products-modified-after.json").map(({ id }) => Number(id));
    const children = ["variations/shirt-00.json", "incremental/10-variations-of-edited-parent.json"].flatMap(
      (name) => rows(name).map(({ id }) => Number(id)),
    );
    expect(children).toHaveLength(9 + 6);
    expect(keysOf(pages)).toEqual([...changed, ...children].map(String).sort());
  });

  describe("keys", () => {
    const open = { home, assumeHttps: true };

    test.each(["auto", "basic"] as const)("never stand in an https address (%s)", async (auth) => {
      const shop = await openShop(open);
      const { channel, sent } = openSafe(shop, auth);
      await checksOf(channel);
      await readPages(channel);
      expect(sent.length).toBeGreaterThan(15);
      for (const { url, headers } of sent) {
        expect(url.startsWith(`${home}/`)).toBe(true);
        expect(url).not.toMatch(/ck_|cs_|consumer|oauth/);
        const isOpen = !url.includes("/wc/v3/");
        expect(headers?.["authorization"] ?? "none").toMatch(isOpen ? /^none$/ : /^Basic /);
      }
      const pages = JSON.stringify(await readPages(channel));
      const { consumerKey, consumerSecret } = shop.key;
      expect([pages.includes(consumerKey), pages.includes(consumerSecret)]).toEqual([false, false]);
    });

    test("only the operator's own choice puts them into one (query)", async () => {
      const shop = await openShop(open);
      const { channel, sent } = openSafe(shop, "query");
      await readPages(channel);
      for (const { url, headers } of sent) {
        const { pathname, searchParams } = new URL(url);
        const given = [searchParams.get("consumer_key"), searchParams.get("consumer_secret")];
        const { consumerKey, consumerSecret } = shop.key;
        expect(given).toEqual(pathname === "/wp-json/" ? [null, null] : [consumerKey, consumerSecret]);
        expect(headers).not.toHaveProperty("authorization");
      }
    });

    test("over plain http requests are signed as recorded, and the secret is never sent", async () => {
      const shop = await openShop();
      await readPages(openPlain(shop).channel);
      // The recorded requests are stored unsigned; the shop's link repeats what was sent.
      const link = readExchange(dir, "errors/oauth-over-http-200.json").response.headers["link"] ?? "";
      const names = [...link.matchAll(/oauth_\w+(?==)/g)].map(([name]) => name).sort();
      expect(names).toHaveLength(5);
      for (const { url, headers } of shop.requests) {
        expect(`${url} ${JSON.stringify(headers)}`).not.toContain(shop.key.consumerSecret);
        expect(headers).not.toHaveProperty("authorization");
        if (!url.includes("/wc/v3/")) continue;
        const oauth = [...new URL(url, shop.url).searchParams].filter(([name]) => name.startsWith("oauth_"));
        expect(oauth.map(([name]) => name).sort()).toEqual(names);
        expect(Object.fromEntries(oauth)).toMatchObject({ oauth_signature_method: "HMAC-SHA256" });
      }
    });
  });
});
