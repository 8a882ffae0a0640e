import { eachOf, type FaultScript, type FaultSettings, type NamedFault } from "../fault.js";
import { asksFor, json, type ShopifyAnswer, type ShopifyRequest } from "./answer.js";
import type { FaultTarget } from "./fault-target.js";
import { gid } from "./model.js";
import { internalError } from "./search.js";

type ShopifyFault = NamedFault<FaultTarget, ShopifyRequest, ShopifyAnswer>;
type Script = FaultScript<ShopifyRequest, ShopifyAnswer>;
type Json = Record<string, unknown>;

const each = eachOf<ShopifyRequest, ShopifyAnswer>;

function isJson(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The list of records at the root of an answer: of variants or of products. */
function listOf(answer: ShopifyAnswer): Json | undefined {
  const data = isJson(answer.body) ? answer.body["data"] : undefined;
  if (!isJson(data)) return undefined;
  return Object.values(data)
    .filter(isJson)
    .find((value) => Array.isArray(value["nodes"]) && isJson(value["pageInfo"]));
}

const isCatalogue = (request: ShopifyRequest): boolean =>
  asksFor(request, "productVariants") || asksFor(request, "products");

/** Puts something else in the place of a list's parts. */
function withList(answer: ShopifyAnswer, change: (list: Json) => Json): ShopifyAnswer {
  const list = listOf(answer);
  const body = answer.body as { readonly data: Json };
  if (list === undefined) return answer;
  const data = Object.fromEntries(
    Object.entries(body.data).map(([key, value]) => [key, value === list ? change(list) : value]),
  );
  return { ...answer, body: { ...body, data } };
}

/** Copies an answer and changes each object in it that `change` knows. */
function walk(value: unknown, change: (object: Json) => Json): unknown {
  if (Array.isArray(value)) return value.map((item) => walk(item, change));
  if (!isJson(value)) return value;
  return change(Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, walk(inner, change)])));
}

/** The address of the variant that a fault is about: the one named, or the one in the middle. */
function victim(target: FaultTarget, settings: FaultSettings): string {
  const { variants } = target.store;
  const id = settings.id === undefined ? variants[variants.length >> 1]?.id : String(settings.id);
  return gid("ProductVariant", id ?? "0");
}

function crash(target: FaultTarget, settings: FaultSettings, name: string, needsMore: boolean): Script {
  const address = victim(target, settings);
  const broken = internalError("77b0-harbor");
  return {
    onRequest: (_n, request) => {
      // Ids and cursors alone are read without the part that is broken.
      if (needsMore && !asksFor(request, "sku")) return undefined;
      return {
        name,
        answer: (answer) =>
          JSON.stringify(answer.body ?? "").includes(`"${address}"`)
            ? json(200, { errors: [{ message: broken.message, extensions: broken.extensions }] })
            : answer,
      };
    },
  };
}

function changed(target: FaultTarget, settings: FaultSettings, name: string, patch: Json): Script {
  const address = victim(target, settings);
  return {
    onRequest: () => ({
      name,
      answer: (answer) => ({
        ...answer,
        body: walk(answer.body, (object) => {
          if (object["id"] !== address) return object;
          const known = Object.entries(patch).filter(([key]) => Object.hasOwn(object, key));
          return { ...object, ...Object.fromEntries(known) };
        }),
      }),
    }),
  };
}

function repeatedCursor(_target: FaultTarget, settings: FaultSettings): Script {
  let kept: unknown;
  return each(
    {
      name: "repeated-cursor",
      answer: (answer) =>
        withList(answer, (list) => {
          const info = list["pageInfo"] as Json;
          kept ??= info["endCursor"];
          return { ...list, pageInfo: { ...info, hasNextPage: true, endCursor: kept } };
        }),
    },
    settings,
    { every: 1, of: isCatalogue },
  );
}

/** Adds and removes variants while somebody reads. */
function drift(target: FaultTarget, settings: FaultSettings): Script {
  const { store } = target;
  let turn = 0;
  return each(
    {
      name: "drift",
      answer: (answer) => {
        turn += 1;
        const { variants } = store;
        const gone = variants[Math.floor(variants.length / 2) + turn];
        if (turn % 2 === 0 && gone !== undefined) store.remove(gone.id);
        else store.add({ price: "1.00" });
        return answer;
      },
    },
    settings,
    { every: 1, times: 6, of: isCatalogue },
  );
}

/** What goes wrong with records and lists. */
export const recordFaults: Readonly<Record<string, ShopifyFault>> = {
  "partial-data": {
    description: "every 10th page has nulls for stock, and errors beside the data",
    make: (_target, settings) =>
      each(
        {
          name: "partial-data",
          answer: (answer) => {
            const body = isJson(answer.body) ? answer.body : {};
            const data = walk(body["data"], (object) =>
              Object.hasOwn(object, "inventoryLevel") ? { ...object, inventoryLevel: null } : object,
            );
            const error = {
              message: "Something went wrong while loading inventory levels.",
              path: ["productVariants", "nodes", 0, "inventoryItem", "inventoryLevel"],
              extensions: { code: "INTERNAL_SERVER_ERROR" },
            };
            return { ...answer, body: { ...body, data, errors: [error] } };
          },
        },
        settings,
        { every: 10, of: (request) => asksFor(request, "inventoryLevel") },
      ),
  },
  "bad-record": {
    description: "one variant makes its page an INTERNAL_SERVER_ERROR, unless only ids are asked for",
    make: (target, settings) => crash(target, settings, "bad-record", true),
  },
  "dead-record": {
    description: "one variant makes its page an INTERNAL_SERVER_ERROR, whatever is asked for",
    make: (target, settings) => crash(target, settings, "dead-record", false),
  },
  "torn-record": {
    description: "one variant has null and text where the schema has text and lists",
    make: (target, settings) =>
      changed(target, settings, "torn-record", {
        price: null,
        title: 7,
        selectedOptions: "none",
        product: null,
      }),
  },
  "repeated-cursor": {
    description: "every page of records names the same next page",
    make: repeatedCursor,
  },
  "empty-page": {
    description: "every 3rd page of records is empty, though it has a next one",
    make: (_target, settings) =>
      each(
        {
          name: "empty-page",
          answer: (answer) =>
            withList(answer, (list) => {
              const info = list["pageInfo"] as Json;
              return { ...list, nodes: [], pageInfo: { ...info, hasNextPage: true } };
            }),
        },
        settings,
        { every: 3, of: isCatalogue },
      ),
  },
  "lost-rows": {
    description: "each page of records leaves out its last one",
    make: (_target, settings) =>
      each(
        {
          name: "lost-rows",
          answer: (answer) =>
            withList(answer, (list) => ({ ...list, nodes: (list["nodes"] as unknown[]).slice(0, -1) })),
        },
        settings,
        { every: 1, of: isCatalogue },
      ),
  },
  "bad-cursor": {
    description: "every 10th cursor is no longer valid",
    make: (_target, settings) =>
      each(
        {
          name: "bad-cursor",
          request: (request) => ({ ...request, variables: { ...request.variables, after: "Z29uZQ==" } }),
        },
        settings,
        { every: 10, of: ({ variables }) => typeof variables["after"] === "string" },
      ),
  },
  drift: {
    description: "variants come and go while pages are read",
    make: drift,
  },
};
