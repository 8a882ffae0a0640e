import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import type {
  Destination,
  DocumentDestination,
  ItemDestination,
  PlannedChange,
  RunStamp,
  WriteResult,
} from "../../src/destinations/destination.js";
import { compareUtf8 } from "../../src/model/order.js";
import { projectProduct } from "../../src/mapping/project.js";
import { isCanonical, type JsonValue, type Product, productFields } from "../../src/model/product.js";
import { planChange } from "../../src/pipeline/plan.js";
import { toKnown } from "../../src/pipeline/planning.js";
import { awkwardFields, oddSkus, richFields } from "./samples.js";

/** A destination under test with what stands behind it. */
export interface DestinationFixture<D extends Destination> {
  readonly destination: D;
  /** Everything that stands there, in a form that `toEqual` compares; for laws that nothing has changed. */
  snapshot(): Promise<unknown>;
  /** Makes the place refuse a SKU; items only. */
  refuse?(sku: string): void | Promise<void>;
  /** The next write takes effect and its answer is lost: the connection breaks, or a 500 comes. Servers only. */
  loseAnswer?(how: "cut" | "error"): void | Promise<void>;
  /** How many items stand under exactly this SKU. Servers only. */
  standing?(sku: string): number | Promise<number>;
  /** Sets an item up as an operator does, in places that psync has no field for. Servers only. */
  setUp?(sku: string): void | Promise<void>;
  /** What stands in those places, in a form that `toEqual` compares. */
  setUpOf?(sku: string): unknown;
  /** SKUs that the destination takes; default: `oddSkus`, all of them. */
  readonly skus?: readonly string[];
  /** Fields that come back from `find` exactly as they were written; default: all that it has a place for. */
  readonly exactFields?: ReadonlySet<string>;
  close?(): Promise<void>;
}

/** A fixture of a destination behind a wire. */
type ServerFixture = DestinationFixture<ItemDestination> &
  Required<Pick<DestinationFixture<ItemDestination>, "loseAnswer" | "standing" | "setUp" | "setUpOf">>;

export type OpenDestination =
  | { readonly kind: "server"; open(): Promise<ServerFixture> }
  | { readonly kind: "items"; open(): Promise<DestinationFixture<ItemDestination>> }
  | { readonly kind: "document"; open(): Promise<DestinationFixture<DocumentDestination>> };

const never = new AbortController().signal;
const run: RunStamp = { id: "20261124T080000000Z-a1", startedAt: "2026-11-24T08:00:00.000Z" };

/** A change as the plan makes it, with `product` as the candidate. */
export function toChange(
  product: Product,
  action: "create" | "update" = "create",
  remoteId?: string,
): PlannedChange {
  const fields = fieldsOf(product);
  return { action, sku: product.sku, fields, product, ...(remoteId === undefined ? {} : { remoteId }) };
}

/** Every field of a product as a change from nothing. */
function fieldsOf(product: Product): PlannedChange["fields"] {
  const fields: Record<string, { readonly to: JsonValue }> = {};
  for (const field of productFields) {
    const value = product[field];
    if (value !== undefined) fields[field] = { to: value };
  }
  return fields;
}

async function gather<T>(values: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const value of values) all.push(value);
  return all;
}

async function* stream(products: Iterable<Product>): AsyncGenerator<Product> {
  yield* products;
}

/** A store that breaks down while it is read, late enough that much has been written. */
async function* broken(): AsyncGenerator<Product> {
  for (let number = 10_000; number < 13_000; number += 1) yield { sku: `B-${number}`, ...richFields };
  throw new Error("the store is gone");
}

/** Asks for any number of SKUs as a run does: in order, `maxBatch` at once. */
async function findAll(destination: Destination, skus: readonly string[]): Promise<Map<string, Product>> {
  const found = new Map<string, Product>();
  const wanted = [...skus].sort(compareUtf8);
  const size = destination.features.maxBatch;
  for (let at = 0; at < wanted.length; at += size) {
    const items = await destination.find(wanted.slice(at, at + size), never);
    for (const [sku, item] of items) {
      expect(item.values.sku).toBe(item.sku);
      found.set(sku, item.values);
    }
  }
  return found;
}

