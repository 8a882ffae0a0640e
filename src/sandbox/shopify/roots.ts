import type { BulkOperations } from "./bulk.js";
import { connection, type Listing, sortRows } from "./connection.js";
import { FieldError, type Resolver, type ShopifyObject } from "./execute.js";
import { digitsOf, gid, type ProductRow, type ShopLocation, type VariantRow } from "./model.js";
import { Nodes, stamp } from "./nodes.js";
import { guarded } from "./rights.js";
import { readSearch, type SearchField, type SearchNote, type SearchOptions } from "./search.js";
import type { ShopifyStore } from "./store.js";
import { textOf, type Values } from "./values.js";

/** The version that comes next: it is answered, though nobody should build on it. */
export const releaseCandidate = "2027-01";

/** What a shop tells of itself. */
export interface ShopFacts {
  readonly name: string;
  /** Host name that ends in `.myshopify.com`. */
  readonly domain: string;
  readonly currency: string;
  readonly plan: string;
}

export interface RootOptions {
  readonly store: ShopifyStore;
  readonly facts: ShopFacts;
  readonly scopes: ReadonlySet<string>;
  readonly search: SearchOptions;
  /** Served versions, oldest first. */
  readonly versions: readonly string[];
  /** How long the search index takes to notice a change, in milliseconds. */
  readonly indexDelayMs: number;
  readonly unknownLocation: "null" | "error";
  readonly bulk: BulkOperations;
}

/** The objects that operations begin with, and what searching had to say. */
export interface Roots {
  readonly query: ShopifyObject;
  readonly mutation: ShopifyObject;
  readonly notes: SearchNote[];
}

