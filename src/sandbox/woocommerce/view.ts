import { dateText } from "./dates.js";
import { bodiesOf, isVariation, textOf, type Body, type WooRow } from "./model.js";
import { firstImage, type WooStore } from "./store.js";
import { slugOf } from "./text.js";

export type Context = "view" | "edit";

const itemMethods = ["GET", "POST", "PUT", "PATCH", "DELETE"];

function link(href: string, allow?: readonly string[]): readonly Body[] {
  return [allow === undefined ? { href } : { href, targetHints: { allow } }];
}

function gmt(at: number | null): string | null {
  return at === null ? null : dateText(at);
}

function dates(store: WooStore, row: WooRow): Body {
  const local = (at: number | null): string | null => (at === null ? null : gmt(store.toWall(at)));
  return {
    date_created: local(row.created),
    date_created_gmt: gmt(row.created),
    date_modified: local(row.modified),
    date_modified_gmt: gmt(row.modified),
  };
}

// PHP's notion of empty, which is why a variation's own weight of zero cannot be told from an inherited one.
function inherited(own: unknown, parent: unknown): unknown {
  return own === "" || own === "0" ? parent : own;
}

function smallImage(image: Body | undefined): Body | null {
  if (image === undefined) return null;
  const { id, date_created, date_created_gmt, date_modified, date_modified_gmt, src, name, alt } = image;
  return { id, date_created, date_created_gmt, date_modified, date_modified_gmt, src, name, alt };
}

/** What a variation shows of itself: its own values, and its parent's where it has none. */
function inherit(own: Body, parent: Body | undefined): Body {
  if (parent === undefined) return own;
  const [mine, theirs] = [own["dimensions"] as Body, parent["dimensions"] as Body];
  const dimensions: Body = {};
  for (const side of Object.keys(mine)) dimensions[side] = inherited(mine[side], theirs[side]);
  const shared: Body = {};
  if (own["manage_stock"] === false && parent["manage_stock"] === true) {
    shared["manage_stock"] = "parent";
    for (const key of ["stock_quantity", "stock_status", "backorders", "backorders_allowed", "backordered"]) {
      shared[key] = parent[key];
    }
  }
  return {
    ...own,
    ...shared,
    sku: own["sku"] === "" ? parent["sku"] : own["sku"],
    weight: inherited(own["weight"], parent["weight"]),
    dimensions,
    shipping_class: own["shipping_class"] === "" ? parent["shipping_class"] : own["shipping_class"],
    image: own["image"] ?? firstImage(parent) ?? null,
  };
}

function parentBody(store: WooStore, row: WooRow): Body | undefined {
  const parent = store.find(row.parent);
  return parent === undefined ? undefined : store.item(parent).body;
}

function variationLinks(store: WooStore, row: WooRow, underParent: boolean): Body {
  const base = `${store.home}/wp-json/wc/v3`;
  // The list of all variations does not know the parent, and links to routes that do not exist.
  if (!underParent) {
    return {
      self: link(`${base}/variations/${row.id}`),
      collection: link(`${base}/variations`),
      up: link(`${base}/products/0`),
    };
  }
  const up = `${base}/products/${row.parent}`;
  return {
    self: link(`${up}/variations/${row.id}`, itemMethods),
    collection: link(`${up}/variations`),
    up: link(up),
  };
}

/** A variation as the variations endpoints give it: 46 keys. They ignore the context. */
export function variationBody(store: WooStore, row: WooRow, underParent: boolean): Body {
  const body = inherit(store.item(row).body, parentBody(store, row));
  return {
    ...body,
    ...dates(store, row),
    status: row.status,
    image: smallImage((body["image"] ?? undefined) as Body | undefined),
    parent_id: row.parent,
    _links: variationLinks(store, row, underParent),
  };
}

// A variation in the shape of a product, as /products/{id} and the SKU filter give it.
function variationAsProduct(store: WooStore, row: WooRow, context: Context): Body {
  const own = store.item(row).body;
  const parent = parentBody(store, row);
  const body = context === "edit" ? own : inherit(own, parent);
  const image = (body["image"] ?? undefined) as Body | undefined;
  const options = bodiesOf(own["attributes"]).map((attribute) => textOf(attribute["option"]));
  const parentName = textOf(parent?.["name"]);
  const { image: _image, gallery_image_ids: _gallery, name: _name, _links, ...rest } = body;
  return {
    ...rest,
    name: options.length === 0 ? parentName : `${parentName} - ${options.join(", ")}`,
    slug: [textOf(parent?.["slug"]), ...options.map(slugOf)].join("-"),
    featured: false,
    catalog_visibility: "visible",
    short_description: "",
    total_sales: "0",
    external_url: "",
    button_text: "",
    sold_individually: false,
    shipping_required: own["virtual"] !== true,
    shipping_taxable: own["virtual"] !== true,
    reviews_allowed: false,
    average_rating: "0.00",
    rating_count: 0,
    upsell_ids: [],
    cross_sell_ids: [],
    purchase_note: "",
    categories: [],
    brands: [],
    tags: [],
    images: image === undefined ? [] : [image],
    default_attributes: [],
    variations: [],
    grouped_products: [],
    price_html: priceHtml(textOf(body["price"])),
    related_ids: [],
    has_options: false,
    post_password: "",
  };
}

/** The price as a theme shows it, for dollars. */
export function priceHtml(price: string): string {
  if (price === "") return "";
  return (
    '<span class="woocommerce-Price-amount amount"><bdi>' +
    '<span class="woocommerce-Price-currencySymbol" translate="no">&#36;</span>' +
    `${price}</bdi></span>`
  );
}

// Related products are drawn by lot at each read; the draw walks on with `turn`, so that two reads differ.
function related(store: WooStore, body: Body, turn: number): unknown {
  const known = body["related_ids"];
  if (!Array.isArray(known) || known.length === 0) return known;
  const rows = store.rows;
  const start = (Number(body["id"]) * 7 + turn * 13) % rows.length;
  const ids: number[] = [];
  for (let step = 0; step < rows.length && ids.length < known.length; step += 1) {
    const row = rows[(start + step * 3) % rows.length];
    if (row !== undefined && !isVariation(row) && row.id !== body["id"] && !ids.includes(row.id))
      ids.push(row.id);
  }
  return ids;
}

/** A record as the products endpoints give it: 71 keys. `turn` counts reads, for what is drawn by lot. */
export function productBody(store: WooStore, row: WooRow, context: Context, turn: number): Body {
  const base = `${store.home}/wp-json/wc/v3/products`;
  const links: Body = {
    self: link(`${base}/${row.id}`, itemMethods),
    collection: link(base),
  };
  const changing: Body = { ...dates(store, row), type: row.type, status: row.status };
  if (isVariation(row)) {
    const up = link(`${base}/${row.parent}`);
    return {
      ...variationAsProduct(store, row, context),
      ...changing,
      parent_id: row.parent,
      _links: { ...links, up },
    };
  }
  const item = store.item(row);
  return {
    ...item.body,
    ...(context === "edit" ? item.raw : undefined),
    ...changing,
    variations: row.type === "variable" ? store.childIds(row.id) : [],
    related_ids: related(store, item.body, turn),
    _links: links,
  };
}
