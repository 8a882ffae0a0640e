import { type Product, productFields } from "../../model/product.js";
import type { StoredRow } from "./format.js";

/** The fields of a format that has a place for every one of them. */
export const allFields: ReadonlySet<string> = new Set(productFields);

/** The product as it will stand over its row so far; custom fields one by one. */
export function overlay(standing: StoredRow | undefined, product: Product): Product {
  if (standing === undefined) return product;
  const old = standing.product;
  const merged = { ...old, ...product };
  if (old.custom_fields === undefined || product.custom_fields === undefined) return merged;
  return { ...merged, custom_fields: { ...old.custom_fields, ...product.custom_fields } };
}