/** A product as the pipeline hands it over: without what has no place, in the destination's form. */
function handedOver({ features, shape }: Destination, product: Product): Product {
  const { fields } = features;
  const projection = { priceSync: true, prices: new Set<string>(), omit: [], fields, shape };
  const projected = projectProduct(product, projection);
  return { ...projected, sku: product.sku };
}

/** What must come back of a product. */
function kept(fixture: DestinationFixture<Destination>, product: Product): Partial<Product> {
  const { destination, exactFields } = fixture;
  const exact = exactFields ?? destination.features.fields;
  const handed = handedOver(destination, product);
  return Object.fromEntries(Object.entries(handed).filter(([name]) => name === "sku" || exact.has(name)));
}

function commonLaws(open: () => Promise<DestinationFixture<Destination>>): void {
  let fixture: DestinationFixture<Destination>;
  beforeEach(async () => {
    fixture = await open();
  });
  afterEach(() => fixture.close?.());

  test("check passes, says what it looked at, and changes nothing", async () => {
    const before = await fixture.snapshot();
    const results = await gather(fixture.destination.check(never));
    expect(results.length).toBeGreaterThan(0);
    for (const result of results) {
      expect(result.name).not.toBe("");
      expect(result.message).not.toBe("");
      expect(result.outcome).not.toBe("fail");
    }
    expect(await fixture.snapshot()).toEqual(before);
  });

  test("nothing is found where nothing stands", async () => {
    expect((await fixture.destination.find(["A-1", "B-2"], never)).size).toBe(0);
    expect((await fixture.destination.find([], never)).size).toBe(0);
  });

  test("abort stops find", async () => {
    await expect(fixture.destination.find(["A-1"], AbortSignal.abort())).rejects.toThrow();
  });

  test("it names itself, its account and the place of every SKU", () => {
    const { id, account, features } = fixture.destination;
    expect(id).toMatch(/^[a-z0-9-]+$/);
    expect(account).not.toBe("");
    expect(features.maxBatch).toBeGreaterThan(0);
    expect(features.fields.has("sku")).toBe(true);
  });

  test.each([
    ["rich", richFields],
    ["awkward", awkwardFields],
  ])("the shape of a %s product is its own shape, in canonical order, under the same SKU", (_, fields) => {
    const { destination } = fixture;
    const once = handedOver(destination, { sku: "A-1", ...fields });
    expect(handedOver(destination, once)).toEqual(once);
    expect(once.sku).toBe("A-1");
    expect(isCanonical(once)).toBe(true);
  });
}

