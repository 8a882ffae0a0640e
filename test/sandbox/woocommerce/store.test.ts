import { beforeEach, describe, expect, test } from "@jest/globals";
import { sampleCatalogue } from "../../../src/sandbox/woocommerce/catalogue.js";
import { isVariation, type WooRow } from "../../../src/sandbox/woocommerce/model.js";
import { collate, WooStore } from "../../../src/sandbox/woocommerce/store.js";
import { newProduct, newVariation } from "../../../src/sandbox/woocommerce/template.js";

const catalogue = sampleCatalogue({ products: 16, odd: false });
const now = Date.parse("2026-06-15T09:00:00Z");
const second = now / 1000;

function first(store: WooStore, of: (row: WooRow) => boolean): WooRow {
  const row = store.rows.find(of);
  if (row === undefined) throw new Error("the catalogue has no such row");
  return row;
}

describe("src/sandbox/woocommerce/store.ts", () => {
  let store: WooStore;
  let simple: WooRow;
  let parent: WooRow;
  let child: WooRow;
  const modified = (id: number): number | null | undefined => store.find(id)?.modified;

  beforeEach(() => {
    store = new WooStore(catalogue, "http://shop.example", () => now);
    simple = first(store, (row) => row.type === "simple");
    parent = first(store, (row) => row.type === "variable");
    child = first(store, (row) => row.parent === parent.id);
  });

  test("an edit moves the date of a product", () => {
    store.edit(simple.id, { regular_price: "21.50", sale_price: "" });
    expect(modified(simple.id)).toBe(second);
    expect(store.item(simple).body).toMatchObject({ regular_price: "21.50", price: "21.50", on_sale: false });
  });

  test("an edit of a variation moves its parent too, and the parent's lowest price follows", () => {
    store.edit(child.id, { regular_price: "0.10" });
    expect([modified(child.id), modified(parent.id)]).toEqual([second, second]);
    expect(store.item(parent).body["price"]).toBe("0.10");
  });

  test("an edit of a parent leaves its variations' dates alone", () => {
    store.edit(parent.id, { weight: "9" });
    expect(modified(parent.id)).toBe(second);
    expect(modified(child.id)).toBe(child.modified);
  });

  test("what SQL changes moves nothing", () => {
    store.editBySql(child.id, { stock_quantity: -1 });
    expect([modified(child.id), modified(parent.id)]).toEqual([child.modified, parent.modified]);
    expect(store.item(child).body["stock_quantity"]).toBe(-1);
  });

  test("stock decides the stock status", () => {
    store.edit(simple.id, { manage_stock: true, stock_quantity: -2, backorders: "notify" });
    expect(store.item(simple).body).toMatchObject({ stock_status: "onbackorder", backordered: true });
    store.edit(simple.id, { backorders: "no" });
    expect(store.item(simple).body).toMatchObject({ stock_status: "outofstock", backorders_allowed: false });
  });

  test("an edited description is rendered, and kept as it was written", () => {
    store.edit(simple.id, { description: "One\ntwo" });
    expect(store.item(simple)).toMatchObject({
      body: { description: "<p>One<br />\ntwo</p>\n" },
      raw: { description: "One\ntwo" },
    });
  });

  test("new records get the next ids; a new variation moves its parent", () => {
    const last = store.rows.at(-1)?.id ?? 0;
    expect(store.add({ name: "New", sku: "NEW-1" }, newProduct())).toBe(last + 1);
    expect(store.add({ parent_id: parent.id, sku: "NEW-2" }, newVariation())).toBe(last + 2);
    expect(modified(last + 1)).toBe(second);
    expect(modified(parent.id)).toBe(second);
    expect(store.childIds(parent.id).at(-1)).toBe(last + 2);
    expect(store.findBySku("new-1")).toEqual([last + 1]);
  });

  test("a backdated product has a backdated modification", () => {
    const id = store.add({ name: "Old", date_created: "2024-04-01T10:00:00" }, newProduct());
    expect(modified(id)).toBe(Date.parse("2024-04-01T10:00:00Z") / 1000);
  });

  test("the trash takes the variations along", () => {
    store.trash(parent.id);
    expect(store.children(parent.id).map((row) => row.status)).toEqual(
      store.children(parent.id).map(() => "trash"),
    );
    expect(store.childIds(parent.id)).toEqual([]);
    expect(modified(child.id)).toBe(second);
  });

  test("what is removed is gone, with its variations or without", () => {
    store.remove(child.id);
    expect(store.find(child.id)).toBeUndefined();
    expect(modified(parent.id)).toBe(second);
    store.remove(parent.id, { orphans: true });
    expect(store.rows.some((row) => row.parent === parent.id)).toBe(true);
    const other = first(store, (row) => row.type === "variable");
    store.remove(other.id);
    expect(store.rows.some((row) => row.parent === other.id)).toBe(false);
  });

  test("changing the unit changes no date and no value", () => {
    const before = store.rows;
    store.setUnits({ weightUnit: "kg" });
    expect(store.facts).toMatchObject({ weightUnit: "kg", dimensionUnit: "in" });
    expect(store.rows).toBe(before);
  });

  test("an unknown id is refused", () => {
    expect(() => store.edit(1, {})).toThrow(RangeError);
    expect(() => store.remove(1)).toThrow(RangeError);
  });

  test("two shops of one catalogue do not see each other", () => {
    const other = new WooStore(catalogue, "http://shop.example", () => now);
    store.edit(simple.id, { name: "Changed" });
    store.remove(parent.id);
    expect(other.item(simple).body["name"]).not.toBe("Changed");
    expect(other.find(parent.id)).toBe(parent);
    expect(catalogue.rows.filter(isVariation).length).toBeGreaterThan(0);
  });

  test("the database compares without case, accents and spaces at the end", () => {
    expect(collate("CHAÎNE-É5 ")).toBe("chaine-e5");
    expect(collate(" x")).not.toBe("x");
  });
});
