import { expect } from "@jest/globals";

import { PsyncError } from "../../src/errors.js";
import { collate, type WarehouseItem } from "../../src/sandbox/extensiv-3pl/model.js";
import { bySku, isCarton, operatorsPart, type Places, placesOf, standsAt } from "./warehouse-products.js";
import { filesOf, type Imported, type ImportOptions, secretsOf, type WarehouseRig } from "./warehouse-rig.js";

interface Looseness {
  /** `never`: the server does not keep what it is sent, and the ledger cannot know. `doubt`: an answer was lost before. */
  readonly ledger?: "never" | "doubt";
}

/** Whether what stands is what was known, or, of an item whose last write is in doubt, what was to stand there once. */
function standsSo(stands: unknown, path: string, known: unknown, past: readonly Places[]): boolean {
  return stands === known || past.some((places) => places[path] === stands);
}

/** No SKU twice (I2), nothing that nobody asked for, no stock that is another one, nothing changed that operators set up. */
export function expectStanding(rig: WarehouseRig): void {
  const items = rig.warehouse.items();
  const standing = bySku(items);
  expect(standing.size).toBe(items.length);
  const old = bySku(rig.before);
  expect([...standing.keys()].filter((key) => !rig.past.has(key) && !old.has(key))).toEqual([]);
  expect(rig.warehouse.stocks()).toEqual(rig.stocks);
  const parts = (some: Iterable<WarehouseItem | undefined>): unknown[] =>
    [...some].map((item) => (item === undefined ? item : withoutCounts(operatorsPart(item))));
  expect(parts([...old.keys()].map((key) => standing.get(key)))).toEqual(parts(old.values()));
}

/**
 * The invariants that hold after every run, whatever happened: what `expectStanding` says; what the state calls written
 * stands there so (I3), each record read has one outcome (I4), exit 0 says that all is well (I5), no secret anywhere (I6).
 */
export function expectSound(rig: WarehouseRig, run: Imported, { ledger }: Looseness = {}): void {
  expectStanding(rig);
  if (ledger !== "never") expectLedger(rig, run.ledger, run.exit === 0 && ledger !== "doubt");

  const { read, missing: _, ...outcomes } = run.report.counts;
  const { status } = run.report;
  // A run that stopped has records without an outcome yet.
  if (status === "ok" || status === "partial")
    expect(Object.values(outcomes).reduce((sum, count) => sum + count, 0)).toBe(read);
  if (run.exit === 0) expect({ status, error: run.error }).toEqual({ status: "ok", error: undefined });
  else expect(status).not.toBe("ok");
  if (run.exit !== 0 && run.exit !== 3) expect(run.error).toBeInstanceOf(PsyncError);

  const told = [
    JSON.stringify([run.report, run.list, run.events]),
    rig.logs.join("\n"),
    ...chain(run.error),
    ...filesOf(rig),
  ];
  for (const secret of secretsOf(rig)) expect(told.some((text) => text.includes(secret))).toBe(false);
}

/** Operators edit it in between; that such an edit survives is looked at where it is made. */
function withoutCounts(part: Readonly<Record<string, unknown>>): unknown {
  const { options, ...rest } = part;
  return { ...rest, options: { ...(options as object), daysBetweenCounts: undefined } };
}

/** What the state calls written stands there so; `strict`: also where an answer may have been lost. */
function expectLedger(rig: WarehouseRig, ledger: Imported["ledger"], strict: boolean): void {
  const standing = bySku(rig.warehouse.items());
  const wrong: unknown[] = [];
  for (const { sku, product, reserved = [] } of ledger) {
    const item = standing.get(collate(sku));
    if (item === undefined) {
      wrong.push({ sku, stands: undefined });
      continue;
    }
    const own = Object.fromEntries(Object.entries(product).filter(([name]) => !reserved.includes(name)));
    const places = placesOf({ ...own, sku }, { carton: isCarton(item), sizes: rig.sizes });
    const past = strict ? [] : (rig.past.get(collate(sku)) ?? []);
    for (const [path, value] of Object.entries(places)) {
      const stands = standsAt(item, path);
      if (!standsSo(stands, path, value, past)) wrong.push({ sku, path, value, stands });
    }
  }
  expect(wrong).toEqual([]);
}

/** Nothing lost (I1): every product of the cart stands there with all that is known of it, and what is not known is as it was. */
export function expectWhole(rig: WarehouseRig, priceSync = true): void {
  const standing = bySku(rig.warehouse.items());
  const before = bySku(rig.before);
  const wrong: unknown[] = [];
  for (const product of rig.shop.values()) {
    const item = standing.get(collate(product.sku));
    if (item === undefined) {
      wrong.push({ sku: product.sku, stands: undefined });
      continue;
    }
    const places = placesOf(product, { carton: isCarton(item), priceSync, sizes: rig.sizes });
    for (const [path, value] of Object.entries(places)) {
      const stands = standsAt(item, path);
      if (stands !== value) wrong.push({ sku: product.sku, path, value, stands });
    }
    const old = before.get(collate(product.sku));
    if (old === undefined) continue;
    const past = rig.past.get(collate(product.sku)) ?? [];
    for (const path of ["description2", "upc", "price"]) {
      if (past.some((each) => each[path] !== undefined)) continue;
      const [was, stands] = [standsAt(old, path), standsAt(item, path)];
      if (was !== stands) wrong.push({ sku: product.sku, path, was, stands });
    }
  }
  expect(wrong).toEqual([]);
}

/** All is well: nothing lost, nothing twice. */
export function expectDone(rig: WarehouseRig, run: Imported, priceSync = true): void {
  expect({ exit: run.exit, error: run.error, list: run.list }).toMatchObject({ exit: 0, error: undefined });
  expectSound(rig, run);
  expectWhole(rig, priceSync);
}

/** The next plain run repairs (I7), and the one after it asks the warehouse for nothing. */
export async function expectRepaired(rig: WarehouseRig, how: ImportOptions = {}): Promise<Imported> {
  rig.warehouse.faults.clear();
  let repaired = await rig.import(how);
  if (repaired.events.some(({ kind }) => kind === "resumed")) {
    // It has written the cart as the interrupted run read it; what that one was refused stays told.
    expect([0, 3]).toContain(repaired.exit);
    expectSound(rig, repaired, { ledger: "doubt" });
    repaired = await rig.import(how);
  }
  expectDone(rig, repaired, how.priceSync);
  const idle = await rig.import(how);
  expect(idle.report.counts).toMatchObject({ created: 0, updated: 0, failed: 0, unchanged: rig.shop.size });
  expect({ exit: idle.exit, sent: idle.sent }).toEqual({ exit: 0, sent: 0 });
  return repaired;
}

/** What stands in the warehouse, without dates and versions; for laws that nothing has changed. */
export function standing({ warehouse }: WarehouseRig): unknown {
  return warehouse.items().map((item) => ({ ...item, readOnly: undefined }));
}

function chain(error: unknown): string[] {
  if (!(error instanceof Error)) return [];
  const hint = error instanceof PsyncError ? (error.hint ?? "") : "";
  return [error.message, hint, error.stack ?? "", ...chain(error.cause)];
}