function itemLaws(open: () => Promise<DestinationFixture<ItemDestination>>): void {
  let fixture: DestinationFixture<ItemDestination>;
  beforeEach(async () => {
    fixture = await open();
  });
  afterEach(() => fixture.close?.());

  async function write(changes: readonly PlannedChange[]): Promise<WriteResult[]> {
    const results: WriteResult[] = [];
    const size = fixture.destination.features.maxBatch;
    for (let at = 0; at < changes.length; at += size) {
      const batch = changes.slice(at, at + size).map((change) => {
        const product = handedOver(fixture.destination, change.product);
        return { ...toChange(product, change.action), ...change, product, fields: fieldsOf(product) };
      });
      results.push(...(await gather(fixture.destination.write(batch, never))));
    }
    return results;
  }

  test("what is written is found again, unknown SKUs are not", async () => {
    const product: Product = { sku: "A-1", ...richFields };
    const results = await write([toChange(product)]);
    expect(results).toEqual([expect.objectContaining({ sku: "A-1", outcome: "written" })]);
    const found = await findAll(fixture.destination, ["A-0", "A-1", "A-10"]);
    expect([...found.keys()]).toEqual(["A-1"]);
    expect(found.get("A-1")).toMatchObject(kept(fixture, product));
  });

  test("twice is the same as once", async () => {
    const changes = ["A-1", "A-2"].map((sku) => toChange({ sku, ...richFields }));
    await write(changes);
    const once = await fixture.snapshot();
    const results = await write(changes);
    expect(results.map(({ outcome }) => outcome)).toEqual(["written", "written"]);
    expect(await fixture.snapshot()).toEqual(once);
  });

  test("there is one result a change", async () => {
    const skus = Array.from(
      { length: 2 * fixture.destination.features.maxBatch + 1 },
      (_, index) => `N-${index}`,
    );
    const results = await write(skus.map((sku) => toChange({ sku, name: sku })));
    expect(results.map(({ sku }) => sku).sort()).toEqual([...skus].sort());
    expect((await findAll(fixture.destination, skus)).size).toBe(skus.length);
  });

  test("an update goes to the item that stands there", async () => {
    await write([toChange({ sku: "A-1", name: "Old" })]);
    const id = (await fixture.destination.find(["A-1"], never)).get("A-1")?.id;
    expect(id).toBeDefined();
    const results = await write([toChange({ sku: "A-1", name: "New" }, "update", id)]);
    expect(results.map(({ outcome }) => outcome)).toEqual(["written"]);
    const item = (await fixture.destination.find(["A-1"], never)).get("A-1");
    expect(item?.id).toBe(id);
    expect(item?.values).toMatchObject(kept(fixture, { sku: "A-1", name: "New" }));
  });

  test("fields that a change lacks leave the destination's values alone", async () => {
    const product: Product = { sku: "A-1", ...richFields };
    await write([toChange(product)]);
    const id = (await fixture.destination.find(["A-1"], never)).get("A-1")?.id;
    await write([toChange({ sku: "A-1", name: "Changed" }, "update", id)]);
    const found = await findAll(fixture.destination, ["A-1"]);
    expect(found.get("A-1")).toMatchObject(kept(fixture, { ...product, name: "Changed" }));
  });

  test("a refusal names its SKU and spares the others", async () => {
    if (!fixture.refuse) throw new Error("the fixture cannot refuse a SKU");
    await fixture.refuse("B-2");
    const results = await write(["A-1", "B-2", "C-3"].map((sku) => toChange({ sku, name: sku })));
    const failed = results.filter(({ outcome }) => outcome === "failed");
    expect(failed).toEqual([
      expect.objectContaining({ sku: "B-2", code: expect.stringMatching(/^[a-z0-9-]+$/) }),
    ]);
    expect(failed.every((result) => "message" in result && result.message !== "")).toBe(true);
    expect([...(await findAll(fixture.destination, ["A-1", "B-2", "C-3"])).keys()]).toEqual(["A-1", "C-3"]);
  });

  test("several bad ones in a batch are told one by one, and every good one is there", async () => {
    if (!fixture.refuse) throw new Error("the fixture cannot refuse a SKU");
    const skus = Array.from({ length: 21 }, (_, index) => `N-${String(index).padStart(2, "0")}`);
    const bad = ["N-00", "N-07", "N-08", "N-20"];
    for (const sku of bad) await fixture.refuse(sku);
    const results = await write(skus.map((sku) => toChange({ sku, name: sku })));
    expect(results.map(({ sku }) => sku).sort()).toEqual(skus);
    const failed = results.filter(({ outcome }) => outcome === "failed").map(({ sku }) => sku);
    expect(failed.sort()).toEqual(bad);
    const found = await findAll(fixture.destination, skus);
    expect([...found.keys()]).toEqual(skus.filter((sku) => !bad.includes(sku)));
  });

  test.each([
    ["rich", richFields],
    ["awkward", awkwardFields],
  ])("what was written of a %s product plans no change when it is looked at again", async (_, fields) => {
    const product = handedOver(fixture.destination, { sku: "A-1", ...fields });
    await write([toChange(product)]);
    const item = (await fixture.destination.find(["A-1"], never)).get("A-1");
    if (item === undefined) throw new Error("A-1 is not there");
    expect(planChange({ product, known: toKnown(item) }, { updates: true })).toMatchObject({
      action: "unchanged",
    });
  });

  test("abort stops write, and what was not acknowledged in time is not half there", async () => {
    const before = await fixture.snapshot();
    const results: WriteResult[] = [];
    try {
      for await (const result of fixture.destination.write(
        [toChange({ sku: "A-1", name: "x" })],
        AbortSignal.abort(),
      )) {
        results.push(result);
      }
    } catch (error) {
      expect(error).toBeInstanceOf(Error);
    }
    expect(results).toEqual([]);
    expect(await fixture.snapshot()).toEqual(before);
  });

  test("SKUs keep their spelling, odd ones too", async () => {
    const skus = fixture.skus ?? oddSkus;
    const results = await write(skus.map((sku) => toChange({ sku, name: `Name of ${sku}` })));
    expect(results.filter(({ outcome }) => outcome !== "written")).toEqual([]);
    const found = await findAll(fixture.destination, skus);
    expect([...found.values()].map(({ sku }) => sku).sort()).toEqual([...skus].sort());
    for (const [sku, values] of found) expect(values.sku).toBe(sku);
  });
}

