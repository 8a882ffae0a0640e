import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

import { describe, expect, test } from "@jest/globals";

import { faults } from "./coverage-table.js";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");

function numbers(from: number, to: number): string[] {
  return Array.from({ length: to - from + 1 }, (_, index) => `R${from + index}`);
}

/** What of the faults on the network and in data cannot occur with a cart, and why. */
const neverWith: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  shopify: { R36: "Amazon's reports" },
  etsy: {
    R34: "Shopify's errors inside of a good answer",
    R35: "Shopify's exports",
    R36: "Amazon's reports",
  },
  amazon: { R34: "Shopify's errors inside of a good answer", R35: "Shopify's exports" },
};

/** What must be tried with each warehouse, whatever the rest of the table says. */
const warehouseFaults = ["R2", "R20", "R21", "R22", "R23", "R31", "R32", "R37", "R38"];

/** Faults of other systems than carts: warehouses, and proxies that the http room knows nothing of. */
const elsewhere = new Set(["R37", "R38", "R39", "R40"]);

const laws = readFileSync(join(root, "test/faults/laws.ts"), "utf8").split(/^export /m);

/** A file of tests, with the laws that it calls: their titles count as its own. */
function textOf(file: string): string {
  const text = readFileSync(join(root, file), "utf8");
  const called = laws.filter((law) => {
    const name = /^function (\w+)/.exec(law)?.[1];
    return name !== undefined && new RegExp(`^ +${name}\\(`, "m").test(text);
  });
  return [text, ...called].join("\n");
}

/** Every number that stands at the beginning of a test's title in the files of a cart. */
function triedWith(cart: string): ReadonlySet<string> {
  const texts = readdirSync(join(root, "test/faults"))
    .filter((name) => name.startsWith(cart) && name.endsWith(".test.ts"))
    .map((name) => textOf(`test/faults/${name}`));
  const titles = texts.flatMap((text) =>
    [...text.matchAll(/["'`]((?:R\d+(?:, | and | to )?)+):/g)].map(([, title = ""]) => title),
  );
  return new Set(titles.flatMap((title) => title.match(/R\d+/g) ?? []));
}

describe("faults", () => {
  test("each one is tried somewhere, or cannot occur for a reason", () => {
    expect(Object.keys(faults)).toEqual([...numbers(1, 12), ...numbers(20, 40), ...numbers(50, 60)]);
    const open = Object.entries(faults).filter(
      ([, { tried, never }]) => tried.length === 0 && never === undefined,
    );
    expect(open).toEqual([]);
  });

  test.each(Object.entries(faults).filter(([, { tried }]) => tried.length > 0))(
    "%s is tried where the table says",
    (_number, { tried }) => {
      const lost = tried.filter(([file, title]) => !textOf(file).includes(title));
      expect(lost).toEqual([]);
    },
  );

  test.each(Object.entries(neverWith))(
    "%s: each fault of the network and of data is tried, or cannot occur for a reason",
    (cart, never) => {
      const tried = triedWith(cart);
      const all = [...numbers(20, 36), ...numbers(50, 60)].filter((number) => !elsewhere.has(number));
      expect(all.filter((number) => !tried.has(number) && never[number] === undefined)).toEqual([]);
      // A reason for something that is tried is out of date.
      expect(Object.keys(never).filter((number) => tried.has(number))).toEqual([]);
    },
  );

  test.each(["extensiv-3pl", "tryton"])("%s: each fault of warehouses is tried", (warehouse) => {
    const tried = triedWith(warehouse);
    expect(warehouseFaults.filter((number) => !tried.has(number))).toEqual([]);
  });
});
