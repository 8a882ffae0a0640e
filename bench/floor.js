// The floor: the least that any program must do for the job, written by hand and straight on. One connection, got,
// JSON.parse, the WooCommerce table as code, SHA-256, an upsert in SQLite, JSON lines of what changed. No plan, no
// duplicates, no faults, no resume; decimals are floats here, which psync may not allow itself.
import { createHash, createHmac, randomBytes } from "node:crypto";
import { createWriteStream } from "node:fs";

import { decodeHTML } from "entities";
import got from "got";

const [, , database, output, url, key, secret] = process.argv;
const { DatabaseSync } = await import("@photostructure/sqlite");
const db = new DatabaseSync(database);
db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
db.exec("CREATE TABLE IF NOT EXISTS item (sku TEXT PRIMARY KEY, hash BLOB, body TEXT) WITHOUT ROWID");
const find = db.prepare("SELECT hash FROM item WHERE sku = ?");
const upsert = db.prepare(
  "INSERT INTO item VALUES (?, ?, ?) ON CONFLICT (sku) DO UPDATE SET hash = excluded.hash, body = excluded.body",
);
const lines = createWriteStream(output);

let read = 0;
const parents = new Map();
for (const path of ["products", "variations"]) {
  for (let page = 1; ; page += 1) {
    const response = await got(
      sign(`${url}/wp-json/wc/v3/${path}`, {
        status: "any",
        orderby: "id",
        order: "asc",
        per_page: "100",
        page: String(page),
      }),
    );
    const items = JSON.parse(response.body);
    db.exec("BEGIN IMMEDIATE");
    for (const item of items) store(item);
    db.exec("COMMIT");
    if (page >= Number(response.headers["x-wp-totalpages"])) break;
  }
}
lines.end();
process.stderr.write(`floor: ${read} records\n`);

function store(item) {
  read += 1;
  if (item.type === "variable") parents.set(item.id, item);
  if (item.type === "variable" || item.type === "grouped" || item.type === "external") return;
  if (item.type === "variation" && !parents.has(item.parent_id)) return;
  const product = map(item, parents.get(item.parent_id));
  if (product.sku === "") return;
  const body = JSON.stringify(product);
  const hash = createHash("sha256").update(body).digest();
  const known = find.get(product.sku);
  if (known !== undefined && hash.equals(known.hash)) return;
  upsert.run(product.sku, hash, body);
  lines.write(`${body}\n`);
}

function map(item, parent) {
  const from = parent ?? item;
  const product = {
    sku: item.sku.trim(),
    product_id: String(item.id),
    name: decodeHTML(
      parent === undefined
        ? item.name
        : `${parent.name} - ${item.attributes.map((a) => a.option).join(", ")}`,
    ).trim(),
    description: item.description || from.description,
    description_short: from.short_description,
    retail_price: money(item.price),
    regular_price: money(item.regular_price),
    tags: from.tags.map((tag) => decodeHTML(tag.name)),
    categories: from.categories.map((category) => decodeHTML(category.name)),
    attribute_names: item.attributes.map((attribute) => decodeHTML(attribute.name)),
    status: item.status,
    allow_backorders: item.backorders_allowed ? "Y" : "N",
  };
  if (parent !== undefined) product.parent_id = String(parent.id);
  if (item.stock_quantity !== null) product.quantity = item.stock_quantity;
  if (item.global_unique_id !== "") product.UPC = item.global_unique_id;
  const weight = Number(item.weight);
  if (weight > 0) {
    product.weight_lbs = round(weight);
    product.weight_kg = round(weight * 0.45359237);
  }
  for (const side of ["length", "width", "height"]) {
    const size = Number(item.dimensions[side]);
    if (!(size > 0)) continue;
    product[`${side}_in`] = round(size);
    product[`${side}_cm`] = round(size * 2.54);
  }
  const images = parent === undefined ? item.images : [item.image, ...parent.images].filter(Boolean);
  images.forEach((image, index) => (product[`image_url_${index + 1}`] = image.src));
  return product;
}

function money(text) {
  return text === "" ? undefined : Number(text).toFixed(2);
}

function round(value) {
  return Math.round(value * 10_000) / 10_000;
}

function sign(address, query) {
  const encode = (text) =>
    encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
  const all = {
    ...query,
    oauth_consumer_key: key,
    oauth_nonce: randomBytes(16).toString("hex"),
    oauth_signature_method: "HMAC-SHA256",
    oauth_timestamp: String(Math.floor(Date.now() / 1000)),
  };
  const text = Object.keys(all)
    .sort()
    .map((name) => `${encode(name)}=${encode(all[name])}`)
    .join("&");
  const base = `GET&${encode(address)}&${encode(text)}`;
  const signature = createHmac("sha256", `${secret}&`).update(base).digest("base64");
  return `${address}?${text}&oauth_signature=${encode(signature)}`;
}
