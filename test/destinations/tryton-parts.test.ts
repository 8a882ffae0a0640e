import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";

import {
  barcodeChange,
  findBarcode,
  plainBarcode,
  toIdentifier,
} from "../../src/destinations/tryton/barcode.js";
import { type Attempt, writeInHalves } from "../../src/destinations/tryton/bisect.js";
import { shapeItem } from "../../src/destinations/tryton/item.js";
import { families, findFamily, fromUnit, toMeasure } from "../../src/destinations/tryton/units.js";
import { cleanLine, parseDecimal, roundDecimal } from "../../src/destinations/tryton/values.js";

const never = new AbortController().signal;

describe("src/destinations/tryton/values.ts", () => {
  test.each([
    ["28.00", "28"],
    ["1E+2", "100"],
    ["1.2300000", "1.23"],
    ["-5", "-5"],
    ["-0.00", "0"],
    ["5E-7", "0.0000005"],
    ["12345678901234567.1", "12345678901234567.1"],
    ["007", "7"],
    ["NaN", undefined],
    ["1E+999", undefined],
    ["", undefined],
  ])("the decimal %s is %s", (decimal, plain) => {
    expect(parseDecimal({ __class__: "Decimal", decimal })).toBe(plain);
  });

  test("what is no decimal is none; a JSON number is one", () => {
    for (const value of [null, undefined, true, "5", {}, { decimal: 5 }])
      expect(parseDecimal(value)).toBeUndefined();
    expect(parseDecimal(19.99)).toBe("19.99");
  });

  test.each([
    ["1.23455", "1.2346"],
    ["1.23454999", "1.2345"],
    ["9.99995", "10.0000"],
    ["0.00004", "0.0000"],
    ["28.00", "28.00"],
    ["99999999999999999999.99999", "100000000000000000000.0000"],
  ])("%s rounds to %s", (from, to) => {
    expect(roundDecimal(from, 4)).toBe(to);
  });

  test("a line holds nothing that Tryton refuses", () => {
    expect(cleanLine(" a\r\nb\t\vc\0d\ud800e ")).toBe("a b c\ufffdd\ufffde");
  });
});

describe("src/destinations/tryton/units.ts", () => {
  test.each([
    [0.75, { value: 0.75, unit: "lb" }],
    [2.2046, { value: 1000, unit: "g" }],
    [0.7496, { value: 340, unit: "g" }],
    [0.0022, { value: 1, unit: "g" }],
    [0.0001, { value: 0.05, unit: "g" }],
  ])("%d lb are written as %j", (pounds, { value, unit }) => {
    expect(toMeasure(pounds, families.weight)).toMatchObject({ value, unit: { symbol: unit } });
  });

  test("nothing is no measure", () => {
    for (const value of [0, -1, Number.NaN, 0.00001])
      expect(toMeasure(value, families.weight)).toBeUndefined();
  });

  // Less than 0.0002 in is nothing, in hundredths of a millimetre.
  const measures = fc.integer({ min: 2, max: 50_000_000 }).map((units) => units / 10_000);

  test("a weight comes back as it was, a size within what a millimetre of two decimals tells, and twice is once", () => {
    const told = (value: number, name: "weight" | "length"): number => {
      const measure = toMeasure(value, families[name]);
      expect(measure).toBeDefined();
      // What Tryton asks of a number: no more decimals than its unit has.
      expect(Number(measure?.value.toFixed(2))).toBe(measure?.value);
      return measure === undefined ? 0 : fromUnit(measure.value, measure.unit, families[name].coarse);
    };
    fc.assert(
      fc.property(measures, (value) => {
        expect(told(value, "weight")).toBe(value);
        const size = told(value, "length");
        expect(Math.abs(size - value)).toBeLessThan(0.0003);
        expect(told(size, "length")).toBe(size);
      }),
    );
  });

  test("units are found by what they are, whatever their symbols are called", () => {
    const unit = { name: "", digits: 2, active: true };
    const units = [
      { ...unit, id: 1, symbol: "mm", factor: 0.001, category: 4 },
      { ...unit, id: 2, symbol: "Gramm", factor: 0.001, category: 2 },
      { ...unit, id: 3, symbol: "Pfund", factor: 0.45359237, category: 2 },
      { ...unit, id: 4, symbol: "lb", factor: 0.45359237, category: 2, active: false },
    ];
    expect(findFamily("weight", units)).toMatchObject({ category: 2, coarse: { id: 3 }, fine: { id: 2 } });
    expect(findFamily("length", units)).toBeUndefined();
  });
});

