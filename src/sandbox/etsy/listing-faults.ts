import { eachOf, type NamedFault } from "../fault.js";
import { failure, setQuery, type EtsyAnswer, type EtsyRequest } from "./answer.js";
import type { FaultScript, FaultSettings } from "./fault.js";
import { bodiesOf, type Body } from "./model.js";
import type { EtsyStore } from "./store.js";
import type { TokenBook } from "./tokens.js";

/** What faults may reach into. */
export interface FaultScene {
  readonly store: EtsyStore;
  readonly book: TokenBook;
}

export type EtsyFault = NamedFault<FaultScene, EtsyRequest, EtsyAnswer>;

const each = eachOf<EtsyRequest, EtsyAnswer>;

/** Whether a list of the shop's listings is asked for. */
function isList(request: EtsyRequest): boolean {
  return /^\/v3\/application\/shops\/[^/]+\/listings$/.test(request.path);
}

function isLater(request: EtsyRequest): boolean {
  return isList(request) && offsetOf(request) > 0;
}

function offsetOf({ query }: EtsyRequest): number {
  return Number(query.get("offset") ?? 0);
}

function asksInventory(request: EtsyRequest): boolean {
  return isList(request) && (request.query.get("includes") ?? "").split(",").includes("Inventory");
}

// Whole shops are thousands of calls: a fault that is about one listing takes the one in the middle.
function victimOf({ store }: FaultScene, settings: FaultSettings): number {
  const rows = store.listed("active");
  return settings.id ?? rows[rows.length >> 1]?.id ?? 0;
}

/** Changes the listings in the body of a list. */
function mapListings(answer: EtsyAnswer, change: (listing: Body, place: number) => Body): EtsyAnswer {
  const body = answer.json as Body | undefined;
  if (answer.status !== 200 || !Array.isArray(body?.["results"])) return answer;
  return { ...answer, json: { ...body, results: bodiesOf(body["results"]).map(change) } };
}

function mapProducts(listing: Body, change: (product: Body) => Body): Body {
  const inventory = listing["inventory"] as Body | null | undefined;
  if (inventory === null || inventory === undefined) return listing;
  return {
    ...listing,
    inventory: { ...inventory, products: bodiesOf(inventory["products"]).map(change) },
  };
}

/** Answers that hold one listing become something else. */
function spoiled(
  name: string,
  scene: FaultScene,
  settings: FaultSettings,
  change: (answer: EtsyAnswer, id: number, request: EtsyRequest) => EtsyAnswer,
): FaultScript {
  const id = victimOf(scene, settings);
  const answer = (given: EtsyAnswer, request: EtsyRequest): EtsyAnswer =>
    given.ids?.includes(id) === true ? change(given, id, request) : given;
  return { onRequest: () => ({ name, answer }) };
}

/** Before each further page something happens to the shop. */
function between(name: string, settings: FaultSettings, happen: () => void): FaultScript {
  const request = (given: EtsyRequest): EtsyRequest => {
    happen();
    return given;
  };
  return each({ name, request }, settings, { every: 1, of: isLater });
}

