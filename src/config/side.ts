import { findUrl, isLoopback } from "./fields.js";
import { isBlock } from "./path.js";
import type { Finding } from "./slice.js";

type Block = Readonly<Record<string, unknown>>;

/** One of the config's blocks; an empty one where it is missing or something else. */
export function blockOf(config: Block, name: string): Block {
  const block = config[name];
  return isBlock(block) ? block : {};
}

/** Faults for addresses that would carry credentials readable to all on the way. */
export function insecureFindings(
  config: Block,
  side: "source" | "destination",
  keys: readonly string[],
): readonly Finding[] {
  const block = blockOf(config, side);
  return keys.flatMap((key): Finding[] => {
    const url = findUrl(block[key]);
    if (url?.protocol !== "http:" || isLoopback(url.hostname) || block["allowInsecureHttp"] === true)
      return [];
    return [
      {
        kind: "fault",
        path: [side, key],
        message: "plain http would send credentials readable to all on the way",
        hint: `write https://, or ${side}.allowInsecureHttp: true where the way is your own`,
      },
    ];
  });
}

/** A fault for a location in a cart that has none. */
export function oneStockFindings(config: Block, cart: string): readonly Finding[] {
  const location = blockOf(config, "options")["inventoryLocation"];
  if (location === undefined || location === "default") return [];
  return [
    {
      kind: "fault",
      path: ["options", "inventoryLocation"],
      message: `${cart} has one stock and no locations`,
      hint: "leave the key out, or say default; Shopify has locations, Amazon has channels",
    },
  ];
}
