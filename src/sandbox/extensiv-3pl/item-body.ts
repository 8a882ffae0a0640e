import { badModel, message, Refusal } from "./answer.js";
import { itemShape, toPascal, type Shape, type ShapeOf } from "./item-shape.js";
import { bodyOf, type Body, type ItemBody, type Reference, type WarehouseFacts } from "./model.js";

/** Reads JSON that was sent. Throws Refusal when it is no object. */
export function parseBody(text: string): Body {
  try {
    const body = bodyOf(JSON.parse(text));
    if (body !== undefined) return body;
  } catch {
    // Answered below.
  }
  // Guess: ASP.NET's own words.
  throw new Refusal(message(400, "The request is invalid."));
}

/**
 * Takes from a body what an item has a place for, whatever the case of its names; the rest is dropped without a word.
 * Throws Refusal for a wrong type, a missing member or a reference to what is not there.
 */
export function readItem(body: Body, facts: WarehouseFacts): ItemBody {
  const item = readObject(itemShape, unfold(body), "");
  for (const name of ["sku", "description"] as const) {
    const text = item[name];
    if (typeof text !== "string" || text.trim() === "")
      refuse("Required", toPascal(name), text, `${toPascal(name)} is required.`);
  }
  for (const [name, limit] of Object.entries(facts.limits)) {
    const text = item[name];
    if (typeof text === "string" && text.length > limit)
      refuse("ValueNotSupported", toPascal(name), text, `The length must not exceed ${limit} characters.`);
  }
  resolve(item, "classificationIdentifier", "ClassificationIdentifier", facts.classifications, []);
  const options = bodyOf(item["options"]) ?? {};
  readOptions(options, facts);
  item["options"] = options;
  return item as ItemBody;
}

function readOptions(options: Body, facts: WarehouseFacts): void {
  for (const [name, reference] of [
    ["inventoryUnit", "unitIdentifier"],
    ["packageUnit", "unitIdentifier"],
    ["secondaryUnit", "unitIdentifier"],
    ["pallets", "typeIdentifier"],
  ] as const) {
    const unit = bodyOf(options[name]);
    const path = `Options.${toPascal(name)}`;
    if (name === "inventoryUnit" && unit?.[reference] === undefined)
      refuse("Required", `${path}.UnitIdentifier`, null, "The inventory unit is required.");
    if (unit === undefined) continue;
    resolve(unit, reference, `${path}.${toPascal(reference)}`, facts.units, facts.otherUnits);
    fillSizes(unit, path);
    const perUnit = unit["inventoryUnitsPerUnit"];
    if (typeof perUnit === "number" && perUnit <= 0)
      refuse("ValueNotSupported", `${path}.InventoryUnitsPerUnit`, perUnit, "It must be more than zero.");
  }
  const inventory = bodyOf(options["inventoryUnit"]) ?? {};
  if (!facts.inventoryUnitSizes) for (const system of ["imperial", "metric"]) delete inventory[system];
  demandWithin(inventory, "inventoryMethod", "Options.InventoryUnit", [1, 3]);
  const trackBys = bodyOf(options["trackBys"]) ?? {};
  for (const name of Object.keys(trackBys))
    demandWithin(trackBys, name, "Options.TrackBys", [0, name === "trackSerialNumber" ? 4 : 2]);
}

function demandWithin(body: Body, name: string, path: string, [low, high]: readonly [number, number]): void {
  const value = body[name];
  if (typeof value === "number" && (value < low || value > high))
    refuse("ValueNotSupported", `${path}.${toPascal(name)}`, value, `It must be from ${low} to ${high}.`);
}

function refuse(code: Parameters<typeof badModel>[0], name: string, value: unknown, hint: string): never {
  throw new Refusal(badModel(code, name, value, hint));
}

// Outside HAL the qualifiers have no `_embedded` to lie in. Guess: what they are called there.
function unfold(body: Body): Body {
  const qualifiers = body["Qualifiers"];
  return qualifiers === undefined ? body : { ...body, _embedded: { item: qualifiers } };
}

