import { createRandom } from "../random.js";
import type { Body, ShopFacts, WooCatalogue, WooItem, WooRow } from "./model.js";
import { bodiesOf, isVariation } from "./model.js";
import { oddProducts, type OddProduct } from "./odd-products.js";
import { sampleProduct, sampleVariation, variableParent, type SampleBase } from "./sample-product.js";
import { renderText, slugOf } from "./text.js";

export interface SampleOptions {
  /** Products and parents, without variations. Default 460, which are about 900 sellable records. */
  readonly products?: number;
  readonly seed?: number;
  /** Whether the cases that programs trip over are among them. Default true. */
  readonly odd?: boolean;
  /** Whether every eighth product has 2 to 12 variations. Default true. */
  readonly variable?: boolean;
  readonly facts?: Partial<ShopFacts>;
}

// East of Greenwich and with a half-hour offset: a client that gets the zones wrong misses changes here.
const sampleFacts: ShopFacts = {
  name: "Saltmarsh Supply",
  timeZone: "Australia/Adelaide",
  weightUnit: "lbs",
  dimensionUnit: "in",
  currency: "AUD",
};

const firstDay = Date.UTC(2024, 0, 8, 6) / 1000;
const daySeconds = 86_400;
const firstId = 101;

function patched(body: Body, special: OddProduct | undefined, home: string): Body {
  if (special === undefined) return body;
  const next: Body = { ...body, ...special.patch };
  next["slug"] = slugOf(String(next["name"])).slice(0, 190);
  next["permalink"] = `${home}/product/${encodeURIComponent(String(next["slug"]))}/`;
  // A gallery often repeats the featured image.
  const images = bodiesOf(next["images"]);
  if (images[0] !== undefined) next["images"] = [...images, images[0]];
  return next;
}

/**
 * Makes a sample catalogue: the same for the same options, of any size. Only rows are kept in memory (about 100
 * bytes each); a record is made when it is asked for.
 */
export function sampleCatalogue(options: SampleOptions = {}): WooCatalogue {
  const { products = 460, seed = 1, odd = true, variable = true } = options;
  const step = Math.max(2, Math.floor(products / oddProducts.length));
  const oddAt = (index: number): OddProduct | undefined =>
    odd && index % step === 1 ? oddProducts[Math.floor(index / step)] : undefined;

  const rows: WooRow[] = [];
  // The id of each product's own row, by its place; the rows of its variations follow.
  const parentIds: number[] = [];
  let id = firstId;
  for (let index = 0; index < products; index += 1) {
    const random = createRandom(seed, index, 1);
    const special = oddAt(index);
    const plainCount = variable && index % 8 === 5 ? random.int(2, 12) : undefined;
    const count = special === undefined ? plainCount : special.variations;
    const created = Math.floor(firstDay + (index / products) * 780 * daySeconds) + random.int(0, 3600);
    const modified = created + random.int(0, 120 * daySeconds);
    const parent = id;
    parentIds.push(parent);
    id += 1;
    if (special?.orphans !== true) {
      rows.push({
        id: parent,
        parent: 0,
        type: special?.type ?? (count === undefined ? "simple" : "variable"),
        status: special?.status ?? "publish",
        created: special?.modified === undefined ? created : special.modified,
        modified: special?.modified === undefined ? modified : special.modified,
      });
    }
    for (let nth = 0; nth < (count ?? 0); nth += 1) {
      const status = special?.childStatus?.(nth) ?? "publish";
      const age = random.int(0, 120 * daySeconds);
      rows.push({ id, parent, type: "variation", status, created: created + nth, modified: created + age });
      id += 1;
    }
  }

  function place(parent: number): number {
    let [low, high] = [0, parentIds.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((parentIds[middle] ?? 0) > parent) high = middle - 1;
      else low = middle;
    }
    return low;
  }

  function parentOf(index: number, home: string): SampleBase {
    const own = parentIds[index] ?? 0;
    const special = oddAt(index);
    const base = sampleProduct(own, index, createRandom(seed, index, 2), home);
    const count = (parentIds[index + 1] ?? id) - own - 1;
    const isParent = special === undefined ? count > 0 : special.variations !== undefined;
    const body = patched({ ...(isParent ? variableParent(base, count) : base.body) }, special, home);
    const code = special?.patch === undefined ? base.code : `ODD-${index}`;
    return { ...base, body, code };
  }

  function item(row: WooRow, home: string): WooItem {
    const index = place(isVariation(row) ? row.parent : row.id);
    const base = parentOf(index, home);
    if (!isVariation(row)) return { body: base.body, raw: base.raw };
    const nth = row.id - row.parent - 1;
    const random = createRandom(seed, index, 3, nth);
    const body = sampleVariation(row.id, base.body, base, nth, random, home);
    const text = nth % 5 === 0 ? `Only in ${String(body["name"])}.` : "";
    const child = oddAt(index)?.child?.(nth);
    return { body: { ...body, description: renderText(text), ...child }, raw: { description: text } };
  }

  return { facts: { ...sampleFacts, ...options.facts }, rows, item };
}
