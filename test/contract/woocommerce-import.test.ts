import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { createFileDestination } from "../../src/destinations/file/index.js";
import { compileTable } from "../../src/mapping/compile.js";
import { pricesOf } from "../../src/mapping/project.js";
import { loadTable } from "../../src/mapping/load.js";
import { productFields, type Product } from "../../src/model/product.js";
import { exitCodeOf } from "../../src/pipeline/report.js";
import { describeContract } from "../support/contracts.js";
import { createBench, type Bench, type Told } from "../support/pipeline.js";
import { type ReplayShop, startReplayShop } from "../support/replay-woo.js";
import { openWoo } from "../support/woo-bed.js";
import { expectedProducts } from "./woocommerce-expected.js";
import {
  duplicates,
  simpleUnpublished,
  skippedByCode,
  variationsUnpublished,
} from "./woocommerce-skipped.js";

const everyStatus = ["publish", "private", "draft", "pending", "future"];

interface Import {
  readonly shop: ReplayShop;
  readonly file: string;
  readonly bench: Bench;
  readonly warnings: readonly string[];
}

interface ImportOptions {
  readonly statuses?: readonly string[];
  readonly priceSync?: boolean;
  readonly format?: "jsonl" | "csv";
}

describeContract("a recorded WooCommerce shop imported into a file", (dir) => {
  const closers: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };

  async function openImport(options: ImportOptions = {}): Promise<Import> {
    const { statuses, priceSync = true, format = "jsonl" } = options;
    const shop = await startReplayShop(dir);
    closers.push(() => shop.close());
    const folder = await mkdtemp(join(tmpdir(), "psync-recorded-"));
    closers.push(() => rm(folder, { recursive: true, force: true }));
    const file = join(folder, `products.${format}`);
    const client = openWoo(shop.url, { settings: statuses === undefined ? {} : { statuses } });
    const table = await loadTable("woocommerce", folder, resolve("mappings/channels"));
    const none = { sent: 0, retried: 0, throttled: 0 };
    const bench = await createBench({
      channel: client.channel,
      destination: createFileDestination({ path: file, format, content: "catalogue", formulaGuard: false }),
      parts: {
        mapper: compileTable(table),
        projection: { priceSync, prices: pricesOf(table.rows), omit: [], fields: new Set(productFields) },
        requests: () => ({ source: client.http.counts(), destination: none }),
      },
    });
    closers.push(() => bench.store.close());
    return { shop, file, bench, warnings: client.warnings };
  }

  describe("the first run", () => {
    let made: Import;
    let told: Told;
    let products: Product[];
    let bySku: Map<string, Product>;

    beforeAll(async () => {
      made = await openImport();
      told = await made.bench.run();
      products = await readProducts(made.file);
      bySku = new Map(products.map((product) => [product.sku, product]));
    });
    afterAll(close);

    test("every record has one outcome: 254 products and 263 variations", () => {
      // Created: 211 published simple products less 7 digital, 4 without and 2 with a doubled SKU = 198, and of the
      // variations 45 of six shirts, 2 PONCHO, 3 CORD, 1 TARP-X, 1 ALBUM and 118 LPB = 170.
      expect(told.report.counts).toEqual({
        read: 517,
        created: 198 + 170,
        updated: 0,
        unchanged: 0,
        skipped: 15 + 30 + 8 + 94 + 2,
        rejected: 0,
        failed: 0,
        missing: 0,
      });
      expect(368 + 149).toBe(made.shop.products.length + made.shop.variations.length);
      expect(told.report).toMatchObject({ status: "ok", reconcile: true, dryRun: false });
      expect(exitCodeOf(told)).toBe(0);
    });

    test.each(Object.entries(skippedByCode))("is skipped as %s what the recordings say", (code, expected) => {
      const found = told.issueList.filter((issue) => issue.code === code);
      expect(found.map(({ key }) => key).sort()).toEqual([...expected].sort());
      expect(new Set(found.map(({ outcome }) => outcome))).toEqual(new Set(["skipped"]));
    });

    test("nothing else is an issue, and nobody is in two lists", () => {
      expect(told.issueList).toHaveLength(149);
      expect(new Set(told.issueList.map(({ key }) => key)).size).toBe(149);
      expect(made.warnings.filter((line) => !line.includes("Date"))).toEqual([]);
    });

    test("what lacks an SKU is told with its address in the cart, a duplicate with its twin", () => {
      const message = (key: string): string =>
        told.issueList.find((issue) => issue.key === key)?.message ?? "";
      expect(message("192")).toContain(`${made.shop.url}/wp-admin/post.php?post=192&action=edit`);
      // A variation is edited on its parent's page.
      expect(message("264")).toContain(`${made.shop.url}/wp-admin/post.php?post=263&action=edit`);
      for (const key of duplicates) expect(message(key)).toMatch(/BRM-DUP.*251.*252/);
    });

    test("the file holds all the others, each once, sorted by the bytes of their SKUs", () => {
      const skipped = new Set(Object.values(skippedByCode).flat());
      const kept = [...made.shop.products, ...made.shop.variations]
        .map((row) => String(row["id"]))
        .filter((key) => !skipped.has(key));
      expect(products.map((product) => product.product_id).sort()).toEqual(kept.sort());
      const skus = products.map(({ sku }) => sku);
      expect(skus).toEqual([...skus].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
      expect(skus.slice(0, 5)).toEqual(["0", "000123", "123", "ALBUM-LP", "BRM 77 A"]);
      expect(skus.at(-1)).toBe("brm-hose-lc");
    });

    const isBlock = ({ sku }: Product): boolean => sku.startsWith("LPB-");

    test.each(
      expectedProducts
        .filter((product) => !isBlock(product))
        .map((product) => [product.sku, product] as const),
    )("%j is complete", (sku, product) => {
      expect(bySku.get(sku)).toEqual(product);
    });

    test("all 118 children of one parent are complete", () => {
      const blocks = expectedProducts.filter(isBlock);
      expect(blocks).toHaveLength(118);
      expect(products.filter(isBlock)).toEqual(blocks);
    });

    test("the products that were worked out by hand cover every row of the article's table", () => {
      const filled = new Set(expectedProducts.flatMap((product) => Object.keys(product)));
      // Not in the table: what other carts have. UPC, custom_fields and further images are beyond the article.
      const others = ["product_variant_id", "ASIN", "product_type", "vendor", "sort_order"];
      const images = /^image_url_([4-9]|1\d|20)$/;
      const due = productFields.filter((field) => !others.includes(field) && !images.test(field));
      expect([...filled].sort()).toEqual([...due].sort());
      expect(expectedProducts.filter((product) => !isBlock(product)).length).toBeGreaterThanOrEqual(45);
    });

    test("keys stand in the canonical order, and no value is empty", () => {
      for (const product of products) {
        const names = Object.keys(product);
        expect(names).toEqual(productFields.filter((field) => names.includes(field)));
        for (const value of Object.values(product)) expect([null, "", [], {}]).not.toContainEqual(value);
      }
    });

    test("takes nine requests: the site, two units, three pages of products and of variations", () => {
      const paths = made.shop.calls.map((call) => new URL(call, made.shop.url).pathname);
      const units = ["weight", "dimension"].map((unit) => `/settings/products/woocommerce_${unit}_unit`);
      const lists = ["/products", "/variations"].flatMap((list) => [list, list, list]);
      const expected = ["/wp-json/", ...[...units, ...lists].map((path) => `/wp-json/wc/v3${path}`)];
      expect([...paths].sort()).toEqual(expected.sort());
      expect(told.report.requests.source).toEqual({ sent: 9, retried: 0, throttled: 0 });
    });
  });

  describe("options and later runs", () => {
    afterEach(close);

    test("a second run reads the same pages, plans nothing and leaves the file alone", async () => {
      const { bench, file, shop } = await openImport();
      await bench.run();
      const before = await stat(file, { bigint: true });
      const first = shop.calls.splice(0).map(unsigned);
      const second = await bench.run({
        confirm: () => Promise.reject(new Error("there is nothing to ask about")),
      });
      expect(second.report.counts).toEqual({
        read: 517,
        created: 0,
        updated: 0,
        unchanged: 368,
        skipped: 149,
        rejected: 0,
        failed: 0,
        missing: 0,
      });
      expect(second.plan).toMatchObject({ create: 0, update: 0 });
      expect(shop.calls.map(unsigned)).toEqual(first);
      const after = await stat(file, { bigint: true });
      expect([after.ino, after.mtimeNs, after.ctimeNs]).toEqual([before.ino, before.mtimeNs, before.ctimeNs]);
    });

    test("a dry run plans all creates and writes no file", async () => {
      const { bench, file } = await openImport();
      const told = await bench.run({ dryRun: true });
      expect(told.report.counts).toMatchObject({ read: 517, created: 368, skipped: 149 });
      expect(told.entryList).toHaveLength(368);
      const entry = told.entryList.find(({ sku }) => sku === "CORD-50");
      expect(entry).toMatchObject({
        action: "create",
        fields: {
          name: { to: "Cut-to-length cord - 50 ft | bulk, Nylon" },
          "custom_fields.Füllung": { to: "Nylon" },
        },
      });
      await expect(stat(file)).rejects.toThrow("ENOENT");
    });

    test("without priceSync no price is in the file, and everything else is", async () => {
      const { bench, file } = await openImport({ priceSync: false });
      const told = await bench.run();
      expect(told.report.counts).toMatchObject({ read: 517, created: 368, skipped: 149 });
      const products = await readProducts(file);
      expect(products.some((product) => "retail_price" in product || "regular_price" in product)).toBe(false);
      const bySku = new Map(products.map((product) => [product.sku, product]));
      const prices = new Set(["retail_price", "regular_price"]);
      for (const product of expectedProducts) {
        const rest = Object.entries(product).filter(([field]) => !prices.has(field));
        expect(bySku.get(product.sku)).toEqual(Object.fromEntries(rest));
      }
    });

    test("with all statuses wanted the unpublished come, as far as nothing else speaks against them", async () => {
      const { bench, file } = await openImport({ statuses: everyStatus });
      const told = await bench.run();
      // The draft parent 417 is not sellable all the same; its child and the disabled tarp are created.
      expect(told.report.counts).toEqual({
        read: 517,
        created: 368 + simpleUnpublished.length + variationsUnpublished.length,
        updated: 0,
        unchanged: 0,
        skipped: 0 + 31 + 8 + 94 + 2,
        rejected: 0,
        failed: 0,
        missing: 0,
      });
      const codes = told.issueList.map(({ code }) => code);
      const count = (code: string): number => codes.filter((each) => each === code).length;
      expect([count("status"), count("not-sellable")]).toEqual([0, 31]);
      expect([count("not-shippable"), count("no-sku"), count("duplicate-sku")]).toEqual([8, 94, 2]);
      const bySku = new Map((await readProducts(file)).map((product) => [product.sku, product]));
      expect(bySku.get("TARP-X-O")).toEqual({
        sku: "TARP-X-O",
        product_id: "414",
        parent_id: "413",
        name: "Disabled option tarp - Olive",
        description: "<p>Disabled option tarp, in several options.</p>\n",
        retail_price: "20.00",
        regular_price: "20.00",
        categories: ["Uncategorized"],
        attribute_names: ["Color"],
        custom_fields: { Color: "Olive" },
        status: "private",
        allow_backorders: "N",
      });
      expect(bySku.get("VDRAFT-O")).toMatchObject({
        product_id: "418",
        parent_id: "417",
        retail_price: "12.00",
      });
      // A draft without a price.
      expect(bySku.get("BRM-DRAFT-1")).toEqual({
        sku: "BRM-DRAFT-1",
        product_id: "236",
        name: "Product",
        weight_lbs: 1,
        weight_kg: 0.4536,
        categories: ["Uncategorized"],
        status: "draft",
        allow_backorders: "N",
      });
      const statusOf = (sku: string): string | undefined => bySku.get(sku)?.status;
      expect(["BRM-PENDING-3", "BRM-PRIVATE-1", "BRM-FUT-2"].map(statusOf)).toEqual([
        "pending",
        "private",
        "future",
      ]);
    });

    test("as CSV the same products stand in columns", async () => {
      const { bench, file } = await openImport({ format: "csv" });
      await bench.run();
      const text = await readFile(file, "utf8");
      const [head = [], ...rows] = parseCsv(text);
      expect(head).toEqual(productFields);
      expect(rows).toHaveLength(368);
      const bySku = new Map(rows.map((row) => [row[0], row]));
      for (const product of expectedProducts) {
        const row = bySku.get(product.sku) ?? [];
        const found = row.map((cell, index) =>
          productFields[index] === "custom_fields" && cell !== "" ? (JSON.parse(cell) as unknown) : cell,
        );
        const due = productFields.map((field) => {
          const value = product[field] ?? "";
          if (Array.isArray(value)) return value.join("|");
          return typeof value === "object" ? value : String(value);
        });
        expect(found).toEqual(due);
      }
      // Two rows letter by letter: six columns without a value, prices, weight, then sizes, images and the like.
      const noImages = ",".repeat(20);
      expect(text).toContain(
        `\n"BRM,COMMA,1",208,,,SKU with comma,,,,,,10.00,10.00,1,0.4536,,,,,,,${noImages},Uncategorized,,,,,publish,,N\n`,
      );
      expect(text).toContain(
        `\n"BRM-HOSE-3/4""",198,,,"Hose 3/4"" × 10' — <em>brass</em> fittings",,,,,,10.00,10.00,1,0.4536,,,,,,,${noImages},Uncategorized,,,,,publish,,N\n`,
      );
    });
  });
});

/** Reads a file of JSON lines. */
async function readProducts(file: string): Promise<Product[]> {
  const lines = (await readFile(file, "utf8")).trimEnd().split("\n");
  return lines.map((line) => JSON.parse(line) as Product);
}

/** A call without its signature, which is new each time. */
function unsigned(call: string): string {
  return call.replace(/[?&]oauth_[^&]*/g, "");
}

/** Reads CSV as RFC 4180 has it, with line feeds. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\n]*))(,|\n)/g)) {
    row.push(quoted === undefined ? (plain ?? "") : quoted.replaceAll('""', '"'));
    if (end === ",") continue;
    rows.push(row);
    row = [];
  }
  return rows;
}