/** The faults that are about listings and pages, in the order of the help. */
export const listingFaults = {
  "refused-inventory": {
    description: "includes=Inventory is no longer allowed on the shop's list: 400",
    make: (_scene, settings) =>
      each(
        {
          name: "refused-inventory",
          instead: () => failure(400, "Invalid value (Inventory) for enum(Images, Shop, User, Translations)"),
        },
        settings,
        { every: 1, of: asksInventory },
      ),
  },
  "missing-inventory": {
    description: "every third listing of a page has inventory: null, though it has one",
    make: (_scene, settings) => {
      const every = settings.every ?? 3;
      const answer = (given: EtsyAnswer): EtsyAnswer =>
        mapListings(given, (listing, place) =>
          place % every === 0 ? { ...listing, inventory: null } : listing,
        );
      return each({ name: "missing-inventory", answer }, {}, { every: 1, of: asksInventory });
    },
  },
  "batch-404": {
    description: "one listed listing is unknown to the reads by id: 404 for every batch that names it",
    make: (scene, settings) => {
      const id = String(victimOf(scene, settings));
      const names = ({ path, query }: EtsyRequest): boolean =>
        path.split("/").includes(id) || (query.get("listing_ids") ?? "").split(",").includes(id);
      return each({ name: "batch-404", instead: () => failure(404, `Listing ${id} not found`) }, settings, {
        every: 1,
        of: names,
      });
    },
  },
  "bad-listing": {
    description: "one listing turns every answer that holds it into a 500",
    make: (scene, settings) => spoiled("bad-listing", scene, settings, () => failure(500, "Server Error")),
  },
  "bad-inventory": {
    description: "one listing turns every answer that holds its inventory into a 500",
    make: (scene, settings) =>
      spoiled("bad-inventory", scene, settings, (answer, _id, request) =>
        asksInventory(request) || request.path.endsWith("/inventory") ? failure(500, "Server Error") : answer,
      ),
  },
  "bad-record": {
    description: "one listing's products have an object for an id",
    make: (scene, settings) =>
      spoiled("bad-record", scene, settings, (answer, id) =>
        mapListings(answer, (listing) =>
          listing["listing_id"] === id
            ? mapProducts(listing, (product) => ({ ...product, product_id: { id: product["product_id"] } }))
            : listing,
        ),
      ),
  },
  "huge-id": {
    description: "one listing has an id of more than 53 bits",
    make: (scene, settings) =>
      spoiled("huge-id", scene, settings, ({ json, ...answer }, id) => ({
        ...answer,
        text: JSON.stringify(json).replaceAll(`"listing_id":${id}`, '"listing_id":9007199254740993'),
      })),
  },
  "blank-skus": {
    description: "every SKU is blank, as for somebody else's listings",
    make: (_scene, settings) => {
      const answer = (given: EtsyAnswer): EtsyAnswer =>
        mapListings(given, (listing) => ({
          ...mapProducts(listing, (product) => ({ ...product, sku: "" })),
          skus: [],
        }));
      return each({ name: "blank-skus", answer }, settings, { every: 1 });
    },
  },
  "deleted-shown": {
    description: "every list holds one deleted product more in each listing, as show_deleted does",
    make: (_scene, settings) => {
      const answer = (given: EtsyAnswer): EtsyAnswer =>
        mapListings(given, (listing) => {
          const inventory = listing["inventory"] as Body | null | undefined;
          const [first] = bodiesOf(inventory?.["products"]);
          if (inventory === null || inventory === undefined || first === undefined) return listing;
          const gone = { ...first, product_id: Number(first["product_id"]) + 900, is_deleted: true };
          return {
            ...listing,
            inventory: { ...inventory, products: [gone, ...bodiesOf(inventory["products"])] },
          };
        });
      return each({ name: "deleted-shown", answer }, settings, { every: 1 });
    },
  },
  drift: {
    description: "before each further page, a listing of an earlier page is deleted",
    make: ({ store }, settings) =>
      between("drift", settings, () => {
        const [newest] = store.listed("active");
        if (newest !== undefined) store.remove(newest.id);
      }),
  },
  "drift-added": {
    description: "before each further page, a new listing moves all others on by one",
    make: ({ store }, settings) => between("drift-added", settings, () => void store.add()),
  },
  "duplicate-page": {
    description: "page 3 and later of a list hold page 2 again",
    make: (_scene, settings) => {
      const limit = (request: EtsyRequest): number => Number(request.query.get("limit") ?? 25);
      return each(
        {
          name: "duplicate-page",
          request: (given) => setQuery(given, "offset", String(limit(given))),
        },
        settings,
        { every: 1, of: (request) => isList(request) && offsetOf(request) >= 2 * limit(request) },
      );
    },
  },
  "empty-page": {
    description: "the second page of a list is empty with a count of 0, once",
    make: (_scene, settings) =>
      each(
        {
          name: "empty-page",
          answer: (answer) => ({ ...answer, json: { count: 0, results: [] }, ids: [] }),
        },
        settings,
        { every: 1, times: 1, of: isLater },
      ),
  },
  "short-page": {
    description: "the second page of a list lacks its last ten listings, once",
    make: (_scene, settings) =>
      each(
        {
          name: "short-page",
          answer: (answer) => {
            const body = answer.json as Body;
            return { ...answer, json: { ...body, results: bodiesOf(body["results"]).slice(0, -10) } };
          },
        },
        settings,
        { every: 1, times: 1, of: isLater },
      ),
  },
  "high-count": {
    description: "lists declare 50 listings more than there are",
    make: (_scene, settings) =>
      each(
        {
          name: "high-count",
          answer: (answer) => {
            const body = answer.json as Body;
            return { ...answer, json: { ...body, count: Number(body["count"]) + 50 } };
          },
        },
        settings,
        { every: 1, of: isList },
      ),
  },
  "offset-cap": {
    description: "an offset above 12000 is refused, as in searches",
    make: (_scene, settings) =>
      each(
        {
          name: "offset-cap",
          instead: () => failure(400, "Offset provided is greater than the maximum offset allowed."),
        },
        {},
        { every: 1, of: (request) => isList(request) && offsetOf(request) > (settings.every ?? 12_000) },
      ),
  },
} as const satisfies Readonly<Record<string, EtsyFault>>;
