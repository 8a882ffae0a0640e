import { z } from "zod";

/**
 * What psync relies on in Tryton's answers; everything else passes. Flags come as true and false or as 1 and 0, by
 * database. Source: Tryton 6.0.29 on SQLite.
 */
export const replySchema = z.object({
  result: z.unknown().optional(),
  error: z.array(z.unknown()).optional(),
});

export const versionSchema = z.string().max(40);
export const namesSchema = z.array(z.string());
export const idsSchema = z.array(z.int());

/** User id and key of a session. */
export const loginSchema = z.tuple([z.int(), z.string().min(1)]);

const flag = z.union([z.boolean(), z.number()]).transform(Boolean);

export const accessSchema = z.record(
  z.string(),
  z.object({ read: flag.catch(false), write: flag.catch(false), create: flag.catch(false) }),
);

export const preferencesSchema = z.object({ company: z.int().optional().catch(undefined) });

export const modulesSchema = z.array(z.object({ name: z.string() }));

export const sequencesSchema = z.tuple([
  z.object({
    template_sequence: z.int().nullish().catch(null),
    product_sequence: z.int().nullish().catch(null),
  }),
]);

const unitSchema = z.object({
  id: z.int(),
  name: z.string(),
  symbol: z.string(),
  factor: z.number(),
  digits: z.int(),
  category: z.int(),
  active: flag,
});
export type UnitRow = z.infer<typeof unitSchema>;
export const unitsSchema = z.array(unitSchema);

/** Whole seconds since 1970 as text on SQLite, microseconds behind a point on PostgreSQL. */
const stamp = z.string().nullish().catch(undefined);
const anyText = z.string().nullish().catch(undefined);
const anyNumber = z.number().nullish().catch(undefined);
const unitId = z.int().nullish().catch(undefined);

const identifierSchema = z.object({
  id: z.int(),
  type: z.string().nullable().catch(null),
  code: z.string(),
  _timestamp: stamp,
});

/** A product with its template and its identifiers, as one search gives them: "template.name" comes nested. */
const productSchema = z.object({
  id: z.int(),
  code: z.string(),
  description: anyText,
  _timestamp: stamp,
  "identifiers.": z.array(identifierSchema).nullish(),
  "template.": z.object({
    id: z.int(),
    name: anyText,
    list_price: z.unknown(),
    products: z.array(z.int()),
    _timestamp: stamp,
    weight: anyNumber,
    weight_uom: unitId,
    length: anyNumber,
    length_uom: unitId,
    width: anyNumber,
    width_uom: unitId,
    height: anyNumber,
    height_uom: unitId,
  }),
});
export type ProductRow = z.infer<typeof productSchema>;
export const productsSchema = z.array(productSchema);

export const createdSchema = z.array(
  z.object({ id: z.int(), code: z.string().nullable(), template: z.int() }),
);
