import { z } from "zod";

/**
 * What psync relies on in Shopify's answers; everything else passes. Contents of variants and products are the mapping
 * table's business and stay untouched. Source: Admin API 2026-10, introspection of 2026-09-28.
 */

const graphqlErrorSchema = z.object({
  message: z.string().catch(""),
  path: z
    .array(z.union([z.string(), z.number()]))
    .optional()
    .catch(undefined),
  extensions: z
    .object({
      code: z.string().optional().catch(undefined),
      requiredAccess: z.string().optional().catch(undefined),
    })
    .optional()
    .catch(undefined),
});
export type GraphqlError = z.infer<typeof graphqlErrorSchema>;

const number = z.number().optional().catch(undefined);

export const envelopeSchema = z.object({
  data: z.unknown().optional(),
  // A text where a gateway in front of the API refused.
  errors: z.union([z.array(graphqlErrorSchema), z.string()]).nullish(),
  extensions: z
    .object({
      cost: z.object({ requestedQueryCost: number, actualQueryCost: number }).optional().catch(undefined),
    })
    .optional()
    .catch(undefined),
});

export const throttleSchema = z.object({
  maximumAvailable: number,
  currentlyAvailable: number,
  restoreRate: number,
});

/** A 64-bit number, which Shopify writes as text. */
const uint64 = z.union([z.string().regex(/^\d{1,20}$/), z.number().int().nonnegative()]).transform(String);

export const countSchema = z.object({
  count: z.number().int().nonnegative(),
  precision: z.string().catch(""),
});
export type Count = z.infer<typeof countSchema>;

const pageInfoSchema = z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullish() });

/** Nodes are judged one by one, so that an odd one does not lose its neighbours. */
export const connectionSchema = z.object({
  pageInfo: pageInfoSchema,
  nodes: z.array(z.unknown()).default([]),
});
export type Connection = z.infer<typeof connectionSchema>;

export const variantListSchema = z.object({ productVariants: connectionSchema });
export const productListSchema = z.object({ products: connectionSchema });

/** A product that was deleted meanwhile is null. */
export const productVariantsSchema = z.object({
  product: z.looseObject({ variants: connectionSchema }).nullable(),
});

export const variantSchema = z.object({ legacyResourceId: uint64 });

/** Without its product nobody knows whether a variant is for sale at all. */
export const ownerSchema = z.object({ status: z.string() });
export const productSchema = z.object({
  id: z.string(),
  legacyResourceId: uint64,
  variants: connectionSchema,
});

const scopesSchema = z.object({ accessScopes: z.array(z.object({ handle: z.string() })) });

export const openingSchema = z.object({
  shop: z.object({ name: z.string().catch(""), currencyCode: z.string().catch("") }),
  currentAppInstallation: scopesSchema.nullish().catch(undefined),
  productVariantsCount: countSchema.nullish().catch(undefined),
});

export const variantCountSchema = z.object({ productVariantsCount: countSchema });

export const catalogueSizeSchema = z.object({
  productsCount: countSchema,
  productVariantsCount: countSchema,
});

export const connectionTestSchema = z.object({
  shop: z.object({
    name: z.string().catch(""),
    myshopifyDomain: z.string().catch(""),
    currencyCode: z.string().catch(""),
    plan: z.object({ publicDisplayName: z.string() }).optional().catch(undefined),
  }),
  currentAppInstallation: scopesSchema.nullish().catch(undefined),
  publicApiVersions: z.array(z.object({ handle: z.string(), supported: z.boolean() })).catch([]),
});

export const locationListSchema = z.object({
  locations: z.object({
    pageInfo: pageInfoSchema,
    nodes: z.array(z.object({ id: z.string(), name: z.string(), isActive: z.boolean() })),
  }),
});

export const locationSchema = z.object({
  location: z
    .object({ id: z.string(), name: z.string().optional(), isActive: z.boolean().optional() })
    .nullable(),
});

const userErrorSchema = z.object({ code: z.string().nullish(), message: z.string().catch("") });

export const bulkRunSchema = z.object({
  bulkOperationRunQuery: z
    .object({
      bulkOperation: z.object({ id: z.string() }).nullish(),
      userErrors: z.array(userErrorSchema).catch([]),
    })
    .nullable(),
});

export const bulkStateSchema = z.object({
  bulkOperation: z
    .object({
      status: z.string(),
      errorCode: z.string().nullish(),
      objectCount: uint64.catch(""),
      rootObjectCount: uint64.catch(""),
      url: z.string().nullish(),
    })
    .nullable(),
});
export type BulkState = NonNullable<z.infer<typeof bulkStateSchema>["bulkOperation"]>;

export const tokenSchema = z.object({
  access_token: z.string().min(1),
  expires_in: z.number().positive().optional().catch(undefined),
});

/** A JSON object as Shopify sent it. */
export type Node = Readonly<Record<string, unknown>>;

/** Takes a value for an object if it is one. */
export function toNode(value: unknown): Node | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Node) : undefined;
}

/** The number at the end of a gid; undefined for anything else. */
export function toLegacyId(gid: unknown): string | undefined {
  return typeof gid === "string" ? /^gid:\/\/shopify\/\w+\/(\d{1,20})$/.exec(gid)?.[1] : undefined;
}
