import { AuthError, ConfigError, InterruptedError, RemoteError } from "../../errors.js";
import type { z } from "zod";
import { groupHint, TrytonRefusal } from "./errors.js";
import type { CallContext, TrytonApi } from "./rpc.js";
import {
  accessSchema,
  modulesSchema,
  preferencesSchema,
  sequencesSchema,
  type UnitRow,
  unitsSchema,
} from "./schema.js";
import { type FamilyName, type FamilyUnits, findFamily } from "./units.js";

/** What psync must know of a database before it reads or writes products. */
export interface DatabaseFacts {
  /**
   * The company whose prices are read and written, where the user has one, as in Tryton's own client. No language:
   * names are then those that everybody sees who has no translation.
   */
  readonly context: CallContext;
  readonly units: ReadonlyMap<number, UnitRow>;
  /** Absent: the database has no place for weights, or for sizes. */
  readonly families: { readonly [Name in FamilyName]?: FamilyUnits };
  /** What is missing, in words for the operator. */
  readonly lacks: readonly string[];
  /**
   * Where a new product's SKU goes: a product's code is its template's code and its own behind it, and a sequence that
   * an operator has set up fills whichever of the two is empty.
   */
  readonly skuIn: "template" | "product" | "both";
}

/** The models that psync writes, with the names that people know. */
const writtenModels = {
  "product.template": "products",
  "product.product": "variants",
  "product.identifier": "identifiers",
} as const;

/** Reads what the database is: four calls. Throws ConfigError where the module product is missing. */
export async function readDatabaseFacts(
  api: TrytonApi,
  signal: AbortSignal,
  attempts?: number,
): Promise<DatabaseFacts> {
  const modules = await readModules(api, signal, attempts);
  if (!modules.has("product")) {
    const message = `the database ${api.database} has no module product`;
    const hint = "Activate the modules product, stock and product_measurements (Administration > Modules).";
    throw new ConfigError("no-module", message, [{ path: "destination.database", message, hint }], { hint });
  }
  const preferences = await ask(
    api,
    preferencesSchema,
    "model.res.user.get_preferences",
    [true],
    signal,
    attempts,
  );
  const units = await readUnits(api, signal, attempts);
  const measured = modules.has("product_measurements");
  const weight = measured ? findFamily("weight", units) : undefined;
  const length = measured ? findFamily("length", units) : undefined;
  const lacks = measured
    ? [
        ...(weight === undefined ? ["the unit lb or g, so that weights are left out"] : []),
        ...(length === undefined ? ["the unit in or mm, so that sizes are left out"] : []),
      ]
    : ["the module product_measurements, so that weights and sizes are left out"];
  return {
    context: preferences.company === undefined ? {} : { company: preferences.company },
    units: new Map(units.map((unit) => [unit.id, unit])),
    families: { ...(weight && { weight }), ...(length && { length }) },
    lacks,
    skuIn: await readSequences(api, signal, attempts),
  };
}

/** The names of the active modules among those that psync knows. */
async function readModules(
  api: TrytonApi,
  signal: AbortSignal,
  attempts?: number,
): Promise<ReadonlySet<string>> {
  const domain = [
    ["name", "in", ["product", "product_measurements"]],
    ["state", "=", "activated"],
  ];
  const params = [domain, 0, null, null, ["name"]];
  const rows = await ask(api, modulesSchema, "model.ir.module.search_read", params, signal, attempts);
  return new Set(rows.map(({ name }) => name));
}

/** Every unit, also those that are no longer active: products may still carry them. Lowest id first. */
async function readUnits(
  api: TrytonApi,
  signal: AbortSignal,
  attempts?: number,
): Promise<readonly UnitRow[]> {
  const fields = ["name", "symbol", "factor", "digits", "category", "active"];
  const domain = [["active", "in", [true, false]]];
  const params = [domain, 0, null, [["id", "ASC"]], fields];
  return ask(api, unitsSchema, "model.product.uom.search_read", params, signal, attempts);
}

async function readSequences(
  api: TrytonApi,
  signal: AbortSignal,
  attempts?: number,
): Promise<DatabaseFacts["skuIn"]> {
  const params = [[1], ["template_sequence", "product_sequence"]];
  try {
    const [set] = await ask(
      api,
      sequencesSchema,
      "model.product.configuration.read",
      params,
      signal,
      attempts,
    );
    const { template_sequence: template, product_sequence: product } = set;
    if (typeof product !== "number") return "template";
    return typeof template === "number" ? "both" : "product";
  } catch (error) {
    // Other versions keep them elsewhere; a code that does not come out right is noticed after the first create.
    if (error instanceof TrytonRefusal) return "template";
    throw error;
  }
}

/** Throws AuthError that names the group when the user may not read, write and create products. Writes nothing. */
export async function assertRights(api: TrytonApi, signal: AbortSignal, attempts?: number): Promise<void> {
  const models = Object.keys(writtenModels);
  const access = await ask(api, accessSchema, "model.ir.model.access.get_access", [models], signal, attempts);
  const missing = Object.entries(writtenModels).flatMap(([model, name]) => {
    const rights = access[model];
    return (["read", "create", "write"] as const)
      .filter((right) => rights?.[right] !== true)
      .map((right) => `${right} ${name}`);
  });
  if (missing.length === 0) return;
  throw new AuthError("rights", `the user may not ${missing.join(", ")} in the database ${api.database}`, {
    hint: groupHint,
  });
}

/** Calls a method that changes nothing and checks its answer. */
export async function ask<Schema extends z.ZodType>(
  api: TrytonApi,
  schema: Schema,
  method: string,
  params: readonly unknown[],
  signal: AbortSignal,
  attempts?: number,
  context: CallContext = {},
): Promise<z.infer<Schema>> {
  if (signal.aborted) throw new InterruptedError();
  const answer = schema.safeParse(await api.read(method, params, context, signal, attempts));
  if (answer.success) return answer.data;
  throw new RemoteError("unexpected-answer", `the answer to ${method} is not what Tryton gives`, {
    hint: "psync is tried with Tryton 6.0. If yours is another version, please report it.",
  });
}
