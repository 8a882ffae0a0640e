/**
 * The texts that are sent. Checked against Shopify's schema of 2026-10 in test/contract, without a deprecated
 * field. Argument values are variables, except in a bulk operation, which has none.
 */

const variantScalars = `
  id legacyResourceId title sku barcode price position inventoryPolicy requiresComponents createdAt updatedAt
  selectedOptions { name value }`;

const productScalars = `
  id legacyResourceId title descriptionHtml productType vendor tags status isGiftCard hasOnlyDefaultVariant updatedAt`;

const itemFields = `id legacyResourceId tracked requiresShipping measurement { weight { value unit } }`;

const image = `... on MediaImage { image { url } }`;

// A variant has one medium at most; the product's images are those that the canonical product has places for.
const variantFields = `
fragment VariantFields on ProductVariant {${variantScalars}
  media(first: 1) @include(if: $withImages) { nodes { __typename ${image} } }
  inventoryItem {
    ${itemFields}
    inventoryLevel(locationId: $locationId) @include(if: $withStock) { quantities(names: ["available"]) { name quantity } }
  }
}`;

const productFields = `
fragment ProductFields on Product {${productScalars}
  media(first: 20, query: "media_type:IMAGE", sortKey: POSITION) @include(if: $withImages) { nodes { __typename ${image} } }
}`;

/** What every list of variants takes beside its place. */
const shape = "$locationId: ID!, $withStock: Boolean!, $withImages: Boolean!";

/** Everything, one node a variant. */
export const variantPage = `query VariantPage($first: Int!, $after: String, $query: String, ${shape}) {
  productVariants(first: $first, after: $after, query: $query, sortKey: ID) {
    pageInfo { hasNextPage endCursor }
    nodes { ...VariantFields product { ...ProductFields } }
  }
}${variantFields}${productFields}`;

/** What changed: products with their first variants. */
export const productPage = `query ProductPage($first: Int!, $after: String, $query: String, $variantsFirst: Int!, ${shape}) {
  products(first: $first, after: $after, query: $query, sortKey: ID) {
    pageInfo { hasNextPage endCursor }
    nodes { ...ProductFields variants(first: $variantsFirst, sortKey: ID) { pageInfo { hasNextPage endCursor } nodes { ...VariantFields } } }
  }
}${variantFields}${productFields}`;

/** The variants of one product. */
export const productVariantsPage = `query ProductVariantsPage($productId: ID!, $first: Int!, $after: String, ${shape}) {
  product(id: $productId) {
    ...ProductFields
    variants(first: $first, after: $after, sortKey: ID) { pageInfo { hasNextPage endCursor } nodes { ...VariantFields } }
  }
}${variantFields}${productFields}`;

/**
 * The places of records without their contents, to go on behind one that the shop fails to show. The second of each
 * pair does not even touch the record.
 */
export const variantPlaces = [
  `query VariantPlace($first: Int!, $after: String, $query: String) {
  productVariants(first: $first, after: $after, query: $query, sortKey: ID) { pageInfo { hasNextPage endCursor } nodes { id product { id } } }
}`,
  `query VariantCursor($first: Int!, $after: String, $query: String) {
  productVariants(first: $first, after: $after, query: $query, sortKey: ID) { pageInfo { hasNextPage endCursor } }
}`,
] as const;

export const productPlaces = [
  `query ProductPlace($first: Int!, $after: String, $query: String) {
  products(first: $first, after: $after, query: $query, sortKey: ID) { pageInfo { hasNextPage endCursor } nodes { id } }
}`,
  `query ProductCursor($first: Int!, $after: String, $query: String) {
  products(first: $first, after: $after, query: $query, sortKey: ID) { pageInfo { hasNextPage endCursor } }
}`,
] as const;

export const productVariantPlaces = [
  `query ProductVariantPlace($productId: ID!, $first: Int!, $after: String) {
  product(id: $productId) { variants(first: $first, after: $after, sortKey: ID) { pageInfo { hasNextPage endCursor } nodes { id } } }
}`,
  `query ProductVariantCursor($productId: ID!, $first: Int!, $after: String) {
  product(id: $productId) { variants(first: $first, after: $after, sortKey: ID) { pageInfo { hasNextPage endCursor } } }
}`,
] as const;

/** What a read must know before its first page. */
export const opening = `query Opening {
  shop { name myshopifyDomain currencyCode }
  currentAppInstallation { accessScopes { handle } }
  productVariantsCount(limit: null) { count precision }
}`;

/** Whether anybody is at home: needs no scope and costs nearly nothing. */
export const ping = `query Ping { shop { id } }`;

export const variantCount = `query VariantCount { productVariantsCount(limit: null) { count precision } }`;

export const catalogueSize = `query CatalogueSize {
  productsCount(limit: null) { count precision }
  productVariantsCount(limit: null) { count precision }
}`;

export const connectionTest = `query ConnectionTest {
  shop { name myshopifyDomain currencyCode plan { publicDisplayName } }
  currentAppInstallation { accessScopes { handle } }
  publicApiVersions { handle supported }
}`;

/** All locations: those of fulfilment services and those that are switched off are left out unless asked for. */
export const locations = `query Locations($after: String) {
  locations(first: 250, after: $after, includeLegacy: true, includeInactive: true, sortKey: NAME) {
    pageInfo { hasNextPage endCursor }
    nodes { id legacyResourceId name isActive }
  }
}`;

export const locationCheck = `query LocationCheck($id: ID!) { location(id: $id) { id name isActive } }`;

/** For tokens that may read stock but not the names of places. */
export const locationIdCheck = `query LocationIdCheck($id: ID!) { location(id: $id) { id } }`;

export const bulkRun = `mutation StartExport($query: String!) {
  bulkOperationRunQuery(query: $query, groupObjects: false) {
    bulkOperation { id status }
    userErrors { code field message }
  }
}`;

export const bulkPoll = `query ExportState($id: ID!) {
  bulkOperation(id: $id) { id status errorCode objectCount rootObjectCount fileSize url }
}`;

export const bulkCancel = `mutation CancelExport($id: ID!) {
  bulkOperationCancel(id: $id) { bulkOperation { id status } userErrors { field message } }
}`;

/** The whole catalogue as one export; `locationId` must be a gid, which is put into the text. */
export function bulkVariants(how: { readonly locationId?: string; readonly withImages: boolean }): string {
  const level =
    how.locationId === undefined
      ? ""
      : `inventoryLevel(locationId: "${how.locationId}") { quantities(names: ["available"]) { name quantity } }`;
  const media = how.withImages ? `media { edges { node { __typename id ${image} } } }` : "";
  return `{ productVariants { edges { node {${variantScalars}
  inventoryItem { ${itemFields} ${level} }
  product {${productScalars} }
  ${media}
} } } }`;
}

/** The images of all products as one export. */
export const bulkImages = `{ products { edges { node { id
  media(query: "media_type:IMAGE", sortKey: POSITION) { edges { node { __typename id ${image} } } }
} } } }`;
