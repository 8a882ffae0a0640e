import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, expect, test } from "@jest/globals";

import type { Product } from "../../src/model/product.js";
import type { SandboxShop } from "../../src/sandbox/sandbox.js";
import { sampleCatalogue } from "../../src/sandbox/woocommerce/catalogue.js";
import { startWooShop, type WooShop } from "../../src/sandbox/woocommerce/server.js";
import { type Connection, connect, readCatalogue } from "../support/psync-process.js";
import { openTryton, type OpenTryton, ownPart } from "../support/tryton-occupied.js";
import { describeTryton, type TestTryton, type TrytonProduct } from "../support/tryton.js";
import { expectedInTryton } from "../support/warehouse-expected.js";
import { builtBin } from "./installed.js";

const measures = ["weight", "length", "width", "height"];

/** Which of the operator's set-ups a product has before psync comes. */
const setUps = ["absent", "sparse", "rich", "variants", "equal", "inactive"] as const;

describeTryton("psync into a Tryton that an operator works in", () => {
  let home: string;
  let shop: WooShop;
  let catalogue: readonly Product[];
  const opened: { close(): Promise<void> }[] = [];
  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), "psync-tryton-e2e-"));
    shop = await startWooShop({ catalogue: sampleCatalogue({ products: 24, odd: false }) });
    opened.push(shop);
    catalogue = await readCatalogue(builtBin, join(home, "file"), { source: shop.config });
  });
  afterAll(async () => {
    for (const one of opened) await one.close();
    rmSync(home, { recursive: true });
  });

  async function open(source: SandboxShop, name: string): Promise<OpenTryton & { connection: Connection }> {
    const warehouse = await openTryton();
    opened.push(warehouse);
    const { destination } = warehouse;
    return {
      ...warehouse,
      connection: connect(builtBin, join(home, name), { source: source.config, destination }),
    };
  }

  const setUpOf = new Map<string, (typeof setUps)[number]>();

  /** Sets products up as an operator does, by whatever means Tryton has. */
  async function occupy({ call }: TestTryton): Promise<void> {
    const rows: object[] = [];
    for (const [at, product] of catalogue.entries()) {
      const setUp = setUps[at % setUps.length] ?? "absent";
      setUpOf.set(product.sku, setUp);
      if (setUp !== "absent") rows.push(toTemplate(setUp, product));
    }
    await call("model.product.template.create", [rows]);
    const inactive = catalogue.filter(({ sku }) => setUpOf.get(sku) === "inactive").map(({ sku }) => sku);
    const ids = await call("model.product.product.search", [[["code", "in", inactive]], 0, null, null]);
    await call("model.product.product.write", [ids, { active: false }]);
  }

  test("adopts by code, loses nothing of the operator's, and writes exactly what the plan said", async () => {
    const { tryton, connection } = await open(shop, "adopt");
    await occupy(tryton);
    const before = await tryton.products();
    const foreign = await foreignPart(tryton, before);

    const dry = await connection.run("import", "--dry-run");
    expect(await tryton.products()).toEqual(before);
    const plan = dry.plan ?? [];
    const [creates = [], updates = []] = ["create", "update"].map((kind) =>
      plan.filter(({ action }) => action === kind),
    );
    expect(updates.length).toBeGreaterThan(20);
    expect(skusOf(creates)).toEqual(skusWith("absent", "inactive"));

    // With updates off what differs waits; it is taken up as soon as they are on.
    const off = await connection.run("import", "--yes", "--no-updates");
    const skipped = (dry.counts["skipped"] ?? 0) + updates.length;
    expect(off.counts).toMatchObject({ created: creates.length, updated: 0, failed: 0, skipped });
    const held = off.issues.filter(({ code }) => code === "updates-off");
    expect(held.map(({ sku }) => sku).sort()).toEqual(skusOf(updates));
    expect(await tryton.products().then((all) => all.slice(0, before.length))).toEqual(before);
    const on = await connection.run("import", "--yes");
    expect(on.counts).toMatchObject({ created: 0, updated: updates.length, failed: 0 });

    const after = await tryton.products();
    expect(await foreignPart(tryton, before)).toEqual(foreign);
    expect(after.slice(0, before.length).map(ownPart)).toEqual(before.map(adopted));
    expect(
      after
        .slice(before.length)
        .map(ownPart)
        .map(({ code }) => code)
        .sort(),
    ).toEqual(skusOf(creates));
    for (const product of after.slice(before.length))
      expect(ownPart(product)).toEqual(wantedOf(product.code));
    for (const [at, old] of before.entries()) {
      const entry = updates.find(({ sku }) => old.active && sku === old.code);
      const next = after[at];
      // The large one's template is that of its smaller sister.
      const isSister = old.code?.endsWith("-LARGE") === true;
      if (next === undefined || isSister) expect(next && ownPart(next)).toEqual(ownPart(old));
      else if (entry === undefined) expect(next).toEqual(old);
      else expect(Object.keys(entry.fields)).toEqual(changedFields(old, next));
    }

    const idle = { created: 0, updated: 0, failed: 0 };
    expect(await connection.run("import", "--yes")).toMatchObject({
      counts: idle,
      requests: { destination: { sent: 0 } },
    });
    connection.loseState();
    expect((await connection.run("import", "--yes")).counts).toMatchObject(idle);
    expect(await tryton.products()).toEqual(after);

    // A price that several variants share is the operator's as well.
    const priced = after.filter(
      ({ code, active }) => active && priceOf(code) !== undefined && setUpOf.get(code ?? "") !== "variants",
    );
    const dear = await connection.run("import", "--yes", "--price-sync");
    expect(dear.counts).toMatchObject({ created: 0, updated: priced.length, failed: 0 });
    expect((await tryton.products()).map(ownPart)).toEqual(
      after.map((product) => {
        const own = ownPart(product);
        return priced.includes(product) ? { ...own, listPrice: priceOf(product.code) } : own;
      }),
    );
    expect(await connection.run("import", "--yes", "--price-sync")).toMatchObject({
      counts: idle,
      requests: { destination: { sent: 0 } },
    });
  }, 60_000);

  test("of 500 products one is bad: 499 are written, one issue, and at most 2 log2(500) more calls", async () => {
    const plain = sampleCatalogue({ products: 500, odd: false, variable: false });
    const large = await startWooShop({ catalogue: plain });
    opened.push(large);
    const good = await open(large, "good");
    const first = await good.connection.run("import", "--yes");
    expect(first).toMatchObject({ code: 0, counts: { read: 500, created: 500, failed: 0 } });

    const bad = await open(large, "bad");
    const sku = (await good.tryton.products())[317]?.code ?? "";
    await refuse(bad.tryton, sku);
    const second = await bad.connection.run("import", "--yes");
    expect(second).toMatchObject({ code: 3, counts: { created: 499, failed: 1 } });
    expect(second.issues).toEqual([
      expect.objectContaining({ outcome: "failed", sku, message: expect.stringContaining("not allowed") }),
    ]);
    const extra = second.requests.destination.sent - first.requests.destination.sent;
    expect(extra).toBeGreaterThan(0);
    expect(extra).toBeLessThanOrEqual(2 * Math.log2(500));
    const own = (products: readonly TrytonProduct[]): object[] => products.map(ownPart);
    const others = (await good.tryton.products()).filter(({ code }) => code !== sku);
    const byCode = (one: { code?: unknown }, other: { code?: unknown }): number =>
      String(one.code) < String(other.code) ? -1 : 1;
    expect(own(await bad.tryton.products()).sort(byCode)).toEqual(own(others).sort(byCode));
  }, 60_000);

  /** Makes Tryton refuse a code to everybody, as an operator's own rule does. */
  async function refuse({ call }: TestTryton, sku: string): Promise<void> {
    const [model] = (await call("model.ir.model.search", [
      [["model", "=", "product.template"]],
      0,
      null,
      null,
    ])) as [number];
    const rules = [["create", [{ domain: JSON.stringify([["code", "!=", sku]]) }]]];
    const group = { name: "refusal", model, global_p: true, perm_read: false, rules };
    await call("model.ir.rule.group.create", [[group]]);
  }

  const skusOf = (entries: readonly { readonly sku: string }[]): string[] =>
    entries.map(({ sku }) => sku).sort();
  const skusWith = (...wanted: readonly string[]): string[] =>
    skusOf(catalogue.filter(({ sku }) => wanted.includes(setUpOf.get(sku) ?? "")));
  const productOf = (code: string | null): Product | undefined => catalogue.find(({ sku }) => sku === code);
  const priceOf = (code: string | null): string | undefined => {
    const price = productOf(code)?.retail_price;
    return Number(price) > 0 ? price : undefined;
  };
  const wantedOf = (code: string | null): Readonly<Record<string, unknown>> => {
    const product = productOf(code);
    if (product === undefined) throw new RangeError(`no product ${code}`);
    return expectedInTryton(product, false);
  };

  /** What an operator's product is once psync has adopted it: its own part, with what the cart knows over it. */
  function adopted(old: TrytonProduct): object {
    const own = ownPart(old);
    const setUp = setUpOf.get(old.code ?? "");
    if (setUp === undefined || !old.active) return own;
    const wanted = wantedOf(old.code);
    const shared = setUp === "variants" ? ["name", ...measures] : setUp === "equal" ? ["weight"] : [];
    const next: Record<string, unknown> = { ...own };
    for (const place of ["name", "description", ...measures])
      if (wanted[place] !== null && !shared.includes(place)) next[place] = wanted[place];
    const [barcode] = wanted["identifiers"] as readonly object[];
    const kinds = old.identifiers.map(({ type, code }) => ({ type, code }));
    if (barcode !== undefined) {
      const at = kinds.findIndex(({ type }) => type === "ean");
      next["identifiers"] =
        at < 0 ? [...kinds, barcode] : kinds.map((kind, place) => (place === at ? barcode : kind));
    }
    return next;
  }

  /** Canonical fields whose place holds something else than before, in canonical order. */
  function changedFields(old: TrytonProduct, next: TrytonProduct): string[] {
    const fields = { name: "name", description: "description", identifiers: "UPC", weight: "weight_lbs" };
    const all = { ...fields, length: "length_in", width: "width_in", height: "height_in" };
    const [one, other] = [ownPart(old), ownPart(next)];
    return Object.entries(all)
      .filter(([place]) => JSON.stringify(one[place]) !== JSON.stringify(other[place]))
      .map(([, field]) => field);
  }

  function toTemplate(setUp: string, product: Product): object {
    const { sku, weight_lbs: weight = 1 } = product;
    const wanted = expectedInTryton(product, false);
    const decimal = (text: string): object => ({ __class__: "Decimal", decimal: text });
    const identifier = (type: string | null, code: string): object => ({ type, code });
    const plain = { code: sku, default_uom: 1, type: "goods", list_price: decimal("3.2500") };
    const one = (values: object): object => ({ products: [["create", [values]]] });
    if (setUp === "equal") {
      // The same weight, in a unit of the operator's choice.
      const measures = { weight: Math.round(weight * 1600) / 100, weight_uom: 6 };
      const identifiers = (wanted["identifiers"] as object[]).map((each) => ({ ...each }));
      return {
        ...plain,
        ...one({ description: wanted["description"], identifiers: [["create", identifiers]] }),
        ...measures,
        name: wanted["name"],
      };
    }
    if (setUp === "variants") {
      const variants = [
        {
          suffix_code: sku,
          description: "As it was",
          identifiers: [["create", [identifier("isbn", "9780306406157")]]],
        },
        { suffix_code: `${sku}-LARGE`, description: "The large one" },
      ];
      return {
        ...plain,
        code: null,
        name: "Two of a kind",
        weight: 3,
        weight_uom: 2,
        products: [["create", variants]],
      };
    }
    if (setUp === "rich") {
      const identifiers = [
        ["isbn", "9780306406157"],
        ["ean", "4006381333931"],
        [null, "Bin A-03"],
      ];
      return {
        ...plain,
        ...one({
          description: "Keep dry",
          cost_price: decimal("1.75"),
          identifiers: [
            ["create", identifiers.map(([type = null, code = ""]) => identifier(type, code ?? ""))],
          ],
        }),
        name: "Set up with care",
        default_uom: 2,
        consumable: true,
        weight: 0.25,
        weight_uom: 2,
        length: 1,
        length_uom: 14,
        width: 1,
        width_uom: 14,
        height: 1,
        height_uom: 14,
        volume: 2,
        volume_uom: 21,
      };
    }
    return { ...plain, ...one({}), name: "SET UP IN A HURRY" };
  }

  /** Everything that Tryton keeps of these products and psync has no say in, as Tryton tells it. */
  async function foreignPart({ call }: TestTryton, products: readonly TrytonProduct[]): Promise<unknown> {
    const told: Record<string, unknown> = {};
    const ids = { "product.template": "templateId", "product.product": "id" } as const;
    for (const [model, id] of Object.entries(ids)) {
      const all = Object.keys((await call(`model.${model}.fields_get`, [null])) as object);
      const fields = all.filter(
        (name) =>
          !/^(write_|rec_name|name$|description$|identifiers$)/.test(name) &&
          !measures.some((place) => name.startsWith(place)),
      );
      told[model] = await call(`model.${model}.search_read`, [
        [
          ["id", "in", products.map((product) => product[id])],
          ["active", "in", [true, false]],
        ],
        0,
        null,
        [["id", "ASC"]],
        fields,
      ]);
    }
    return told;
  }
});
