import type { AmazonSettings } from "../../src/channels/amazon/index.js";
import type { AmazonAnswer, AmazonRequest, OperationName } from "../../src/sandbox/amazon/answer.js";
import type { AmazonListing } from "../../src/sandbox/amazon/model.js";
import type { AmazonShop, AmazonShopOptions } from "../../src/sandbox/amazon/server.js";
import type { Fault } from "../../src/sandbox/fault.js";
import { type AmazonBed, createAmazonBed, openAmazon } from "../support/amazon-bed.js";
import type { UnderWay } from "../support/under-way.js";
import { type Cart, closeAfterEach, openCartRig, type Rig, type RigOptions } from "./rig.js";

export type AmazonFault = Fault<AmazonRequest, AmazonAnswer>;

const amazon = (underWay: UnderWay): Cart<AmazonShop> => ({
  table: "amazon",
  open: (shop, { clock, memory, logs, settings, http }) =>
    openAmazon(shop, clock, {
      logs,
      memory,
      underWay,
      settings: { ...(settings as Partial<AmazonSettings>) },
      ...(http === undefined ? {} : { http }),
    }).channel,
  secrets: ({ credentials }) => [...Object.values(credentials), "Atza|"],
  importable,
});

/**
 * Every listing with an SKU that no other carries, but for parents of variations without a price, which nobody can buy,
 * and, in a report, for a row that is broken. The key is the SKU as it stands; a second row of it that says something
 * else has "#2" behind.
 */
function importable(shop: AmazonShop): ReadonlyMap<string, string> {
  const isReport = shop.config["sellerId"] === undefined;
  const fit = new Map<string, string>();
  for (const row of shop.rows()) {
    if (row.sku.trim() === "" || (row.isParent && row.price === "")) continue;
    if (isReport && row.rowFault === "embedded-tab") continue;
    const copies = isReport && saysTwoThings(row) ? 2 : 1;
    for (let copy = 1; copy <= copies; copy += 1) {
      fit.set(fit.has(row.sku) ? `${row.sku}#2` : row.sku, row.sku.trim());
    }
  }
  const counts = new Map<string, number>();
  for (const sku of fit.values()) counts.set(sku, (counts.get(sku) ?? 0) + 1);
  return new Map([...fit].filter(([, sku]) => counts.get(sku) === 1));
}

/** Whether the row comes twice, once without its quantities. */
function saysTwoThings({ rowFault, quantity, pendingQuantity }: AmazonListing): boolean {
  return rowFault === "repeated" && (quantity !== "" || pendingQuantity !== "");
}

export interface ShopOf {
  readonly shop: AmazonShop;
  readonly rig: Rig<AmazonShop>;
}

/** Shops and rigs of a file of tests, closed after each. */
export function createAmazonRigs(
  bed: AmazonBed = createAmazonBed(),
  rigs: { close(): void }[] = closeAfterEach(bed),
) {
  function rigOn(shop: AmazonShop, options: RigOptions = {}): Rig<AmazonShop> {
    const rig = openCartRig(amazon(bed.underWay), shop, { clock: bed.clock, ...options });
    rigs.push(rig);
    return rig;
  }

  /** A sound shop of three pages of listings, whose reports are always new. */
  async function open(options: AmazonShopOptions = {}): Promise<ShopOf> {
    const shop = await bed.openShop({ listings: 45, odd: false, reportCacheMs: 0, ...options });
    return { shop, rig: rigOn(shop) };
  }

  /** A shop of exactly these listings, S-100 and on where they have no SKU of their own. */
  async function openShopOf(
    listings: readonly Partial<AmazonListing>[],
    options: AmazonShopOptions = {},
  ): Promise<ShopOf> {
    const opened = await open({ listings: 0, ...options });
    for (const [index, patch] of listings.entries()) opened.shop.add({ sku: `S-${100 + index}`, ...patch });
    return opened;
  }

  return {
    bed,
    rigOn,
    open,
    openShopOf,
    /** Lets so much time pass that a read asks for a new report. */
    later: () => bed.clock.advance(31 * 60_000),
  };
}

export const at =
  (...operations: readonly OperationName[]) =>
  (request: AmazonRequest): boolean =>
    operations.includes(request.operation);

/** An answer in Amazon's own form of errors. */
export function refusal(status: number, headers: Readonly<Record<string, string>> = {}): AmazonFault {
  const json = { errors: [{ code: "Refused", message: "no", details: "" }] };
  return { name: String(status), instead: () => ({ status, headers, json }) };
}

/** An answer whose JSON is changed. */
export function changed(
  name: string,
  change: (json: Readonly<Record<string, unknown>>) => object,
): AmazonFault {
  return { name, answer: (answer) => ({ ...answer, json: change({ ...(answer.json as object) }) }) };
}
