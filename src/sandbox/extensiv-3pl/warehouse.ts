import { empty, message, missingRole, Refusal, type ExtensivAnswer, type ExtensivRequest } from "./answer.js";
import { parseBody, readItem } from "./item-body.js";
import { address, listAnswer, pageOf, present, recordAnswer, type ListRules, type Manner } from "./list.js";
import { bodyOf, collate, type Body, type ItemAlias, type Reference, type Role, type Row } from "./model.js";
import type { RqlField, RqlFields } from "./rql.js";
import { etagOf, writeDate, type ExtensivStore } from "./store.js";
import type { TokenBook } from "./tokens.js";

export interface WarehouseParts {
  readonly store: ExtensivStore;
  readonly book: TokenBook;
  readonly roles: ReadonlySet<Role>;
  readonly manner: Manner;
  /** Scheme, host and port. */
  readonly home: () => string;
}

interface Call {
  readonly request: ExtensivRequest;
  readonly customer: Reference;
  /** The second number of the path, if it has one. */
  readonly id: number;
}

interface Route {
  readonly path: RegExp;
  /** Of each method that it knows: the role that it wants, and what it does. */
  readonly methods: Readonly<Record<string, readonly [Role, (call: Call) => ExtensivAnswer]>>;
}

const itemPath = /^\/customers\/(\d{1,15})\/items\/(\d{1,15})$/i;
const itemsPath = /^\/customers\/(\d{1,15})\/items$/i;

/** What a request does to items: nothing, for one that is not about them. */
export function itemAction({
  method,
  path,
}: ExtensivRequest): "read" | "create" | "replace" | "delete" | undefined {
  if (itemsPath.test(path)) return method === "GET" ? "read" : method === "POST" ? "create" : undefined;
  if (!itemPath.test(path)) return undefined;
  return ({ GET: "read", PUT: "replace", DELETE: "delete" } as const)[method];
}

/** The ids in the path of one item. */
export function itemIds({
  path,
}: ExtensivRequest): readonly [customerId: number, itemId: number] | undefined {
  const match = itemPath.exec(path);
  return match === null ? undefined : [Number(match[1]), Number(match[2])];
}

/** Whether a request asks for a token. */
export function isTokenRequest({ path }: ExtensivRequest): boolean {
  return path.toLowerCase() === "/authserver/api/token";
}

const text = <T>(get: RqlField<T>["get"]): RqlField<T> => ({ kind: "text", get });

// Guess: these names and no others. The documents have a filter, but no list of what it knows.
const itemFields: RqlFields<Row> = new Map<string, RqlField<Row>>([
  ...["sku", "description", "description2", "upc"].map((name): [string, RqlField<Row>] => [
    name,
    text(({ body }) => stringOf(body[name])),
  ]),
  ["itemid", { kind: "number", get: (row) => row.id }],
  ["readonly.itemid", { kind: "number", get: (row) => row.id }],
  // Dates are shown in whole seconds, and compared so.
  ["readonly.creationdate", { kind: "instant", get: (row) => wholeSeconds(row.created) }],
  ["readonly.lastmodifieddate", { kind: "instant", get: (row) => wholeSeconds(row.modified) }],
  ["readonly.deactivated", { kind: "flag", get: (row) => row.deactivated }],
  ["kit.materialnotes", text(({ body }) => stringOf(bodyOf(body["kit"])?.["materialNotes"]))],
]);

// Guess: these names and no others.
const customerFields: RqlFields<Reference> = new Map<string, RqlField<Reference>>([
  ["readonly.customerid", { kind: "number", get: ({ id }) => id }],
  ["companyinfo.companyname", text(({ name }) => name)],
]);

const aliasFields: RqlFields<ItemAlias> = new Map([["sku", text<ItemAlias>(({ sku }) => sku)]]);

const itemRules: ListRules<Row> = { rel: "customers/item", standardSize: 10, fields: itemFields };
const customerRules: ListRules<Reference> = {
  rel: "customers/customer",
  standardSize: 20,
  fields: customerFields,
};
// Guess: the sizes and the rel; the simplest form of the item's.
const aliasRules: ListRules<ItemAlias> = {
  rel: "customers/itemalias",
  standardSize: 10,
  fields: aliasFields,
};

