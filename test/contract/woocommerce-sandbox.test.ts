import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { makeKey, type WooKey } from "../../src/sandbox/woocommerce/auth.js";
import { startWooShop, type WooShop } from "../../src/sandbox/woocommerce/server.js";
import { describeContract, loadExchange, type Exchange } from "../support/contracts.js";
import { catalogueFromRecordings } from "../support/recorded-catalogue.js";
import { basic, call, sign, type Reply } from "../support/woo-client.js";

const host = "shop.brambleford.example";
const recordedAt = Date.parse("2026-11-23T18:53:12Z");
const folders = ["catalog", "variations", "single", "query", "errors", "store"];

// What the sandbox does not repeat, and why.
const volatile: Readonly<Record<string, string>> = {
  related_ids: "the shop draws them by lot at each read",
};

// Exchanges that need a fault of the installation around the shop.
const faults: Readonly<Record<string, string>> = {
  "errors/authorization-header-dropped-by-server-401": "drop-authorization",
  "errors/fatal-500": "crash-record",
  "errors/firewall-403-html": "firewall",
  "errors/maintenance-503": "maintenance",
  "errors/no-rewrite-rules-404-html": "no-permalinks",
  "errors/php-notice-before-json-200": "notice",
  "errors/redirect-to-https-301": "redirect",
};

// Keys of error bodies that tell of the recorded server's own files.
const serverTexts: Readonly<Record<string, readonly string[]>> = {
  "errors/fatal-500": ["message", "file", "line"],
};

const main = makeKey("psync");
const keys: Readonly<Record<string, WooKey>> = {
  "read key of an administrator": main,
  "read key of a shop manager": makeKey("manager", "read", "shop_manager"),
  "read key of a customer-role user": makeKey("customer", "read", "customer"),
  "write-only key": makeKey("writer", "write"),
};

function altered(name: string): WooKey {
  return /unknown-key/.test(name)
    ? { ...main, consumerKey: `ck_${"0".repeat(40)}` }
    : { ...main, consumerSecret: `cs_${"0".repeat(40)}` };
}

function keyOf(name: string, auth: string): WooKey {
  if (auth.endsWith("altered key")) return altered(name);
  const known = Object.entries(keys).find(([words]) => auth.endsWith(words));
  if (known === undefined) throw new Error(`no key for "${auth}"`);
  return known[1];
}

function replay(shop: WooShop, name: string, { request }: Exchange): Promise<Reply> {
  const recorded = new URL(request.url);
  const url = `${shop.url}${recorded.pathname}${recorded.search}`;
  if (request.auth === "none") return call(url, { method: request.method });
  const key = keyOf(name, request.auth);
  if (request.auth.startsWith("OAuth")) {
    return call(sign(url, key, { seconds: recordedAt / 1000, home: recorded.origin }));
  }
  if (request.auth.startsWith("consumer_key")) {
    return call(`${url}?consumer_key=${key.consumerKey}&consumer_secret=${key.consumerSecret}`);
  }
  return call(url, { method: request.method, headers: basic(key) });
}

// The link repeats what the request was signed with, which is new each time.
function withoutSignature(link: string | undefined): string | undefined {
  return link?.replace(/oauth_\w+=[^&>]*&/g, "");
}

function withoutVolatile(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (key, each: unknown) => (key in volatile ? undefined : each));
}

function withoutServerTexts(name: string, value: unknown): unknown {
  const hidden = serverTexts[name];
  if (hidden === undefined) return value;
  const body = structuredClone(value) as { data: { error: Record<string, unknown> } };
  for (const key of hidden) body.data.error[key] = `a ${typeof body.data.error[key]}`;
  return body;
}

function compare(name: string, reply: Reply, { response }: Exchange): void {
  expect(reply.status).toBe(response.status);
  for (const header of [
    "x-wp-total",
    "x-wp-totalpages",
    "content-type",
    "retry-after",
    "location",
    "allow",
    "cache-control",
  ]) {
    expect([header, reply.headers[header]]).toEqual([header, response.headers[header]]);
  }
  expect(withoutSignature(reply.headers["link"])).toBe(withoutSignature(response.headers["link"]));
  if (response.body === undefined) expect(reply.text).toBe(response.body_text);
  else {
    const sent = withoutServerTexts(name, withoutVolatile(JSON.parse(reply.text)));
    expect(sent).toEqual(withoutServerTexts(name, withoutVolatile(response.body)));
  }
}

