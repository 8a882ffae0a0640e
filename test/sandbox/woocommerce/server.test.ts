import { get } from "node:https";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { makeKey } from "../../../src/sandbox/woocommerce/auth.js";
import { sampleCatalogue } from "../../../src/sandbox/woocommerce/catalogue.js";
import { startWooShop, type WooShop } from "../../../src/sandbox/woocommerce/server.js";
import { loopbackCert } from "../../support/loopback-cert.js";
import { basic, call, sign } from "../../support/woo-client.js";

interface Listed {
  readonly status: number;
  readonly total: number;
  readonly pages: number;
  readonly link: string;
  readonly date: string;
  readonly body: readonly Record<string, unknown>[];
}

const now = Date.parse("2026-06-20T01:02:03.456Z");

async function list(shop: WooShop, path: string): Promise<Listed> {
  const url = `${shop.url}/wp-json/wc/v3/${path}`;
  const { status, headers, text } = await call(url, { headers: basic(shop.key) });
  return {
    status,
    total: Number(headers["x-wp-total"]),
    pages: Number(headers["x-wp-totalpages"]),
    link: headers["link"] ?? "",
    date: headers["date"] ?? "",
    body: JSON.parse(text) as Record<string, unknown>[],
  };
}

async function ids(shop: WooShop, path: string): Promise<unknown[]> {
  return (await list(shop, path)).body.map((record) => record["id"]);
}

async function relatedIds(shop: WooShop): Promise<unknown> {
  return (await list(shop, "products?per_page=1&orderby=id")).body[0]?.["related_ids"];
}

