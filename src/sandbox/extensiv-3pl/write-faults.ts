import { badModel, serverError, webPage, withQuery, type ExtensivRequest } from "./answer.js";
import { script, type ExtensivFault, type Fault } from "./fault.js";
import { bodyOf, collate, type Body } from "./model.js";
import { itemAction, itemIds } from "./warehouse.js";

function isWrite(request: ExtensivRequest): boolean {
  const action = itemAction(request);
  return action !== undefined && action !== "read";
}

function isCreate(request: ExtensivRequest): boolean {
  return itemAction(request) === "create";
}

function isReplace(request: ExtensivRequest): boolean {
  return itemAction(request) === "replace";
}

function isList(request: ExtensivRequest): boolean {
  return request.method === "GET" && /\/(items|skusunionaliases)$/i.test(request.path);
}

function sent({ body }: ExtensivRequest): Body {
  try {
    return bodyOf(JSON.parse(body)) ?? {};
  } catch {
    return {};
  }
}

function skuOf(request: ExtensivRequest): string {
  const { sku, Sku } = sent(request);
  return typeof sku === "string" ? sku : typeof Sku === "string" ? Sku : "";
}

// Changes what a write says before the server sees it: so the server never had a place for it.
function changing(name: string, change: (body: Body) => Body): Fault {
  return {
    name,
    request: (given) => (given.body === "" ? given : { ...given, body: JSON.stringify(change(sent(given))) }),
  };
}

function without(body: Body, field: string): Body {
  return Object.fromEntries(Object.entries(body).filter(([name]) => name.toLowerCase() !== field));
}

function valueAt(body: Body | undefined, path: readonly string[]): unknown {
  const [name = "", ...rest] = path;
  const value = body?.[name];
  return rest.length === 0 ? value : valueAt(bodyOf(value), rest);
}

// The same body with another value at a path; undefined takes the member away.
function withValue(body: Body, path: readonly string[], value: unknown): Body {
  const [name = "", ...rest] = path;
  if (rest.length > 0) {
    const inner = bodyOf(body[name]);
    return inner === undefined ? body : { ...body, [name]: withValue(inner, rest, value) };
  }
  return value === undefined ? without(body, name.toLowerCase()) : { ...body, [name]: value };
}

// Goes through a body to every size in it.
function atSizes(value: unknown, change: (unit: Body) => Body): unknown {
  if (Array.isArray(value)) return value.map((each) => atSizes(each, change));
  const body = bodyOf(value);
  if (body === undefined) return value;
  return change(
    Object.fromEntries(Object.entries(body).map(([name, each]) => [name, atSizes(each, change)])),
  );
}

function roundSizes(unit: Body): Body {
  const rounded: Body = { ...unit };
  for (const system of ["imperial", "metric"]) {
    const size = bodyOf(unit[system]);
    if (size === undefined) continue;
    rounded[system] = Object.fromEntries(
      Object.entries(size).map(([name, value]) => [
        name,
        typeof value === "number" ? Math.round(value * 10) / 10 : value,
      ]),
    );
  }
  return rounded;
}