function readObject(shape: ShapeOf, body: Body, path: string): Body {
  // Guess: names without regard to case, as Json.NET reads them.
  const names = new Map(Object.keys(shape).map((name) => [name.toLowerCase(), name]));
  const read: Body = {};
  for (const [sent, value] of Object.entries(body)) {
    const name = names.get(sent.toLowerCase());
    const kind = name === undefined ? undefined : shape[name];
    // Guess: null is the same as nothing.
    if (name === undefined || kind === undefined || value === null) continue;
    read[name] = readValue(kind, value, path === "" ? toPascal(name) : `${path}.${toPascal(name)}`);
  }
  return read;
}

function readValue(shape: Shape, value: unknown, path: string): unknown {
  // Guess: a wrong type is this exception, and nothing is converted ("12" is no number, 12 no text).
  const wrong = (): never => refuse("ValueNotSupported", path, value, "The value has a wrong type.");
  if (typeof shape !== "string") {
    if (isList(shape)) {
      if (!Array.isArray(value)) return wrong();
      return value.map((each) => readObject(shape[0], bodyOf(each) ?? wrong(), path));
    }
    return readObject(shape, bodyOf(value) ?? wrong(), path);
  }
  switch (shape) {
    case "text":
      return typeof value === "string" ? value : wrong();
    case "flag":
      return typeof value === "boolean" ? value : wrong();
    // Decimals are kept as they come. Guess: nothing is rounded; the `rounds` fault does.
    case "decimal":
      return typeof value === "number" ? value : wrong();
    case "whole":
      return Number.isSafeInteger(value) ? value : wrong();
    case "reference":
      return readObject({ name: "text", id: "whole" }, bodyOf(value) ?? wrong(), path);
  }
}

function isList(shape: Exclude<Shape, string>): shape is readonly [ShapeOf] {
  return Array.isArray(shape);
}

// Replaces a reference by the whole of what it names; an id wins over a name.
function resolve(
  body: Body,
  name: string,
  path: string,
  usable: readonly Reference[],
  elsewhere: readonly Reference[],
): void {
  const sent = bodyOf(body[name]);
  if (sent === undefined) return;
  const { id, name: called } = sent;
  if (id === undefined && (typeof called !== "string" || called === ""))
    refuse("Required", path, null, "A name or an id is required.");
  const fits = (each: Reference): boolean =>
    // Guess: names of units without regard to case.
    id === undefined ? each.name.toLowerCase() === String(called).toLowerCase() : each.id === id;
  const found = usable.find(fits);
  if (found !== undefined) {
    body[name] = { name: found.name, id: found.id };
    return;
  }
  const value = id ?? called;
  if (elsewhere.some(fits))
    refuse("ValueNotSupported", path, value, `${String(value)} is not assigned to customer.`);
  refuse("DoesNotExist", path, value, `${String(value)} does not exist.`);
}

const perUnit = {
  length: 2.54,
  width: 2.54,
  height: 2.54,
  weight: 0.45359237,
  netWeight: 0.45359237,
} as const;

// Guess: the server knows a size in one system and shows both; where both are sent, inches and pounds count. What it
// works out has four decimals.
function fillSizes(unit: Body, path: string): void {
  for (const system of ["imperial", "metric"] as const) {
    for (const [name, value] of Object.entries(bodyOf(unit[system]) ?? {})) {
      if (typeof value === "number" && value < 0)
        refuse(
          "ValueNotSupported",
          `${path}.${toPascal(system)}.${toPascal(name)}`,
          value,
          "It is negative.",
        );
    }
  }
  const imperial = bodyOf(unit["imperial"]);
  const metric = bodyOf(unit["metric"]);
  if (imperial !== undefined) unit["metric"] = convert(imperial, (value, factor) => value * factor);
  else if (metric !== undefined) unit["imperial"] = convert(metric, (value, factor) => value / factor);
}

function convert(size: Body, how: (value: number, factor: number) => number): Body {
  const converted: Body = {};
  for (const [name, factor] of Object.entries(perUnit)) {
    const value = size[name];
    if (typeof value === "number") converted[name] = Number(how(value, factor).toFixed(4));
  }
  return converted;
}