/** Makes the roots for one request. */
export function createRoots(options: RootOptions): Roots {
  const { store, scopes, facts, bulk } = options;
  const notes: SearchNote[] = [];
  const nodes = new Nodes(options);
  const needs = (scope: readonly string[], field: string, resolver: Resolver): Resolver =>
    guarded(scopes, scope, field, resolver);

  function updatedOf(row: ProductRow): number {
    return store.now() - row.updated < options.indexDelayMs ? row.before : row.updated;
  }

  const productFields: Record<string, SearchField<ProductRow>> = {
    id: { kind: "id", of: ({ id }) => id },
    updated_at: { kind: "date", of: updatedOf },
    created_at: { kind: "date", of: ({ created }) => created },
    status: { kind: "text", of: (row) => store.product(row).status },
    title: { kind: "text", of: (row) => store.product(row).title },
    vendor: { kind: "text", of: (row) => store.product(row).vendor },
    product_type: { kind: "text", of: (row) => store.product(row).productType },
    tag: { kind: "list", of: (row) => store.product(row).tags },
    sku: { kind: "list", of: (row) => row.variants.map((variant) => store.variant(variant).sku ?? "") },
    gift_card: { kind: "text", of: (row) => String(store.product(row).isGiftCard) },
  };
  const variantFields: Record<string, SearchField<VariantRow>> = {
    id: { kind: "id", of: ({ id }) => id },
    product_id: { kind: "id", of: ({ product }) => product.id },
    // The variant's own date: what changed on its product is not found here.
    updated_at: { kind: "date", of: ({ updated }) => updated },
    sku: { kind: "text", of: (row) => store.variant(row).sku ?? "" },
    barcode: { kind: "text", of: (row) => store.variant(row).barcode ?? "" },
    product_status: { kind: "text", of: ({ product }) => store.product(product).status },
    title: { kind: "text", of: (row) => store.product(row.product).title },
  };

  function searched<Row>(
    listing: Listing<Row>,
    fields: Readonly<Record<string, SearchField<Row>>>,
    args: Values,
    root: string,
  ): Listing<Row> {
    const { query } = args;
    if (typeof query !== "string" || query === "") return sortRows(listing);
    const { matches, warnings } = readSearch(query, fields, options.search);
    if (warnings.length > 0) notes.push({ path: [root], query, warnings });
    return sortRows({ ...listing, rows: listing.rows.filter(matches) });
  }

  function sortBy<Row>(
    args: Values,
    keys: Readonly<Record<string, (row: Row) => string | number>>,
  ): { readonly sortKeyOf?: (row: Row) => string | number } {
    const key = textOf(args["sortKey"] ?? "ID");
    if (key === "ID") return {};
    const sortKeyOf = keys[key];
    if (sortKeyOf === undefined)
      throw new FieldError(`The sandbox does not sort by ${key}`, { code: "BAD_REQUEST" });
    return { sortKeyOf };
  }

  function products(args: Values): Listing<ProductRow> {
    const listing: Listing<ProductRow> = {
      type: "Product",
      rows: store.products,
      idOf: ({ id }) => id,
      node: (row) => nodes.product(row),
      ...sortBy<ProductRow>(args, {
        UPDATED_AT: updatedOf,
        CREATED_AT: ({ created }) => created,
        TITLE: (row) => store.product(row).title,
      }),
    };
    return searched(listing, productFields, args, "products");
  }

  function variants(args: Values): Listing<VariantRow> {
    const listing: Listing<VariantRow> = {
      type: "ProductVariant",
      rows: store.variants,
      idOf: ({ id }) => id,
      node: (row) => nodes.variant(row),
      ...sortBy<VariantRow>(args, {
        SKU: (row) => store.variant(row).sku ?? "",
        POSITION: (row) => row.product.variants.indexOf(row),
      }),
    };
    return searched(listing, variantFields, args, "productVariants");
  }

  function locations(args: Values): Listing<ShopLocation> {
    const rows = store.locations.filter(
      ({ isActive, isFulfillmentService }) =>
        (!isFulfillmentService || args["includeLegacy"] === true) &&
        (isActive || args["includeInactive"] === true),
    );
    return sortRows({
      type: "Location",
      rows,
      idOf: ({ id }) => id,
      node: (location) => nodes.location(location),
      ...sortBy<ShopLocation>(args, { NAME: ({ name }) => name }),
    });
  }

  function count(total: number, args: Values): ShopifyObject {
    const limit = typeof args["limit"] === "number" ? args["limit"] : Infinity;
    const precision = total > limit ? "AT_LEAST" : "EXACT";
    return { __typename: "Count", count: Math.min(total, limit), precision };
  }

  function find(address: unknown): ShopifyObject | null {
    const id = String(address);
    const product = store.findProduct(digitsOf(id, "Product") ?? "");
    if (product !== undefined) return nodes.product(product);
    const variant = store.findVariant(digitsOf(id, "ProductVariant") ?? "");
    if (variant !== undefined) return nodes.variant(variant);
    const location = store.findLocation(digitsOf(id, "Location") ?? "");
    if (location !== undefined) return nodes.location(location);
    return bulk.find(id)?.node() ?? null;
  }

  function product(args: Values): ShopifyObject | null {
    const row = store.findProduct(digitsOf(String(args["id"]), "Product") ?? "");
    if (row === undefined) return null;
    return {
      ...nodes.product(row),
      variants: (inner: Values) => connection(inner, nodes.variantsOf(row, inner, 2048)),
    };
  }

  const read = ["read_products"];
  const query: ShopifyObject = {
    __typename: "QueryRoot",
    shop: () => shopOf(facts),
    currentAppInstallation: () => ({
      __typename: "AppInstallation",
      id: gid("AppInstallation", "1"),
      accessScopes: [...scopes].map((handle) => ({
        __typename: "AccessScope",
        handle,
        description: `Access: ${handle}`,
      })),
    }),
    publicApiVersions: () => [
      ...options.versions.map((handle) => apiVersion(handle, true)),
      apiVersion(releaseCandidate, false),
      apiVersion("unstable", false),
    ],
    productsCount: needs(read, "productsCount", (args) => count(products(args).rows.length, args)),
    productVariantsCount: needs(read, "productVariantsCount", (args) => count(store.variants.length, args)),
    products: needs(read, "products", (args) => connection(args, products(args))),
    productVariants: needs(read, "productVariants", (args) => connection(args, variants(args))),
    product: needs(read, "product", product),
    productVariant: needs(read, "productVariant", ({ id }) => {
      const row = store.findVariant(digitsOf(String(id), "ProductVariant") ?? "");
      return row === undefined ? null : nodes.variant(row);
    }),
    node: ({ id }: Values) => find(id),
    nodes: ({ ids }: Values) => {
      const asked = ids as readonly unknown[];
      if (asked.length > 250)
        throw new FieldError(
          `The input array size of ${asked.length} is greater than the maximum allowed of 250.`,
          {
            code: "MAX_INPUT_SIZE_EXCEEDED",
          },
        );
      return asked.map(find);
    },
    // Without an id it is the primary location, whatever the caller had in mind.
    location: needs(["read_locations", "read_inventory"], "location", ({ id }) => {
      if (id === null || id === undefined)
        return store.locations[0] === undefined ? null : nodes.location(store.locations[0]);
      const location = store.findLocation(digitsOf(textOf(id), "Location") ?? "");
      return location === undefined ? null : nodes.location(location);
    }),
    locations: needs(["read_locations", "read_inventory"], "locations", (args) =>
      connection(args, locations(args)),
    ),
    events: needs(read, "events", (args) => {
      const { matches } = readSearch<(typeof store.deletions)[number]>(
        args["query"],
        {
          subject_type: { kind: "text", of: () => "PRODUCT" },
          created_at: { kind: "date", of: ({ at }) => at },
          id: { kind: "id", of: ({ id }) => id },
        },
        options.search,
      );
      return connection(args, {
        type: "Event",
        rows: store.deletions.filter(matches),
        idOf: ({ id }) => id,
        node: ({ id, at, productId, title }) => ({
          __typename: "BasicEvent",
          id: gid("BasicEvent", id),
          // The word is not in the schema: unverified.
          action: "destroy",
          createdAt: stamp(at),
          message: `Product was deleted: ${title}`,
          subjectId: gid("Product", productId),
          subjectType: "PRODUCT",
        }),
      });
    }),
    bulkOperation: ({ id }: Values) => bulk.find(String(id))?.node() ?? null,
    bulkOperations: (args: Values) => connection(args, bulk.listing(args["query"], options.search)),
    currentBulkOperation: () => bulk.newest()?.node() ?? null,
  };
  const mutation: ShopifyObject = {
    __typename: "Mutation",
    bulkOperationRunQuery: needs(read, "bulkOperationRunQuery", (args) => bulk.start(args)),
    bulkOperationCancel: ({ id }: Values) => bulk.cancel(String(id)),
  };
  return { query, mutation, notes };
}

function apiVersion(handle: string, supported: boolean): ShopifyObject {
  return { __typename: "ApiVersion", handle, supported, displayName: handle };
}

function shopOf(facts: ShopFacts): ShopifyObject {
  return {
    __typename: "Shop",
    id: gid("Shop", "61000000001"),
    name: facts.name,
    myshopifyDomain: facts.domain,
    currencyCode: facts.currency,
    weightUnit: "POUNDS",
    plan: {
      __typename: "ShopPlan",
      publicDisplayName: facts.plan,
      displayName: facts.plan,
      partnerDevelopment: false,
    },
    taxesIncluded: false,
    ianaTimezone: "America/Halifax",
    resourceLimits: { __typename: "ShopResourceLimits", maxProductOptions: 10, maxProductVariants: 2048 },
    email: "hello@harbor-goods.example",
  };
}
