/**
 * The part of Shopify's Admin schema, version 2026-10, that the sandbox answers, in the schema language. Types and
 * arguments agree with the vendor's own schema (a contract test compares them); of the codes of currencies and
 * countries only a few are here.
 */
export const schemaText = `
type QueryRoot {
  bulkOperation(id: ID!): BulkOperation
  bulkOperations(after: String, before: String, first: Int, last: Int, query: String, reverse: Boolean = false, sortKey: BulkOperationsSortKeys = CREATED_AT): BulkOperationConnection!
  currentAppInstallation: AppInstallation!
  currentBulkOperation(type: BulkOperationType = QUERY): BulkOperation @deprecated(reason: "Use \`bulkOperations\` with status filter instead.")
  events(after: String, before: String, first: Int, last: Int, query: String, reverse: Boolean = false, sortKey: EventSortKeys = ID): EventConnection
  location(id: ID): Location
  locations(after: String, before: String, first: Int, includeInactive: Boolean = false, includeLegacy: Boolean = false, last: Int, query: String, reverse: Boolean = false, sortKey: LocationSortKeys = NAME): LocationConnection!
  node(id: ID!): Node
  nodes(ids: [ID!]!): [Node]!
  product(id: ID!): Product
  products(after: String, before: String, first: Int, last: Int, query: String, reverse: Boolean = false, savedSearchId: ID, sortKey: ProductSortKeys = ID): ProductConnection!
  productVariant(id: ID!): ProductVariant
  productVariants(after: String, before: String, first: Int, last: Int, query: String, reverse: Boolean = false, savedSearchId: ID, sortKey: ProductVariantSortKeys = ID): ProductVariantConnection!
  productVariantsCount(limit: Int = 10000, query: String): Count
  productsCount(limit: Int = 10000, query: String, savedSearchId: ID): Count
  publicApiVersions: [ApiVersion!]!
  shop: Shop!
}
type Mutation {
  bulkOperationCancel(id: ID!): BulkOperationCancelPayload
  bulkOperationRunQuery(groupObjects: Boolean! = false, query: String!): BulkOperationRunQueryPayload
}
type Shop implements Node {
  id: ID!
  name: String!
  myshopifyDomain: String!
  currencyCode: CurrencyCode!
  weightUnit: WeightUnit!
  plan: ShopPlan!
  taxesIncluded: Boolean!
  ianaTimezone: String!
  resourceLimits: ShopResourceLimits!
  email: String!
}
type ShopPlan {
  publicDisplayName: String!
  partnerDevelopment: Boolean!
  displayName: String! @deprecated(reason: "Use \`publicDisplayName\` instead.")
}
type ShopResourceLimits { maxProductOptions: Int! maxProductVariants: Int! }
type AppInstallation implements Node { id: ID! accessScopes: [AccessScope!]! }
type AccessScope { handle: String! description: String! }
type ApiVersion { handle: String! supported: Boolean! displayName: String! }
type Count { count: Int! precision: CountPrecision! }
type PageInfo { hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String }
type Product implements Node {
  id: ID!
  legacyResourceId: UnsignedInt64!
  title: String!
  handle: String!
  descriptionHtml: HTML!
  description(truncateAt: Int): String!
  bodyHtml: String @deprecated(reason: "Use \`descriptionHtml\` instead.")
  productType: String!
  vendor: String!
  tags: [String!]!
  status: ProductStatus!
  isGiftCard: Boolean!
  hasOnlyDefaultVariant: Boolean!
  hasVariantsThatRequiresComponents: Boolean!
  createdAt: DateTime!
  updatedAt: DateTime!
  publishedAt: DateTime
  options(first: Int): [ProductOption!]!
  featuredMedia: Media
  media(after: String, before: String, first: Int, last: Int, query: String, reverse: Boolean = false, sortKey: ProductMediaSortKeys = POSITION): MediaConnection!
  mediaCount: Count
  variants(after: String, before: String, first: Int, last: Int, reverse: Boolean = false, sortKey: ProductVariantSortKeys = POSITION): ProductVariantConnection!
  variantsCount: Count
  totalInventory: Int!
  tracksInventory: Boolean!
  images(after: String, before: String, crop: CropRegion, first: Int, last: Int, maxHeight: Int, maxWidth: Int, reverse: Boolean = false, scale: Int = 1, sortKey: ProductImageSortKeys = POSITION): ImageConnection! @deprecated(reason: "Use \`media\` instead.")
  featuredImage: Image @deprecated(reason: "Use \`featuredMedia\` instead.")
}
type ProductOption implements Node { id: ID! name: String! position: Int! values: [String!]! }
type ProductVariant implements Node {
  id: ID!
  legacyResourceId: UnsignedInt64!
  title: String!
  displayName: String!
  sku: String
  barcode: String
  price: Money!
  compareAtPrice: Money
  position: Int!
  inventoryPolicy: ProductVariantInventoryPolicy!
  inventoryQuantity: Int
  requiresComponents: Boolean!
  createdAt: DateTime!
  updatedAt: DateTime!
  selectedOptions: [SelectedOption!]!
  inventoryItem: InventoryItem!
  product: Product!
  media(after: String, before: String, first: Int, last: Int, reverse: Boolean = false): MediaConnection!
  image(crop: CropRegion, maxHeight: Int, maxWidth: Int, scale: Int = 1): Image @deprecated(reason: "Use \`media\` instead.")
  availableForSale: Boolean!
  taxable: Boolean!
}
type SelectedOption { name: String! value: String! }
type InventoryItem implements Node {
  id: ID!
  legacyResourceId: UnsignedInt64!
  sku: String
  tracked: Boolean!
  requiresShipping: Boolean!
  measurement: InventoryItemMeasurement!
  inventoryLevel(includeInactive: Boolean = false, locationId: ID!): InventoryLevel
  createdAt: DateTime!
  updatedAt: DateTime!
  duplicateSkuCount: Int!
  variant: ProductVariant! @deprecated(reason: "Use \`variants\` instead.")
  variants(after: String, before: String, first: Int, last: Int): ProductVariantConnection
  countryCodeOfOrigin: CountryCode
  harmonizedSystemCode: String
}
type InventoryItemMeasurement implements Node { id: ID! weight: Weight }
type Weight { value: Float! unit: WeightUnit! }
type InventoryLevel implements Node {
  id: ID!
  quantities(names: [String!]!): [InventoryQuantity!]!
  location: Location!
  updatedAt: DateTime!
  isActive: Boolean!
}
type InventoryQuantity implements Node { id: ID! name: String! quantity: Int! updatedAt: DateTime }
type Location implements Node {
  id: ID!
  legacyResourceId: UnsignedInt64!
  name: String!
  isActive: Boolean!
  isFulfillmentService: Boolean!
  hasActiveInventory: Boolean!
  isPrimary: Boolean! @deprecated(reason: "The concept of a primary location is deprecated, shipsInventory can be used to get a fallback location")
  fulfillsOnlineOrders: Boolean!
}
interface Media {
  id: ID!
  alt: String
  mediaContentType: MediaContentType!
  status: MediaStatus!
  preview: MediaPreviewImage
}
type MediaImage implements Media & Node {
  id: ID!
  alt: String
  mediaContentType: MediaContentType!
  status: MediaStatus!
  preview: MediaPreviewImage
  image: Image
  createdAt: DateTime!
  updatedAt: DateTime!
}
type Video implements Media & Node {
  id: ID!
  alt: String
  mediaContentType: MediaContentType!
  status: MediaStatus!
  preview: MediaPreviewImage
}
type ExternalVideo implements Media & Node {
  id: ID!
  alt: String
  mediaContentType: MediaContentType!
  status: MediaStatus!
  preview: MediaPreviewImage
}
type Model3d implements Media & Node {
  id: ID!
  alt: String
  mediaContentType: MediaContentType!
  status: MediaStatus!
  preview: MediaPreviewImage
}
type MediaPreviewImage { image: Image status: MediaPreviewImageStatus! }
type Image { id: ID url: URL! altText: String width: Int height: Int }
type BulkOperation implements Node {
  id: ID!
  type: BulkOperationType!
  status: BulkOperationStatus!
  errorCode: BulkOperationErrorCode
  createdAt: DateTime!
  completedAt: DateTime
  objectCount: UnsignedInt64!
  rootObjectCount: UnsignedInt64!
  fileSize: UnsignedInt64
  url: URL
  partialDataUrl: URL
  query: String!
}
type BulkOperationRunQueryPayload { bulkOperation: BulkOperation userErrors: [BulkOperationUserError!]! }
type BulkOperationUserError { code: BulkOperationUserErrorCode field: [String!] message: String! }
type BulkOperationCancelPayload { bulkOperation: BulkOperation userErrors: [UserError!]! }
type UserError { field: [String!] message: String! }
interface Node { id: ID! }
interface Event { id: ID! action: String! createdAt: DateTime! message: FormattedString! }
type BasicEvent implements Event & Node {
  id: ID!
  action: String!
  createdAt: DateTime!
  message: FormattedString!
  subjectId: ID!
  subjectType: EventSubjectType!
}
type ProductConnection { edges: [ProductEdge!]! nodes: [Product!]! pageInfo: PageInfo! }
type ProductEdge { cursor: String! node: Product! }
type ProductVariantConnection { edges: [ProductVariantEdge!]! nodes: [ProductVariant!]! pageInfo: PageInfo! }
type ProductVariantEdge { cursor: String! node: ProductVariant! }
type LocationConnection { edges: [LocationEdge!]! nodes: [Location!]! pageInfo: PageInfo! }
type LocationEdge { cursor: String! node: Location! }
type MediaConnection { edges: [MediaEdge!]! nodes: [Media!]! pageInfo: PageInfo! }
type MediaEdge { cursor: String! node: Media! }
type BulkOperationConnection { edges: [BulkOperationEdge!]! nodes: [BulkOperation!]! pageInfo: PageInfo! }
type BulkOperationEdge { cursor: String! node: BulkOperation! }
type EventConnection { edges: [EventEdge!]! nodes: [Event!]! pageInfo: PageInfo! }
type EventEdge { cursor: String! node: Event! }
type ImageConnection { edges: [ImageEdge!]! nodes: [Image!]! pageInfo: PageInfo! }
type ImageEdge { cursor: String! node: Image! }
enum BulkOperationsSortKeys { COMPLETED_AT CREATED_AT }
enum BulkOperationType { MUTATION QUERY }
enum EventSortKeys { CREATED_AT ID }
enum LocationSortKeys { ID NAME RELEVANCE }
enum ProductSortKeys { CREATED_AT ID INVENTORY_TOTAL PRODUCT_TYPE PUBLISHED_AT RELEVANCE TITLE UPDATED_AT VENDOR }
enum ProductVariantSortKeys { FULL_TITLE ID INVENTORY_LEVELS_AVAILABLE INVENTORY_MANAGEMENT INVENTORY_POLICY INVENTORY_QUANTITY NAME POPULAR POSITION RELEVANCE SKU TITLE }
enum WeightUnit { GRAMS KILOGRAMS OUNCES POUNDS }
enum CountPrecision { AT_LEAST EXACT }
enum ProductStatus { ACTIVE ARCHIVED DRAFT UNLISTED }
enum ProductMediaSortKeys { ID POSITION }
enum CropRegion { BOTTOM CENTER LEFT RIGHT TOP }
enum ProductImageSortKeys { CREATED_AT ID POSITION }
enum ProductVariantInventoryPolicy { CONTINUE DENY }
enum MediaContentType { EXTERNAL_VIDEO IMAGE MODEL_3D VIDEO }
enum MediaStatus { FAILED PROCESSING READY UPLOADED }
enum MediaPreviewImageStatus { FAILED PROCESSING READY UPLOADED }
enum BulkOperationStatus { CANCELED CANCELING COMPLETED CREATED EXPIRED FAILED RUNNING }
enum BulkOperationErrorCode { ACCESS_DENIED INTERNAL_SERVER_ERROR TIMEOUT }
enum BulkOperationUserErrorCode { INVALID LIMIT_REACHED OPERATION_IN_PROGRESS }
enum EventSubjectType { ARTICLE BLOG COLLECTION COMMENT COMPANY COMPANY_LOCATION CUSTOMER DISCOUNT_AUTOMATIC_BXGY DISCOUNT_AUTOMATIC_NODE DISCOUNT_CODE_NODE DISCOUNT_NODE DRAFT_ORDER INVENTORY_TRANSFER ORDER PAGE PRICE_RULE PRODUCT PRODUCT_VARIANT UNKNOWN }
enum CurrencyCode { AUD CAD EUR GBP JPY USD }
enum CountryCode { AU CA DE GB US }
scalar DateTime
scalar FormattedString
scalar HTML
scalar Money
scalar UnsignedInt64
scalar URL
`;
