import { z } from "zod";

/**
 * What psync relies on in Amazon's answers; everything else passes. Lists whose members may be spoilt one by one hold
 * `unknown`, and each member is read by itself.
 * Source: amzn/selling-partner-api-models, 2026-08-05.
 */
const text = z.string().min(1);

export const tokenSchema = z.object({ access_token: text, expires_in: z.number().positive().catch(3600) });

export const tokenErrorSchema = z.object({ error: text, error_description: z.string().catch("") });

export const errorsSchema = z.object({
  errors: z
    .array(
      z.object({ code: z.string().catch(""), message: z.string().catch(""), details: z.string().catch("") }),
    )
    .min(1),
});

export const reportSchema = z.object({
  reportId: text,
  reportType: text,
  createdTime: z.iso.datetime({ offset: true }),
  processingStatus: text,
  reportDocumentId: text.optional().catch(undefined),
  marketplaceIds: z.array(z.string()).optional().catch(undefined),
});
export type ReportRow = z.infer<typeof reportSchema>;

export const reportsSchema = z.object({ reports: z.array(z.unknown()) });

export const createdSchema = z.object({ reportId: text });

export const documentSchema = z.object({ url: z.url(), compressionAlgorithm: text.optional() });

const pagination = z
  .object({ nextToken: text.optional().catch(undefined) })
  .optional()
  .catch(undefined);

export const catalogPageSchema = z.object({ items: z.array(z.unknown()), pagination });

const measure = z.object({ value: z.number(), unit: text }).optional().catch(undefined);

const sides = z
  .object({ weight: measure, length: measure, width: measure, height: measure })
  .optional()
  .catch(undefined);

/** A list of which members that cannot be read are left out. */
function listOf<Item extends z.ZodType>(item: Item): z.ZodType<z.infer<Item>[]> {
  return z
    .array(z.unknown())
    .catch([])
    .transform((members) =>
      members.flatMap((member) => {
        const read = item.safeParse(member);
        return read.success ? [read.data] : [];
      }),
    );
}

export const catalogItemSchema = z.object({
  asin: text,
  images: listOf(
    z.object({
      marketplaceId: text,
      images: listOf(
        z.object({
          variant: text,
          link: text,
          width: z.number().catch(0),
          height: z.number().catch(0),
        }),
      ),
    }),
  ),
  identifiers: listOf(
    z.object({
      marketplaceId: text,
      identifiers: listOf(z.object({ identifierType: text, identifier: text })),
    }),
  ),
  dimensions: listOf(z.object({ marketplaceId: text, item: sides, package: sides })),
  summaries: listOf(z.object({ marketplaceId: text, itemClassification: z.string().catch("") })),
});
export type CatalogItem = z.infer<typeof catalogItemSchema>;

export const listingsPageSchema = z.object({
  numberOfResults: z.number().int().min(0),
  items: z.array(z.unknown()),
  pagination,
});

export const listingSchema = z.object({
  sku: text,
  summaries: listOf(
    z.object({
      marketplaceId: text,
      asin: text.optional().catch(undefined),
      itemName: z.string().optional().catch(undefined),
      status: z.array(z.string()).catch([]),
      mainImage: z.object({ link: text }).optional().catch(undefined),
    }),
  ),
  attributes: z.record(z.string(), z.unknown()).catch({}),
  offers: listOf(
    z.object({
      marketplaceId: text,
      offerType: text,
      price: z.object({ amount: z.union([text, z.number()]) }),
    }),
  ),
  fulfillmentAvailability: listOf(
    z.object({ fulfillmentChannelCode: text, quantity: z.number().int().optional().catch(undefined) }),
  ),
  relationships: listOf(
    z.object({
      marketplaceId: text,
      relationships: listOf(z.object({ type: text, childSkus: z.array(z.string()).catch([]) })),
    }),
  ),
});
export type Listing = z.infer<typeof listingSchema>;

/** One submitted value of an attribute. */
export const attributeValuesSchema = listOf(
  z.object({
    value: z.string(),
    type: z.string().catch(""),
    marketplace_id: z.string().optional().catch(undefined),
  }),
);

export const stockPageSchema = z.object({
  payload: z.object({ inventorySummaries: z.array(z.unknown()) }),
  pagination,
});

export const stockSchema = z.object({
  sellerSku: text,
  inventoryDetails: z
    .object({ fulfillableQuantity: z.number().int().optional().catch(undefined) })
    .optional()
    .catch(undefined),
});

export const participationsSchema = z.object({
  payload: listOf(
    z.object({
      marketplace: z.object({
        id: text,
        name: z.string().catch(""),
        countryCode: z.string().catch(""),
        defaultCurrencyCode: z.string().catch(""),
      }),
      participation: z.object({
        isParticipating: z.boolean(),
        hasSuspendedListings: z.boolean().catch(false),
      }),
    }),
  ),
});
