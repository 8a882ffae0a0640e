import { AuthError, ConfigError, PsyncError, RemoteError } from "../../errors.js";
import type { WooAnswer, WooApi } from "./api.js";
import { settingSchema, storefrontSchema } from "./schema.js";
import type { WooSettings } from "./settings.js";

export interface Units {
  readonly weightUnit: string;
  readonly dimensionUnit: string;
}

interface UnitKind {
  readonly setting: "woocommerce_weight_unit" | "woocommerce_dimension_unit";
  readonly option: "source.weightUnit" | "source.dimensionUnit";
  readonly shown: "formatted_weight" | "formatted_dimensions";
  readonly units: readonly string[];
}

const weight: UnitKind = {
  setting: "woocommerce_weight_unit",
  option: "source.weightUnit",
  shown: "formatted_weight",
  units: ["kg", "g", "lbs", "oz"],
};

const dimension: UnitKind = {
  setting: "woocommerce_dimension_unit",
  option: "source.dimensionUnit",
  shown: "formatted_dimensions",
  units: ["m", "cm", "mm", "in", "yd"],
};

/**
 * Learns in which units the shop keeps weights and sizes; products do not say. The config comes first, then the shop's
 * settings, then what the public storefront prints for keys that may not read settings.
 * Throws ConfigError, naming the options to set, when none of them tells.
 */
export async function readUnits(api: WooApi, settings: WooSettings, signal: AbortSignal): Promise<Units> {
  let weightUnit = settings.weightUnit ?? (await readSetting(api, weight, signal));
  let dimensionUnit = settings.dimensionUnit ?? (await readSetting(api, dimension, signal));
  if (weightUnit === undefined || dimensionUnit === undefined) {
    const storefront = await readStorefront(api, signal);
    weightUnit ??= findUnit(storefront, weight);
    dimensionUnit ??= findUnit(storefront, dimension);
  }
  const missing = [
    ...(weightUnit === undefined ? [weight] : []),
    ...(dimensionUnit === undefined ? [dimension] : []),
  ];
  if (weightUnit !== undefined && dimensionUnit !== undefined) return { weightUnit, dimensionUnit };
  throw new ConfigError(
    "unknown-units",
    "the key may not read the shop's units",
    missing.map(({ option, units }) => ({
      path: option,
      message: `not set, and the shop does not tell it to this key; one of ${units.join(", ")}`,
    })),
    {
      hint: `Set ${missing.map(({ option }) => option).join(" and ")}, or use a key of a shop manager or administrator.`,
    },
  );
}

async function readSetting(api: WooApi, kind: UnitKind, signal: AbortSignal): Promise<string | undefined> {
  try {
    const { body } = await api.get(`wc/v3/settings/products/${kind.setting}`, {}, signal);
    return settingSchema.safeParse(body).data?.value;
  } catch (error) {
    // Rights to products and to settings can be given separately; an old shop may lack the route.
    if (error instanceof AuthError || (error instanceof RemoteError && error.status === 404))
      return undefined;
    throw error;
  }
}

async function readStorefront(api: WooApi, signal: AbortSignal): Promise<WooAnswer["body"]> {
  try {
    const query = { per_page: 100, _fields: "formatted_weight,formatted_dimensions" };
    return (await api.get("wc/store/v1/products", query, signal, { open: true })).body;
  } catch (error) {
    // The storefront is a last resort; without it the operator is asked.
    if (error instanceof PsyncError && error.code !== "interrupted") return [];
    throw error;
  }
}

/** The storefront prints "1 lbs" and "12 x 9 x 1.5 in", and "N/A" where a product has none. */
function findUnit(storefront: unknown, kind: UnitKind): string | undefined {
  for (const product of storefrontSchema.safeParse(storefront).data ?? []) {
    const unit = /\d\s*([a-z]+)\s*$/.exec(product[kind.shown])?.[1];
    if (unit !== undefined && kind.units.includes(unit)) return unit;
  }
  return undefined;
}