describe("src/sandbox/woocommerce/server.ts", () => {
  let shop: WooShop;
  const find = (sku: string): number => {
    const id = shop.store.findBySku(sku)[0];
    if (id === undefined) throw new Error(`no ${sku}`);
    return id;
  };
  beforeAll(async () => {
    shop = await startWooShop({ clock: () => now, assumeHttps: true });
  });
  afterAll(() => shop.close());

  test("walks through the whole catalogue by id, each product once", async () => {
    const first = await list(shop, "products?orderby=id&order=asc&per_page=100&_fields=id");
    const seen: unknown[] = [];
    for (let page = 1; page <= first.pages; page += 1) {
      seen.push(...(await ids(shop, `products?orderby=id&order=asc&per_page=100&_fields=id&page=${page}`)));
    }
    const expected = shop.store.rows.filter((row) => row.type !== "variation" && row.status !== "trash");
    expect(seen).toEqual(expected.map((row) => row.id));
    expect(first.total).toBe(expected.length);
  });

  test("counts orphans without sending them, and cannot show them as products", async () => {
    const pages = Math.ceil((await list(shop, "variations?per_page=1&_fields=id")).total / 100);
    let sent = 0;
    let total = 0;
    for (let page = 1; page <= pages; page += 1) {
      const answer = await list(shop, `variations?per_page=100&_fields=id&page=${page}`);
      sent += answer.body.length;
      total = answer.total;
    }
    expect(total - sent).toBe(1);
    const orphan = shop.store.rows.find((row) => row.parent > 0 && shop.store.find(row.parent) === undefined);
    const sku = orphan === undefined ? "" : String(shop.store.item(orphan).body["sku"]);
    expect((await list(shop, `products?sku=${sku}`)).status).toBe(500);
    expect(await list(shop, `products/${orphan?.parent}/variations`)).toMatchObject({
      status: 200,
      total: 1,
      body: [],
    });
  });

  test("variations show what they inherit", async () => {
    const pool = await list(shop, `products/${find("ODD-POOL")}/variations?per_page=100`);
    expect(
      pool.body.map((each) => [each["manage_stock"], each["stock_quantity"], each["backorders_allowed"]]),
    ).toEqual(Array.from({ length: 6 }, () => ["parent", 41, true]));
    const scarf = await list(shop, `products/${find("ODD-SCARF")}/variations`);
    expect(new Set(scarf.body.map((each) => each["sku"]))).toEqual(new Set(["ODD-SCARF"]));
    const zero = await list(shop, `products/${find("ODD-OWN0")}/variations?context=edit`);
    expect(zero.body.map((each) => each["weight"])).toEqual(["0.8", "0.8"]);
    const own = await call(
      `${shop.url}/wp-json/wc/v3/products/${String(zero.body[0]?.["id"])}?context=edit`,
      {
        headers: basic(shop.key),
      },
    );
    expect(JSON.parse(own.text)).toMatchObject({
      weight: "0",
      type: "variation",
      parent_id: find("ODD-OWN0"),
    });
  });

  test("children of the trash are left out, those of drafts and of once variable products are not", async () => {
    const parents = ["ODD-VTRASH", "ODD-VDRAFT", "ODD-EXVAR"].map(find).join(",");
    const answer = await list(shop, `variations?parent=${parents}&_fields=parent_id`);
    expect(new Set(answer.body.map((each) => each["parent_id"]))).toEqual(
      new Set([find("ODD-VDRAFT"), find("ODD-EXVAR")]),
    );
  });

  test("looks for SKUs as the database does", async () => {
    expect((await ids(shop, "products?sku=ODD-CASE&_fields=id")).length).toBe(2);
    expect(await ids(shop, "products?sku=odd-e5&_fields=id")).toEqual([find("ODD-É5")]);
    expect(await ids(shop, "products?sku=ODD%2CCOMMA%2C1&_fields=id")).toEqual([find("ODD,COMMA,1")]);
    const all = await list(shop, "products?per_page=1&_fields=id");
    expect((await list(shop, "products?sku=0&per_page=1&_fields=id")).total).toBe(all.total);
    expect((await list(shop, "products?unknown=1&per_page=1&_fields=id")).total).toBe(all.total);
  });

  test("filters by status and type", async () => {
    const statuses = async (query: string): Promise<Set<unknown>> =>
      new Set(
        (await list(shop, `products?${query}&per_page=100&_fields=status`)).body.map(
          (each) => each["status"],
        ),
      );
    expect(await statuses("status=trash")).toEqual(new Set(["trash"]));
    expect(await statuses("include_status=draft,future")).toEqual(new Set(["draft", "future"]));
    expect(await statuses("exclude_status=publish")).toEqual(
      new Set(["draft", "pending", "private", "future"]),
    );
    expect((await list(shop, "products?type=grouped&_fields=id")).total).toBe(1);
    expect((await list(shop, "products?type=variation")).status).toBe(400);
    expect((await list(shop, "products?status=draft,publish")).status).toBe(400);
  });

  test("pages by offset, and keeps the order of include", async () => {
    const all = await ids(shop, "products?orderby=id&order=asc&per_page=10&_fields=id");
    expect(await ids(shop, "products?orderby=id&order=asc&per_page=3&offset=4&_fields=id")).toEqual(
      all.slice(4, 7),
    );
    const some = [all[5], all[1], all[3]];
    expect(
      await ids(shop, `products?include=${some.join(",")}&orderby=include&order=asc&_fields=id`),
    ).toEqual(some);
    expect(
      await ids(
        shop,
        `products?include[]=${String(all[2])}&include[]=${String(all[0])}&orderby=id&_fields=id`,
      ),
    ).toEqual([all[2], all[0]]);
    expect((await list(shop, `products?exclude=${some.join(",")}&per_page=1&_fields=id`)).total).toBe(
      (await list(shop, "products?per_page=1&_fields=id")).total - 3,
    );
  });

  test("orders ties of the date by id", async () => {
    const edited = (await ids(
      shop,
      "products?orderby=id&order=asc&per_page=3&status=publish&_fields=id",
    )) as number[];
    for (const id of edited.toReversed()) shop.edit(id, {});
    expect(
      await ids(
        shop,
        "products?orderby=modified&order=asc&modified_after=2026-06-20T00:00:00&dates_are_gmt=true&status=publish&_fields=id",
      ),
    ).toEqual(edited);
  });

  test("names every parameter that it cannot read", async () => {
    const answer = await list(
      shop,
      "products?per_page=0&page=x&order=up&include=1,b&modified_after=2026-01-01&orderby=color",
    );
    const params = (answer.body as unknown as { data: { params: Record<string, string> } }).data.params;
    expect(Object.keys(params).sort()).toEqual([
      "include",
      "modified_after",
      "order",
      "orderby",
      "page",
      "per_page",
    ]);
    expect(params).toMatchObject({
      page: "page is not of type integer.",
      include: "include[1] is not of type integer.",
      order: "order is not one of asc, and desc.",
    });
  });

  test("its clock is the one it was given", async () => {
    expect((await list(shop, "products?per_page=1")).date).toBe("Sat, 20 Jun 2026 01:02:03 GMT");
  });

  test("related products are drawn anew at each read", async () => {
    expect(await relatedIds(shop)).not.toEqual(await relatedIds(shop));
  });

  test("writes JSON in ASCII, slashes escaped", async () => {
    const { text } = await call(`${shop.url}/wp-json/wc/v3/products?include=${find("ODD-茶-01")}`, {
      headers: basic(shop.key),
    });
    expect(text).toMatch(/^[\x20-\x7e]*$/);
    expect(text).toContain("\\u8336");
    expect(text).toContain("\\/product\\/");
  });

  test("unknown variations and settings are 404", async () => {
    const pool = find("ODD-POOL");
    const child = shop.store.childIds(pool)[0];
    const code = async (path: string): Promise<unknown> =>
      ((await list(shop, path)).body as unknown as { code: string }).code;
    expect(await code(`products/${find("ODD-SCARF")}/variations/${child}`)).toBe(
      "woocommerce_rest_product_variation_invalid_id",
    );
    expect((await list(shop, `products/${pool}/variations/${child}`)).body).toMatchObject({
      id: child,
      parent_id: pool,
    });
    expect(await code(`variations/${child}`)).toBe("rest_no_route");
    expect(await code("settings/shipping/woocommerce_weight_unit")).toBe(
      "rest_setting_setting_group_invalid",
    );
  });

  test("tells its routes, and has no /variations before 10.3", async () => {
    const older = await startWooShop({ version: "10.2.0", products: 3, assumeHttps: true });
    try {
      for (const [each, has] of [
        [shop, true],
        [older, false],
      ] as const) {
        const { text } = await call(`${each.url}/wp-json/wc/v3`);
        const { routes } = JSON.parse(text) as { routes: object };
        expect(Object.hasOwn(routes, "/wc/v3/variations")).toBe(has);
        expect((await list(each, "variations?_fields=id")).status).toBe(has ? 200 : 404);
      }
    } finally {
      await older.close();
    }
  });

  test("says which units and currency it uses, and follows when they change", async () => {
    const unit = async (): Promise<unknown> =>
      JSON.parse(
        (
          await call(`${shop.url}/wp-json/wc/v3/settings/products/woocommerce_weight_unit?_fields=value`, {
            headers: basic(shop.key),
          })
        ).text,
      );
    expect(await unit()).toMatchObject({ value: "lbs" });
    shop.setUnits({ weightUnit: "g" });
    expect(await unit()).toMatchObject({ value: "g" });
    const { text } = await call(`${shop.url}/wp-json/wc/v3/data/currencies/current`, {
      headers: basic(shop.key),
    });
    expect(JSON.parse(text)).toMatchObject({ code: "AUD" });
  });

  test("logs requests as they were sent", async () => {
    const before = shop.requests.length;
    await list(shop, "products?per_page=1&_fields=id%2Csku");
    expect(shop.requests.slice(before)).toMatchObject([
      {
        method: "GET",
        url: "/wp-json/wc/v3/products?per_page=1&_fields=id%2Csku",
        status: 200,
        at: now,
        faults: [],
      },
    ]);
  });

  test("gives its key the permission and role that were asked for", async () => {
    const weak = await startWooShop({ products: 1, assumeHttps: true, role: "customer" });
    const blind = await startWooShop({ products: 1, assumeHttps: true, permission: "write" });
    try {
      expect((await list(weak, "products")).status).toBe(403);
      expect((await list(blind, "products")).status).toBe(401);
    } finally {
      await Promise.all([weak.close(), blind.close()]);
    }
  });

  test("lives under a folder of its site", async () => {
    const sub = await startWooShop({ products: 2, home: "http://127.0.0.1:1/blog" });
    try {
      const url = `${sub.url}/blog/wp-json/wc/v3/products?per_page=1`;
      const { status, headers } = await call(sign(url, sub.key, { home: "http://127.0.0.1:1" }));
      expect(status).toBe(200);
      expect(headers["link"]).toMatch(
        /^<http:\/\/127\.0\.0\.1:1\/blog\/wp-json\/wc\/v3\/products\?per_page=1&/,
      );
      expect((await call(`${sub.url}/wp-json/`)).status).toBe(404);
    } finally {
      await sub.close();
    }
  });

  test("serves https, where Basic and query keys work", async () => {
    const safe = await startWooShop({ products: 2, tls: loopbackCert });
    const status = (path: string, headers: Record<string, string>): Promise<number | undefined> =>
      new Promise((resolve, reject) => {
        get(
          `${safe.url}/wp-json/wc/v3/products${path}`,
          { headers, ca: loopbackCert.cert, agent: false },
          (response) => {
            response.resume().on("end", () => resolve(response.statusCode));
          },
        ).on("error", reject);
      });
    try {
      expect(safe.config["url"]).toBe(safe.url);
      expect(await status("", basic(safe.key))).toBe(200);
      const { consumerKey, consumerSecret } = safe.key;
      expect(await status(`?consumer_key=${consumerKey}&consumer_secret=${consumerSecret}`, {})).toBe(200);
      expect(await status("", basic(makeKey("nobody")))).toBe(401);
      expect(new URL(sign(`${safe.url}/wp-json/wc/v3/products`, safe.key)).protocol).toBe("https:");
    } finally {
      await safe.close();
    }
  });

  test("an unknown fault or a port that is taken ends the start", async () => {
    await expect(startWooShop({ faults: ["gremlins"] })).rejects.toThrow(RangeError);
    await expect(startWooShop({ port: Number(new URL(shop.url).port) })).rejects.toThrow("EADDRINUSE");
  });

  test("closes twice, with connections open", async () => {
    const brief = await startWooShop({
      catalogue: sampleCatalogue({ products: 1 }),
      faults: [{ onRequest: () => ({ name: "mute", connection: "hang" }) }],
    });
    const broken = expect(call(`${brief.url}/wp-json/`)).rejects.toThrow("socket hang up");
    while (brief.requests.length === 0) await new Promise((done) => void setImmediate(done));
    await brief.close();
    await brief.close();
    await broken;
  });
});
