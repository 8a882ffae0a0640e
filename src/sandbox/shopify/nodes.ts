import { connection, type Listing, sortRows } from "./connection.js";
import { FieldError, type ShopifyObject } from "./execute.js";
import { digitsOf, gid, type Medium, type ProductRow, type ShopLocation, type VariantRow } from "./model.js";
import { guarded } from "./rights.js";
import { readSearch, type SearchOptions } from "./search.js";
import type { ShopifyStore } from "./store.js";
import type { Values } from "./values.js";

/** A time as Shopify tells it: whole seconds, UTC. */
export function stamp(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

const quantityNames = new Set([
  "available",
  "committed",
  "damaged",
  "incoming",
  "on_hand",
  "quality_control",
  "reserved",
  "safety_stock",
]);

export interface NodeOptions {
  readonly store: ShopifyStore;
  readonly scopes: ReadonlySet<string>;
  readonly search: SearchOptions;
  /** What `inventoryLevel` does with a location that does not exist: unverified. */
  readonly unknownLocation: "null" | "error";
}

/** Makes the objects of the schema from rows; those of one request or one slice of a bulk operation. */
export class Nodes {
  readonly #options: NodeOptions;
  readonly #products = new Map<string, ShopifyObject>();

  constructor(options: NodeOptions) {
    this.#options = options;
  }

  product(row: ProductRow): ShopifyObject {
    const known = this.#products.get(row.id);
    if (known !== undefined) return known;
    const { store, search } = this.#options;
    const data = store.product(row);
    const options = data.options.length === 0 ? ["Title"] : data.options;
    const hasDefault = data.options.length === 0;
    const pictures = (): Medium[] => data.media.filter(({ kind }) => kind === "MediaImage");
    const node: ShopifyObject = {
      __typename: "Product",
      id: gid("Product", row.id),
      legacyResourceId: row.id,
      title: data.title,
      handle: data.handle,
      descriptionHtml: data.descriptionHtml,
      description: () => data.descriptionHtml.replaceAll(/<[^>]*>|\s+/g, " ").trim(),
      bodyHtml: data.descriptionHtml,
      productType: data.productType,
      vendor: data.vendor,
      tags: data.tags,
      status: data.status,
      isGiftCard: data.isGiftCard,
      hasOnlyDefaultVariant: hasDefault,
      hasVariantsThatRequiresComponents: () =>
        row.variants.some((variant) => store.variant(variant).requiresComponents),
      createdAt: () => stamp(row.created),
      updatedAt: () => stamp(row.updated),
      publishedAt: () => (data.status === "ACTIVE" ? stamp(row.created) : null),
      options: () =>
        options.map((name, at) => ({
          __typename: "ProductOption",
          id: gid("ProductOption", `${row.id}${at + 1}`),
          name,
          position: at + 1,
          values: () => [...new Set(row.variants.map((variant) => this.#valuesOf(variant)[at] ?? ""))],
        })),
      featuredMedia: () => (data.media[0] === undefined ? null : this.medium(row, 0, data.media[0])),
      featuredImage: () => imageOf(pictures()[0]),
      media: (args) => connection(args, this.#mediaOf(row, data.media, args["query"], search)),
      mediaCount: { __typename: "Count", count: data.media.length, precision: "EXACT" },
      images: (args: Values) =>
        connection(args, {
          type: "Image",
          rows: pictures().flatMap((medium, at) => (medium.url === null ? [] : [{ medium, at }])),
          idOf: ({ at }) => String(at),
          node: ({ medium }) => imageOf(medium) ?? { __typename: "Image" },
        }),
      variants: (args: Values) => connection(args, this.variantsOf(row, args)),
      variantsCount: { __typename: "Count", count: row.variants.length, precision: "EXACT" },
      totalInventory: () => row.variants.reduce((sum, variant) => sum + this.#everywhere(variant), 0),
      tracksInventory: () => row.variants.some((variant) => store.variant(variant).tracked),
    } satisfies ShopifyObject & { media: (args: Values) => ShopifyObject };
    this.#products.set(row.id, node);
    return node;
  }

  /** The variants of a product. Under `product(id:)` a page may be bigger than elsewhere. */
  variantsOf(row: ProductRow, args: Values, most = 250): Listing<VariantRow> {
    const places = new Map(row.variants.map((variant, at) => [variant, at + 1]));
    const listing: Listing<VariantRow> = {
      type: "ProductVariant",
      rows: row.variants,
      idOf: ({ id }) => id,
      node: (variant) => this.variant(variant),
      most,
    };
    return args["sortKey"] === "ID"
      ? listing
      : { ...listing, sortKeyOf: (variant) => places.get(variant) ?? 0 };
  }

  variant(row: VariantRow): ShopifyObject {
    const { store } = this.#options;
    const data = store.variant(row);
    const product = store.product(row.product);
    const values = this.#valuesOf(row);
    const title = values.join(" / ");
    const names = product.options.length === 0 ? ["Title"] : product.options;
    return {
      __typename: "ProductVariant",
      id: gid("ProductVariant", row.id),
      legacyResourceId: row.id,
      title,
      displayName: `${product.title} - ${title}`,
      sku: data.sku,
      barcode: data.barcode,
      price: data.price,
      compareAtPrice: null,
      position: () => row.product.variants.indexOf(row) + 1,
      inventoryPolicy: data.inventoryPolicy,
      inventoryQuantity: () => this.#everywhere(row),
      requiresComponents: data.requiresComponents,
      createdAt: () => stamp(row.created),
      updatedAt: () => stamp(row.updated),
      selectedOptions: () =>
        names.map((name, at) => ({ __typename: "SelectedOption", name, value: values[at] ?? "" })),
      inventoryItem: () => this.item(row),
      product: () => this.product(row.product),
      media: (args: Values) =>
        connection(
          args,
          this.#mediaOf(
            row.product,
            data.media.flatMap((at) => product.media[at] ?? []),
            undefined,
            this.#options.search,
            data.media,
          ),
        ),
      image: () => imageOf(product.media[data.media[0] ?? -1]),
      availableForSale: () => data.inventoryPolicy === "CONTINUE" || this.#everywhere(row) > 0,
      taxable: true,
    };
  }

  /** The inventory item of a variant: the two have one number after another prefix. */
  item(row: VariantRow): ShopifyObject {
    const { store, scopes } = this.#options;
    const data = store.variant(row);
    const id = itemIdOf(row);
    return {
      __typename: "InventoryItem",
      id: gid("InventoryItem", id),
      legacyResourceId: id,
      sku: data.sku,
      tracked: data.tracked,
      requiresShipping: data.requiresShipping,
      measurement: () => ({
        __typename: "InventoryItemMeasurement",
        id: gid("InventoryItemMeasurement", id),
        weight: data.weight === null ? null : { __typename: "Weight", ...data.weight },
      }),
      inventoryLevel: guarded(scopes, ["read_inventory"], "inventoryLevel", (args) => this.#level(row, args)),
      createdAt: () => stamp(row.created),
      updatedAt: () => stamp(row.updated),
      duplicateSkuCount: () =>
        data.sku === null || data.sku === ""
          ? 0
          : store.variants.filter((other) => other !== row && store.variant(other).sku === data.sku).length,
      variant: () => this.variant(row),
      variants: (args: Values) =>
        connection(args, {
          type: "ProductVariant",
          rows: [row],
          idOf: (variant) => variant.id,
          node: (variant) => this.variant(variant),
        }),
      countryCodeOfOrigin: null,
      harmonizedSystemCode: null,
    };
  }

  #level(row: VariantRow, args: Values): ShopifyObject | null {
    const { store, unknownLocation } = this.#options;
    const locationId = digitsOf(String(args["locationId"]), "Location");
    const location = locationId === undefined ? undefined : store.findLocation(locationId);
    if (location === undefined) {
      if (unknownLocation === "null") return null;
      throw new FieldError("Location not found", { code: "RESOURCE_NOT_FOUND" });
    }
    const data = store.variant(row);
    const available = data.stock[location.id];
    if (available === undefined || (!location.isActive && args["includeInactive"] !== true)) return null;
    const id = `${location.id}?inventory_item_id=${itemIdOf(row)}`;
    return {
      __typename: "InventoryLevel",
      id: gid("InventoryLevel", id),
      location: () => this.location(location),
      updatedAt: () => stamp(row.product.updated),
      isActive: location.isActive,
      quantities: ({ names }: Values) =>
        (names as readonly string[]).map((name) => {
          if (!quantityNames.has(name)) {
            throw new FieldError(`The quantity name ${JSON.stringify(name)} is invalid`, { code: "INVALID" });
          }
          const isStock = name === "available" || name === "on_hand";
          return {
            __typename: "InventoryQuantity",
            id: gid("InventoryQuantity", `${id}&name=${name}`),
            name,
            // What is not tracked has a number all the same; it means nothing.
            quantity: isStock ? available : 0,
            updatedAt: null,
          };
        }),
    };
  }

  /** A location; all of it but the id needs the right to read locations. */
  location(location: ShopLocation): ShopifyObject {
    const { scopes, store } = this.#options;
    const open = (field: string, value: unknown): unknown =>
      guarded(scopes, ["read_locations"], field, () => value);
    return {
      __typename: "Location",
      id: gid("Location", location.id),
      legacyResourceId: open("legacyResourceId", location.id),
      name: open("name", location.name),
      isActive: open("isActive", location.isActive),
      isFulfillmentService: open("isFulfillmentService", location.isFulfillmentService),
      hasActiveInventory: open("hasActiveInventory", location.isActive && store.variants.length > 0),
      isPrimary: open("isPrimary", location === store.locations[0]),
      fulfillsOnlineOrders: open("fulfillsOnlineOrders", location.isActive),
    };
  }

  /** One of a product's media, from 0. */
  medium(row: ProductRow, place: number, medium: Medium): ShopifyObject {
    const { kind } = medium;
    const isImage = kind === "MediaImage";
    const status = isImage && medium.url === null ? "PROCESSING" : "READY";
    const still: Medium = {
      kind,
      url: `https://cdn.shopify.com/s/files/preview_images/${row.id}-${place}.jpg?v=1`,
    };
    const contentTypes = {
      MediaImage: "IMAGE",
      Video: "VIDEO",
      ExternalVideo: "EXTERNAL_VIDEO",
      Model3d: "MODEL_3D",
    };
    return {
      __typename: kind,
      id: gid(kind, `${row.id}${String(place).padStart(3, "0")}`),
      alt: null,
      mediaContentType: contentTypes[kind],
      status,
      preview: () => ({
        __typename: "MediaPreviewImage",
        image: imageOf(isImage ? medium : still),
        status,
      }),
      image: isImage ? imageOf(medium) : undefined,
      createdAt: () => stamp(row.created),
      updatedAt: () => stamp(row.updated),
    };
  }

  #mediaOf(
    row: ProductRow,
    media: readonly Medium[],
    query: unknown,
    options: SearchOptions,
    places?: readonly number[],
  ): Listing<{ readonly medium: Medium; readonly at: number }> {
    const rows = media.map((medium, at) => ({ medium, at: places?.[at] ?? at }));
    const { matches } = readSearch<(typeof rows)[number]>(
      query,
      {
        media_type: { kind: "text", of: ({ medium }) => (medium.kind === "MediaImage" ? "IMAGE" : "VIDEO") },
      },
      options,
    );
    return sortRows({
      type: "Media",
      rows: rows.filter(matches),
      idOf: ({ at }) => String(at),
      node: ({ medium, at }) => this.medium(row, at, medium),
    });
  }

  #valuesOf(row: VariantRow): readonly string[] {
    const { store } = this.#options;
    const { options } = store.product(row.product);
    const { values } = store.variant(row);
    return options.length === 0 ? [values[0] ?? "Default Title"] : options.map((_, at) => values[at] ?? "");
  }

  /** The sum over all locations, which says nothing about one of them. */
  #everywhere(row: VariantRow): number {
    const { stock } = this.#options.store.variant(row);
    return Object.values(stock).reduce((sum, quantity) => sum + quantity, 0);
  }
}

function imageOf(medium: Medium | undefined): ShopifyObject | null {
  if (medium === undefined || medium.url === null) return null;
  return { __typename: "Image", id: null, url: medium.url, altText: null, width: 1200, height: 1200 };
}

/** The id of a variant's inventory item: another number, so that nobody takes one for the other. */
function itemIdOf(row: VariantRow): string {
  return String(BigInt(row.id) + 2_000_000_000_000n);
}
