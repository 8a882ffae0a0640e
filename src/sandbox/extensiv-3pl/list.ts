import { badParameter, empty, Refusal, type ExtensivAnswer, type ExtensivRequest } from "./answer.js";
import { toPascal } from "./item-shape.js";
import { bodyOf, type Body } from "./model.js";
import { compileRql, fold, type RqlField, type RqlFields } from "./rql.js";
import { readDate } from "./store.js";

/** How the server words what no document tells. */
export interface Manner {
  /** Guess: links are relative to the server's root. */
  readonly links: "relative" | "absolute";
  /** Guess: a list of items has its rel as its key; of some lists the documents show the bare "item". */
  readonly embeddedKey: "rel" | "item";
}

export interface ListRules<T> {
  /** Its last part, with the rest before it, is the key of the list in HAL. */
  readonly rel: string;
  readonly standardSize: number;
  readonly fields: RqlFields<T>;
}

interface Page<T> {
  readonly records: readonly T[];
  readonly total: number;
  readonly size: number;
  readonly number: number;
}

const maxSize = 100;
const relBase = "http://api.3plCentral.com/rels/";
const halType = "application/hal+json; charset=utf-8";

/** Filters, sorts and cuts a list as the query says. Parameters of other names are ignored without a word. */
export function pageOf<T>(all: readonly T[], { query }: ExtensivRequest, rules: ListRules<T>): Page<T> {
  const size = wholeParameter(query, "pgsiz", rules.standardSize);
  // Guess: how a page that is too long is refused; that it is, is documented for items.
  if (size > maxSize) throw new Refusal(badParameter("pgsiz", "NotParsable", `The maximum is ${maxSize}.`));
  const number = wholeParameter(query, "pgnum", 1);
  const rql = query.get("rql") ?? "";
  const found = rql === "" ? [...all] : all.filter(compileRql(rql, rules.fields, readDate));
  const order = sortOf(query.get("sort") ?? "", rules.fields);
  // Guess: without `sort` the order is that of the ids.
  if (order.length > 0) found.sort((one, other) => compare(one, other, order));
  return { records: found.slice((number - 1) * size, number * size), total: found.length, size, number };
}

function wholeParameter(query: ReadonlyMap<string, string>, name: string, standard: number): number {
  const text = query.get(name) ?? "";
  if (text === "") return standard;
  const value = Number(text);
  if (!/^\d{1,9}$/.test(text) || value < 1)
    throw new Refusal(badParameter(name, "NotParsable", `${name} is not a number from 1.`));
  return value;
}

type Order<T> = readonly (RqlField<T> & { readonly sign: 1 | -1 })[];

function sortOf<T>(text: string, fields: RqlFields<T>): Order<T> {
  const names = text.split(",").filter((name) => name !== "");
  return names.map((name) => {
    const field = fields.get(name.replace(/^-/, "").toLowerCase());
    if (field === undefined)
      throw new Refusal(badParameter("sort", "DoesNotExist", `There is no property ${name} to sort by.`));
    return { ...field, sign: name.startsWith("-") ? -1 : 1 };
  });
}

function compare<T>(one: T, other: T, order: Order<T>): number {
  for (const { get, sign } of order) {
    const [left, right] = [fold(get(one)) ?? "", fold(get(other)) ?? ""];
    if (left !== right) return left < right ? -sign : sign;
  }
  return 0;
}

/** Whether the caller wants HAL. Guess: whoever does not ask for it gets the other form. */
function wantsHal({ headers }: ExtensivRequest): boolean {
  return (headers["accept"] ?? "").toLowerCase().includes("application/hal+json");
}

/** Makes the answer that is a list, in the form that the caller accepts. `bodies` are the records of the page. */
export function listAnswer(
  request: ExtensivRequest,
  { total, size, number }: Page<unknown>,
  bodies: readonly Readonly<Body>[],
  how: { readonly rel: string; readonly home: string; readonly manner: Manner },
): ExtensivAnswer {
  if (!wantsHal(request))
    return { status: 200, json: { ResourceList: bodies.map(pascal), TotalResults: total } };
  const link = (page: number): Body => {
    const query = new URLSearchParams([...request.query]);
    query.set("pgsiz", String(size));
    query.set("pgnum", String(page));
    return { href: address(`${request.path}?${query.toString()}`, how) };
  };
  const name = how.rel.slice(how.rel.lastIndexOf("/") + 1);
  return {
    status: 200,
    headers: { "Content-Type": halType },
    json: {
      totalResults: total,
      // Guess: an empty page has an empty list.
      _embedded: { [how.manner.embeddedKey === "rel" ? `${relBase}${how.rel}` : name]: bodies },
      _links: {
        self: link(number),
        ...(number * size < total ? { next: link(number + 1) } : {}),
        ...(number > 1 ? { prev: link(number - 1) } : {}),
      },
    },
  };
}

/** Makes the answer that is one record. */
export function recordAnswer(
  request: ExtensivRequest,
  status: number,
  body: Readonly<Body>,
  headers: Readonly<Record<string, string>>,
): ExtensivAnswer {
  if (!wantsHal(request)) return { status, headers, json: pascal(body) };
  return { status, headers: { "Content-Type": halType, ...headers }, json: body };
}

/** An address on this server as links give it. */
export function address(path: string, how: { readonly home: string; readonly manner: Manner }): string {
  return how.manner.links === "absolute" ? how.home + path : path;
}

/** Throws Refusal with the empty 404 for what is not there. */
export function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Refusal(empty(404));
  return value;
}

// The form of application/json: names in PascalCase, without links.
function pascal(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(pascal);
  const body = bodyOf(value);
  if (body === undefined) return value;
  const members: Body = {};
  for (const [name, member] of Object.entries(body)) {
    if (name === "_links") continue;
    if (name === "_embedded") members["Qualifiers"] = pascal(bodyOf(member)?.["item"]);
    else members[toPascal(name)] = pascal(member);
  }
  return members;
}
