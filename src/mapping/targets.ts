import { listFields, productFields } from "../model/product.js";
import { forbiddenNames } from "./path.js";
import { findSuggestion } from "../model/suggest.js";
import { findUnit, type Unit, type UnitFamily } from "./units.js";

/** What a target holds; it decides which converters fit. */
export type TargetKind =
  | "sku"
  | "text"
  | "money"
  | "weight"
  | "length"
  | "quantity"
  | "integer"
  | "yes-no"
  | "images"
  | "list"
  | "custom"
  | "custom-all";

/** Every image URL, in the order of the rows. */
const imagesTarget = "image_url_*";
/** A custom field for each name that the converter yields. */
const customTarget = "custom_fields.*";
const customPrefix = "custom_fields.";
const imageField = /^image_url_\d+$/;
const maxCustomName = 200;

const measures: Readonly<Record<string, UnitFamily>> = {
  lbs: "weight",
  kg: "weight",
  in: "length",
  cm: "length",
};

const kinds: ReadonlyMap<string, TargetKind> = new Map(
  productFields.filter((field) => field !== "custom_fields").map((field) => [field, kindOf(field)]),
);

function kindOf(field: string): TargetKind {
  if (field === "sku") return "sku";
  if (field === "retail_price" || field === "regular_price") return "money";
  if (field === "quantity") return "quantity";
  if (field === "sort_order") return "integer";
  if (field === "allow_backorders") return "yes-no";
  if (imageField.test(field)) return "images";
  if (listFields.has(field)) return "list";
  return unitOfTarget(field)?.family ?? "text";
}

/** The kind of a target; undefined where there is no such target. */
export function targetKind(target: string): TargetKind | undefined {
  if (target === imagesTarget) return "images";
  if (target === customTarget) return "custom-all";
  if (customName(target) !== undefined) return "custom";
  return kinds.get(target);
}

/** The name of a custom field that a target names; undefined for any other target. */
export function customName(target: string): string | undefined {
  if (!target.startsWith(customPrefix)) return undefined;
  const name = target.slice(customPrefix.length);
  const usable = name !== "" && name !== "*" && name === name.trim() && name.length <= maxCustomName;
  return usable && !forbiddenNames.has(name) ? name : undefined;
}

/** The unit that a weight or size is kept in, which its name ends in. */
export function unitOfTarget(
  target: string,
): { readonly family: UnitFamily; readonly unit: Unit } | undefined {
  const suffix = /^(?:weight|length|width|height)_(lbs|kg|in|cm)$/.exec(target)?.[1];
  const family = suffix === undefined ? undefined : measures[suffix];
  if (suffix === undefined || family === undefined) return undefined;
  const unit = findUnit(family, suffix);
  return unit === undefined ? undefined : { family, unit };
}

/** The place of an image row among the others: numbered ones first, by number. */
export function imageRank(target: string): number {
  return target === imagesTarget ? Number.POSITIVE_INFINITY : Number(target.slice("image_url_".length));
}

/** True where several rows may fill one target together. */
export function mayRepeat(target: string): boolean {
  return target === imagesTarget || kinds.get(target) === "list";
}

/** The target that was probably meant. */
export function suggestTarget(target: string): string | undefined {
  return findSuggestion(target, [...kinds.keys(), imagesTarget, customTarget]);
}