describeContract("src/sandbox/woocommerce against a recorded WooCommerce 11.0.1", (dir) => {
  const woo = join(dir, "woocommerce");
  const open: WooShop[] = [];

  async function shopFor(scheme: string, fault?: string): Promise<WooShop> {
    const shop = await startWooShop({
      catalogue: await catalogueFromRecordings(woo),
      clock: () => recordedAt,
      home: `${scheme}//${host}`,
      assumeHttps: scheme === "https:",
      faults: fault === undefined || fault === "crash-record" ? [] : [fault],
    });
    // The recorded crash met every product; the newest is the one on the recorded page.
    if (fault === "crash-record") shop.faults.add(fault, { id: 247 });
    shop.keys.push(...Object.values(keys).slice(1));
    open.push(shop);
    return shop;
  }

  let shops: Readonly<Record<string, WooShop>> = {};
  beforeAll(async () => {
    shops = { "http:": await shopFor("http:"), "https:": await shopFor("https:") };
  });
  afterAll(async () => {
    await Promise.all(open.map((shop) => shop.close()));
  });

  const names = folders.flatMap((folder) =>
    readdirSync(join(woo, folder)).map((file) => `${folder}/${file.replace(/\.json$/, "")}`),
  );

  test("there are recordings of each kind", () => {
    expect(names.length).toBeGreaterThan(60);
  });

  test.each(names)("answers %s as recorded", async (name) => {
    const exchange = await loadExchange(join(woo, `${name}.json`));
    const scheme = new URL(exchange.request.url).protocol;
    const fault = faults[name];
    const shop = fault === undefined ? shops[scheme] : await shopFor(scheme, fault);
    if (shop === undefined) throw new Error(`no shop for ${scheme}`);
    compare(name, await replay(shop, name, exchange), exchange);
  });

  describe("after the recorded edits", () => {
    let shop: WooShop | undefined;
    beforeAll(async () => {
      let seconds = recordedAt / 1000;
      shop = await startWooShop({
        catalogue: await catalogueFromRecordings(woo),
        clock: () => seconds * 1000,
        home: `https://${host}`,
        assumeHttps: true,
      });
      open.push(shop);
      shop.edit(213, { regular_price: "21.50" });
      shop.edit(254, { weight: "0.77" });
      shop.edit(280, { weight: "1.05" });
      seconds += 1;
      shop.add({ name: "Fresh arrival", sku: "BRM-NEW-1", regular_price: "5.00", weight: "0.2" });
      shop.add({
        name: "Backdated",
        sku: "BRM-NEW-OLD",
        regular_price: "6.00",
        date_created: "2024-04-01T10:00:00",
      });
      shop.trash(210);
      shop.editBySql(216, { stock_quantity: 77 });
    });

    test.each([
      "7-products-modified-after",
      "8-variations-modified-after",
      "9-trash-modified-after",
      "10-variations-of-edited-parent",
      "11-stock-changed-by-sql",
    ])("answers %s as recorded", async (file) => {
      const name = `incremental/${file}`;
      const exchange = await loadExchange(join(woo, `${name}.json`));
      if (shop === undefined) throw new Error("the shop did not start");
      compare(name, await replay(shop, name, exchange), exchange);
    });

    test("the new products have the ids and dates that were recorded", async () => {
      const made = await Promise.all(
        ["4-new-simple", "5-new-simple-backdated"].map((file) =>
          loadExchange(join(woo, "incremental", `${file}.json`)),
        ),
      );
      for (const { response } of made) {
        const { id, date_modified_gmt } = response.body as { id: number; date_modified_gmt: string };
        const reply = await call(`${shop?.url}/wp-json/wc/v3/products/${id}`, { headers: basic(main) });
        expect(JSON.parse(reply.text)).toMatchObject({ id, date_modified_gmt });
      }
    });
  });
});
