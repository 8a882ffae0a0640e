import { z } from "zod";
import {
  listFields,
  numberFields,
  productFields,
  type Product,
  type ProductField,
} from "../../model/product.js";

function isRecord(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function shapeOf(field: ProductField): z.ZodType {
  if (field === "sku") return z.string().min(1);
  // Not z.record: that one drops a name such as __proto__, and what stands in the file must survive.
  if (field === "custom_fields") return z.custom(isRecord).optional();
  if (field === "allow_backorders") return z.enum(["Y", "N"]).optional();
  if (listFields.has(field)) return z.array(z.string()).optional();
  if (numberFields.has(field)) return z.number().optional();
  return z.string().optional();
}

const productSchema = z.strictObject(
  Object.fromEntries(productFields.map((field) => [field, shapeOf(field)])),
);

export type ParsedProduct =
  { readonly ok: true; readonly product: Product } | { readonly ok: false; readonly why: string };

/**
 * Takes a product out of a row of a document, or says why the row is none. A field that psync does not know speaks
 * against it: replacing the row would lose that field. `why` quotes nothing of the file.
 */
export function parseProduct(value: unknown): ParsedProduct {
  const parsed = productSchema.safeParse(value);
  if (parsed.success) return { ok: true, product: parsed.data as Product };
  const issue = parsed.error.issues[0];
  const field = issue?.path[0];
  if (typeof field === "string") return { ok: false, why: `${field} is missing or of the wrong kind` };
  if (issue?.code === "unrecognized_keys")
    return { ok: false, why: "it has a field that psync does not write" };
  return { ok: false, why: "it is not a product" };
}