/** Faults of writes, and of items that do not become what was written. */
export const writeFaults = {
  "lost-answer": {
    description: "every 5th write takes effect, then the connection is reset without an answer",
    make: (scene, settings) =>
      script(scene, settings, { every: 5, of: isWrite }, (request) => {
        scene.answer(request);
        return { name: "lost-answer", connection: "reset" };
      }),
  },
  "lost-answer-error": {
    description: "every 5th write takes effect, and is answered 500 in plain text",
    make: (scene, settings) =>
      script(scene, settings, { every: 5, of: isWrite }, { name: "lost-answer-error", answer: serverError }),
  },
  "cut-before": {
    description: "every 5th write is reset before it takes effect",
    make: (scene, settings) =>
      script(scene, settings, { every: 5, of: isWrite }, { name: "cut-before", connection: "reset" }),
  },
  "stale-etag": {
    description: "an operator edits the item (options.daysBetweenCounts) just before the first PUT",
    make: (scene, settings) =>
      script(scene, settings, { times: 1, of: isReplace }, (request) => {
        const row = scene.store.find(...(itemIds(request) ?? [0, 0]));
        if (row === undefined || row.customerId !== scene.store.facts.customers[0]?.id) return undefined;
        const days = bodyOf(row.body["options"])?.["daysBetweenCounts"];
        scene.store.edit(row.body.sku, {
          options: { daysBetweenCounts: (typeof days === "number" ? days : 0) + 1 },
        });
        return { name: "stale-etag" };
      }),
  },
  "duplicate-race": {
    description: "another client creates the item just before the first POST of it",
    make: (scene, settings) =>
      script(scene, settings, { times: 1, of: isCreate }, (request) => {
        const sku = skuOf(request);
        const [customer] = scene.store.facts.customers;
        if (sku === "" || customer === undefined || scene.store.findBySku(customer.id, sku) !== undefined)
          return undefined;
        const [unit] = scene.store.facts.units;
        scene.store.put({
          sku,
          description: "Made by another client",
          options: { inventoryUnit: { unitIdentifier: unit } },
        });
        return { name: "duplicate-race" };
      }),
  },
  refuse: {
    description: "one SKU (the first that is written) is always refused with ModelValidationException",
    make: (scene, settings) => {
      let victim = settings.sku;
      return script(scene, settings, { of: isWrite }, (request) => {
        const sku = skuOf(request);
        victim ??= sku === "" ? undefined : sku;
        if (victim === undefined || collate(sku) !== collate(victim)) return undefined;
        const answer = badModel("ValueNotSupported", "Sku", sku, "The item is not accepted.");
        return { name: "refuse", instead: () => answer };
      });
    },
  },
  "too-large": {
    description: "every write (with `bytes`: of more than so many) is answered 413 with a web page",
    make: (scene, settings) =>
      script(
        scene,
        settings,
        { of: (request) => isWrite(request) && Buffer.byteLength(request.body) > (settings.bytes ?? 0) },
        {
          name: "too-large",
          instead: () => webPage(413, "413 Request Entity Too Large", "The page was not displayed."),
        },
      ),
  },
  "drops-field": {
    description: "the server does not take the UPC (or another `field`) from a write, and does not say so",
    make: (scene, settings) => {
      const path = (settings.field ?? "upc").split(".");
      return script(scene, settings, { of: isWrite }, (request) => {
        const row = scene.store.find(...(itemIds(request) ?? [0, 0]));
        return changing("drops-field", (body) => withValue(body, path, valueAt(row?.body, path)));
      });
    },
  },
  truncates: {
    description: "the server keeps 30 characters of a description",
    make: (scene, settings) =>
      script(
        scene,
        settings,
        { of: isWrite },
        changing("truncates", (body) => {
          const name = settings.field ?? "description";
          const text = body[name];
          return typeof text === "string" ? { ...body, [name]: text.slice(0, 30) } : body;
        }),
      ),
  },
  rounds: {
    description: "the server rounds sizes and weights to one decimal",
    make: (scene, settings) =>
      script(
        scene,
        settings,
        { of: isWrite },
        changing("rounds", (body) => atSizes(body, roundSizes) as Body),
      ),
  },
  "metric-wins": {
    description: "where a size is sent in both systems, centimetres and kilograms count",
    make: (scene, settings) =>
      script(
        scene,
        settings,
        { of: isWrite },
        changing(
          "metric-wins",
          (body) =>
            atSizes(body, (unit) => (bodyOf(unit["metric"]) ? without(unit, "imperial") : unit)) as Body,
        ),
      ),
  },
  invisible: {
    description: "for a minute, lists and filters do not show an item that was created by the API",
    make: (scene, settings) =>
      script(scene, settings, { of: isList }, () => {
        const since = scene.store.now() - (settings.seconds ?? 60) * 1000;
        return {
          name: "invisible",
          request: (given) => ({ ...given, hides: (row) => row.byApi && row.created > since }),
        };
      }),
  },
  "page-size": {
    description: "lists hold 10 at most, whatever was asked for",
    make: (scene, settings) =>
      script(
        scene,
        settings,
        { of: isList },
        {
          name: "page-size",
          request: (given) => withQuery(given, "pgsiz", "10"),
        },
      ),
  },
  "rql-ignored": {
    description: "filters are ignored without a word",
    make: (scene, settings) =>
      script(
        scene,
        settings,
        { of: isList },
        {
          name: "rql-ignored",
          request: (given) => withQuery(given, "rql", undefined),
        },
      ),
  },
} as const satisfies Readonly<Record<string, ExtensivFault>>;