describe("src/destinations/tryton/barcode.ts", () => {
  test.each([
    ["036000291452", "ean"],
    ["96385074", "ean"],
    ["4006381333931", "ean"],
    ["10012345678902", "ean"],
    ["036000291453", null],
    ["04252614", null],
    ["12345", null],
    ["X0012345", null],
  ])("%s is written with type %s", (code, type) => {
    expect(toIdentifier(code)).toEqual({ type, code });
  });

  const ean = (id: number, code: string) => ({ id, type: "ean", code });
  const free = (id: number, code: string) => ({ id, type: null, code });
  const isbn = { id: 9, type: "isbn", code: "9780306406157" };

  test("of several identifiers the first ean stands for the barcode, else a number of no type, else the last", () => {
    expect(findBarcode([free(1, "x"), isbn, ean(2, "96385074")])?.id).toBe(2);
    expect(findBarcode([isbn, free(1, "x"), free(2, "12-3"), free(3, "y")])?.id).toBe(2);
    expect(findBarcode([isbn, free(1, "x"), free(2, "y")])?.id).toBe(2);
    expect(findBarcode([isbn])).toBeUndefined();
    expect(plainBarcode("4006381-333931 ")).toBe("4006381333931");
    expect(plainBarcode(" A 12 ")).toBe("A 12");
  });

  test("a barcode that is there in whatever form is not written again", () => {
    expect(barcodeChange([ean(1, "0036000-291452")], "036000291452")).toBeUndefined();
    expect(barcodeChange([ean(1, "96385074"), isbn], "9780306406157")).toBeUndefined();
    expect(barcodeChange([ean(1, "96385074")], "0000096385074")).toMatchObject({ kind: "write" });
    expect(barcodeChange([isbn], "96385074")).toMatchObject({ kind: "create", values: { type: "ean" } });
    const change = barcodeChange([free(1, "x"), free(2, "12 3")], "y");
    expect(change).toEqual({ kind: "write", identifier: free(2, "12 3"), values: { type: null, code: "y" } });
    expect(barcodeChange([free(1, "Bin A-03")], "96385074")).toMatchObject({ kind: "create" });
  });
});

describe("src/destinations/tryton/item.ts", () => {
  test("shaping twice is shaping once, and places that Tryton has not are left out", () => {
    const value = fc.oneof(fc.string({ unit: "binary" }), fc.double(), fc.double({ min: 0, max: 100 }));
    const price = fc.tuple(fc.nat(), fc.nat()).map(([whole, part]) => `${whole}.${part}`);
    const texts = fc.dictionary(
      fc.constantFrom("name", "description", "barcode", "colour", "__proto__"),
      value,
    );
    const numbers = fc.dictionary(fc.constantFrom("weight", "length", "width", "height"), fc.double());
    fc.assert(
      fc.property(texts, numbers, price, (some, others, list_price) => {
        const item = new Map(Object.entries({ ...some, ...others, list_price }));
        const once = shapeItem(item);
        expect(shapeItem(once)).toEqual(once);
        expect(once.has("colour")).toBe(false);
      }),
    );
  });
});

describe("src/destinations/tryton/bisect.ts", () => {
  interface Trial {
    readonly calls: number;
    readonly written: readonly number[];
    readonly failed: string[];
  }

  async function tryOut(size: number, bad: ReadonlySet<number>): Promise<Trial> {
    let calls = 0;
    const send = (items: readonly number[]): Promise<Attempt<string, string>> => {
      calls += 1;
      const culprit = items.find((item) => bad.has(item));
      return Promise.resolve(
        culprit === undefined
          ? { ok: true, results: items.map(String) }
          : { ok: false, refusal: `because of ${culprit}` },
      );
    };
    const items = Array.from({ length: size }, (_, index) => index);
    const all: string[] = [];
    const toFailure = (item: number, why: string): string => `${item} failed ${why}`;
    for await (const result of writeInHalves(items, send, toFailure, never)) all.push(result);
    const failed = all.filter((result) => result.includes("failed"));
    const written = all.filter((result) => !result.includes("failed")).map(Number);
    return { calls, written: written.sort((a, b) => a - b), failed };
  }

  test("one bad row among 500, wherever it stands: at most 2 log2(500) further calls", async () => {
    let most = 0;
    for (let bad = 0; bad < 500; bad += 1) {
      const { calls, written, failed } = await tryOut(500, new Set([bad]));
      expect(written).toHaveLength(499);
      expect(failed).toEqual([`${bad} failed because of ${bad}`]);
      most = Math.max(most, calls - 1);
    }
    expect(most).toBeLessThanOrEqual(11);
    expect((await tryOut(500, new Set())).calls).toBe(1);
    expect((await tryOut(0, new Set())).calls).toBe(0);
  });

  test("any number of bad rows: the good ones are written, each bad one fails for its own reason", async () => {
    const subset = fc.uniqueArray(fc.nat(63), { maxLength: 64 }).map((list) => new Set(list));
    await fc.assert(
      fc.asyncProperty(subset, async (bad) => {
        const { calls, written, failed } = await tryOut(64, bad);
        const good = Array.from({ length: 64 }, (_, index) => index).filter((item) => !bad.has(item));
        expect(written).toEqual(good);
        expect(failed.sort()).toEqual([...bad].map((item) => `${item} failed because of ${item}`).sort());
        expect(calls).toBeLessThan(3 * 64);
      }),
    );
  });
});