/** Laws of what stands behind a wire, whose answers get lost and whose items others work on. */
function serverLaws(open: () => Promise<ServerFixture>): void {
  let fixture: ServerFixture;
  beforeEach(async () => {
    fixture = await open();
  });
  afterEach(() => fixture.close?.());

  async function write(products: readonly Product[], remoteId?: string): Promise<WriteResult[]> {
    const changes = products.map((product) => {
      const handed = handedOver(fixture.destination, product);
      return toChange(handed, remoteId === undefined ? "create" : "update", remoteId);
    });
    return gather(fixture.destination.write(changes, never));
  }

  test.each(["cut", "error"] as const)(
    "a create whose outcome is unknown (%s) is looked up before it is repeated",
    async (how) => {
      await fixture.loseAnswer(how);
      const results = await write(["A-1", "B-2", "C-3"].map((sku) => ({ sku, name: sku })));
      expect(results.map(({ outcome }) => outcome)).toEqual(["written", "written", "written"]);
      for (const sku of ["A-1", "B-2", "C-3"]) expect(await fixture.standing(sku)).toBe(1);
      const item = (await fixture.destination.find(["A-1"], never)).get("A-1");
      expect(item?.values).toMatchObject(kept(fixture, { sku: "A-1", name: "A-1" }));
    },
  );

  test.each(["cut", "error"] as const)(
    "an update whose outcome is unknown (%s) ends as it should",
    async (how) => {
      await write([{ sku: "A-1", name: "Old", UPC: "012345678905" }]);
      const id = (await fixture.destination.find(["A-1"], never)).get("A-1")?.id;
      await fixture.loseAnswer(how);
      const results = await write([{ sku: "A-1", name: "New" }], id ?? "");
      expect(results.map(({ outcome }) => outcome)).toEqual(["written"]);
      expect(await fixture.standing("A-1")).toBe(1);
      const found = await findAll(fixture.destination, ["A-1"]);
      expect(found.get("A-1")).toMatchObject(kept(fixture, { sku: "A-1", name: "New", UPC: "012345678905" }));
    },
  );

  test("a create of a SKU that stands there already becomes an update, never a second item", async () => {
    await write([{ sku: "A-1", name: "Old" }]);
    const results = await write([{ sku: "A-1", name: "New" }]);
    expect(results).toEqual([expect.objectContaining({ sku: "A-1", outcome: "written" })]);
    expect(await fixture.standing("A-1")).toBe(1);
    const found = await findAll(fixture.destination, ["A-1"]);
    expect(found.get("A-1")).toMatchObject(kept(fixture, { sku: "A-1", name: "New" }));
  });

  test("what an operator has set up in places of no field survives a create, an update and an update of all", async () => {
    await write([{ sku: "A-1", ...richFields }]);
    await fixture.setUp("A-1");
    const before = await fixture.setUpOf("A-1");
    const id = (await fixture.destination.find(["A-1"], never)).get("A-1")?.id ?? "";
    await write([{ sku: "A-1", name: "New" }], id);
    expect(await fixture.setUpOf("A-1")).toEqual(before);
    await write([{ sku: "A-1", ...richFields, name: "Newer", UPC: "4006381333931" }], id);
    await write([{ sku: "A-1", ...richFields }]);
    expect(await fixture.setUpOf("A-1")).toEqual(before);
  });
}