/** Makes the server's answers from a store and a book of tokens: a pure function of their state and the request. */
export function createWarehouse(parts: WarehouseParts): (request: ExtensivRequest) => ExtensivAnswer {
  const { store, manner, roles } = parts;
  const how = (rel: string): Parameters<typeof listAnswer>[3] => ({ rel, home: parts.home(), manner });

  const pathOf = (row: Row): string => `/customers/${row.customerId}/items/${row.id}`;

  function itemBody(row: Row): Body {
    return { ...store.view(row), _links: { self: { href: address(pathOf(row), how("")) } } };
  }

  function oneItem(request: ExtensivRequest, row: Row, status = 200): ExtensivAnswer {
    return recordAnswer(request, status, itemBody(row), { ETag: etagOf(row) });
  }

  const listItems = ({ request, customer }: Call): ExtensivAnswer => {
    const { hides } = request;
    const all = store.list(customer.id);
    const shown = hides === undefined ? all : all.filter((row) => !hides(row));
    const page = pageOf(shown, request, itemRules);
    return listAnswer(request, page, page.records.map(itemBody), how(itemRules.rel));
  };

  const getItem = ({ request, customer, id }: Call): ExtensivAnswer =>
    oneItem(request, present(store.find(customer.id, id)));

  const createItem = ({ request, customer }: Call): ExtensivAnswer => {
    const row = store.create(customer.id, readItem(sentBody(request), store.facts));
    const answer = oneItem(request, row, 201);
    // Guess: that there is a Location, and its form.
    return { ...answer, headers: { ...answer.headers, Location: address(pathOf(row), how("")) } };
  };

  const replaceItem = ({ request, customer, id }: Call): ExtensivAnswer => {
    const row = present(store.find(customer.id, id));
    // Guess: the tag is looked at before the body.
    demandMatch(request, row);
    return oneItem(request, store.replace(row, readItem(sentBody(request), store.facts)));
  };

  const deleteItem = ({ request, customer, id }: Call): ExtensivAnswer => {
    const row = present(store.find(customer.id, id));
    demandMatch(request, row);
    store.remove(row);
    return empty(204);
  };

  function customerBody({ id, name }: Reference): Body {
    // Guess: a small part of the real one.
    return {
      readOnly: { customerId: id, creationDate: writeDate(Date.UTC(2023, 0, 9, 16)), deactivated: false },
      companyInfo: { companyName: name },
      _links: { self: { href: address(`/customers/${id}`, how("")) } },
    };
  }

  const listCustomers = ({ request }: Call): ExtensivAnswer => {
    const page = pageOf(store.facts.customers, request, customerRules);
    return listAnswer(request, page, page.records.map(customerBody), how(customerRules.rel));
  };

  const getCustomer = ({ request, customer }: Call): ExtensivAnswer =>
    recordAnswer(request, 200, customerBody(customer), { ETag: `"c${customer.id}"` });

  const aliasesOf = ({ id }: Reference): readonly ItemAlias[] =>
    id === store.facts.customers[0]?.id ? store.facts.aliases : [];

  const listAliases = ({ request, customer }: Call): ExtensivAnswer => {
    const page = pageOf(aliasesOf(customer), request, aliasRules);
    const bodies = page.records.map(({ sku, itemSku, qty }) => ({
      sku,
      itemIdentifier: { sku: itemSku, id: store.findBySku(customer.id, itemSku)?.id },
      qty,
    }));
    return listAnswer(request, page, bodies, how(aliasRules.rel));
  };

  // Guess: the members, the order, and that there are no pages.
  const listUnion = ({ request, customer }: Call): ExtensivAnswer => {
    const hides = request.hides ?? (() => false);
    const part = collate(request.query.get("contains") ?? "");
    const bodies = [
      ...store
        .list(customer.id)
        .filter((row) => !hides(row))
        .map(({ id, body }) => ({ id, sku: body.sku })),
      // An alias has a negative id.
      ...aliasesOf(customer).map(({ sku }, place) => ({ id: -1 - place, sku })),
    ].filter(({ sku }) => collate(sku).includes(part));
    const page = { records: bodies, total: bodies.length, size: Math.max(1, bodies.length), number: 1 };
    return listAnswer(request, page, bodies, how("customers/skuunionalias"));
  };

  const routes: readonly Route[] = [
    { path: /^\/customers$/i, methods: { GET: ["CustomerView", listCustomers] } },
    { path: /^\/customers\/(\d{1,15})$/i, methods: { GET: ["CustomerView", getCustomer] } },
    { path: itemsPath, methods: { GET: ["ItemView", listItems], POST: ["ItemEdit", createItem] } },
    {
      path: itemPath,
      methods: {
        GET: ["ItemView", getItem],
        PUT: ["ItemEdit", replaceItem],
        DELETE: ["ItemEdit", deleteItem],
      },
    },
    { path: /^\/customers\/(\d{1,15})\/itemaliases$/i, methods: { GET: ["ItemView", listAliases] } },
    { path: /^\/customers\/(\d{1,15})\/skusunionaliases$/i, methods: { GET: ["ItemView", listUnion] } },
  ];

  function answerApi(request: ExtensivRequest): ExtensivAnswer {
    if (!parts.book.isGood(request)) return empty(401);
    for (const { path, methods } of routes) {
      const match = path.exec(request.path);
      if (match === null) continue;
      const found = Object.hasOwn(methods, request.method) ? methods[request.method] : undefined;
      if (found === undefined)
        return message(405, `The requested resource does not support http method '${request.method}'.`, {
          Allow: Object.keys(methods).join(", "),
        });
      const [role, handle] = found;
      if (!roles.has(role)) return missingRole(role);
      const [, customerId, id] = match;
      const [first] = store.facts.customers;
      const customer = present(customerId === undefined ? first : store.customer(Number(customerId)));
      return handle({ request, customer, id: Number(id) });
    }
    return empty(404);
  }

  return (request) => {
    try {
      return isTokenRequest(request) ? parts.book.grant(request) : answerApi(request);
    } catch (error) {
      if (error instanceof Refusal) return error.answer;
      throw error;
    }
  };
}

// Guess: a body must call itself JSON of one of the two forms.
function sentBody({ headers, body }: ExtensivRequest): Body {
  if (!/^application\/(hal\+)?json\b/i.test(headers["content-type"] ?? ""))
    throw new Refusal(message(415, "The request entity's media type is not supported for this resource."));
  return parseBody(body);
}

// Guess: the words of both answers, and that `*` matches.
function demandMatch({ headers }: ExtensivRequest, row: Row): void {
  const tag = headers["if-match"];
  if (tag === undefined) throw new Refusal(message(428, "An If-Match header is required."));
  if (tag !== "*" && tag !== etagOf(row))
    throw new Refusal(message(412, "The resource was changed since it was read."));
}

function stringOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function wholeSeconds(at: number): number {
  return Math.floor(at / 1000) * 1000;
}