function documentLaws(open: () => Promise<DestinationFixture<DocumentDestination>>): void {
  let fixture: DestinationFixture<DocumentDestination>;
  beforeEach(async () => {
    fixture = await open();
  });
  afterEach(() => fixture.close?.());

  async function replace(products: readonly Product[]): Promise<void> {
    const sorted = [...products].sort((a, b) => compareUtf8(a.sku, b.sku));
    await fixture.destination.replace(stream(sorted), run, never);
  }

  test("everything is found again, whatever its SKU, and unknown SKUs are not", async () => {
    const skus = fixture.skus ?? oddSkus;
    const products = skus.map((sku): Product => ({ sku, ...richFields, name: `Name of ${sku}` }));
    await replace(products);
    const found = await findAll(fixture.destination, [...skus, "", "unknown", "\u{10ffff}"]);
    expect(found.size).toBe(skus.length);
    for (const product of products) expect(found.get(product.sku)).toEqual(kept(fixture, product));
  });

  test("the document is there afterwards, not before", async () => {
    expect(await fixture.destination.isThere(run)).toBe(false);
    await replace([]);
    expect(await fixture.destination.isThere(run)).toBe(true);
    expect((await findAll(fixture.destination, ["A-1"])).size).toBe(0);
  });

  test("twice is byte for byte the same as once", async () => {
    const products = oddSkus.map((sku): Product => ({ sku, ...richFields }));
    await replace(products);
    const once = await fixture.snapshot();
    await replace(products);
    expect(await fixture.snapshot()).toEqual(once);
    await replace([]);
    expect(await fixture.snapshot()).toEqual(once);
  });

  test("products that are not named are kept as they stand", async () => {
    const old = ["B", "D", "F"].map((sku): Product => ({ sku, ...richFields }));
    await replace(old);
    const added = ["A", "C", "D", "G"].map((sku): Product => ({ sku, name: "new" }));
    await replace(added);
    const found = await findAll(fixture.destination, ["A", "B", "C", "D", "E", "F", "G"]);
    expect([...found.keys()]).toEqual(["A", "B", "C", "D", "F", "G"]);
    expect(found.get("B")).toEqual(kept(fixture, { sku: "B", ...richFields }));
    expect(found.get("D")?.name).toBe("new");
  });

  test("fields that a product lacks leave the document's values alone", async () => {
    await replace([{ sku: "A-1", ...richFields }]);
    await replace([{ sku: "A-1", name: "Changed", custom_fields: { Color: "Red" } }]);
    const custom = { ...richFields.custom_fields, Color: "Red" };
    const found = await findAll(fixture.destination, ["A-1"]);
    expect(found.get("A-1")).toEqual(
      kept(fixture, { sku: "A-1", ...richFields, name: "Changed", custom_fields: custom }),
    );
  });

  test("when the products fail midway, what stood there stays and nothing is left behind", async () => {
    await replace([{ sku: "A-1", ...richFields }]);
    const before = await fixture.snapshot();
    await expect(fixture.destination.replace(broken(), run, never)).rejects.toThrow("the store is gone");
    expect(await fixture.snapshot()).toEqual(before);
  });

  test("abort stops replace, and what stood there stays", async () => {
    await replace([{ sku: "A-1", ...richFields }]);
    const before = await fixture.snapshot();
    const abort = new AbortController();
    let given = 0;
    async function* stopped(): AsyncGenerator<Product> {
      for (; given < 1000; given += 1) {
        if (given === 10) abort.abort();
        yield { sku: `B-${String(given).padStart(5, "0")}`, ...richFields };
      }
    }
    await expect(fixture.destination.replace(stopped(), run, abort.signal)).rejects.toThrow();
    expect(given).toBe(10);
    expect(await fixture.snapshot()).toEqual(before);
  });

  test("10,000 products are found again, asked for in order", async () => {
    const skus = Array.from({ length: 10_000 }, (_, index) => `SKU-${String(index).padStart(6, "0")}`);
    await replace(skus.map((sku): Product => ({ sku, ...richFields })));
    const found = await findAll(fixture.destination, skus);
    expect(found.size).toBe(skus.length);
    // A lower SKU than before starts from the top.
    expect([...(await findAll(fixture.destination, ["SKU-000000", "SKU-005000"])).keys()]).toHaveLength(2);
  });
}

/**
 * The laws of a destination. `place.open` is called anew for each of them, upon an empty place. A `server` keeps those of
 * items and more; one that lives in memory has no answer that could get lost, and nobody else who works on it.
 */
export function destinationSuite(name: string, place: OpenDestination): void {
  describe(`${name} keeps the laws of a destination`, () => {
    commonLaws(() => place.open());
    if (place.kind === "document") return documentLaws(() => place.open());
    itemLaws(() => place.open());
    if (place.kind === "server") serverLaws(() => place.open());
  });
}
