import { crc32 } from "node:zlib";

import { ConfigError } from "../errors.js";

/**
 * JSON with a checksum before it. A bit that flipped on disk is noticed where SQLite itself does not look: in the
 * middle of a text. `columns` are what else of the row the checksum covers.
 */
export function seal(value: unknown, ...columns: readonly string[]): string {
  return sealJson(JSON.stringify(value), ...columns);
}

/** As `seal`, of what is JSON already. */
export function sealJson(json: string, ...columns: readonly string[]): string {
  return checksum(json, columns) + json;
}

/** Opens what `seal` closed, with the same columns. Throws ConfigError "state-corrupt" when either has changed. */
export function unseal(place: string, text: string, ...columns: readonly string[]): unknown {
  const json = text.slice(8);
  if (checksum(json, columns) !== text.slice(0, 8)) throw corruptState(place, "a checksum does not match");
  return JSON.parse(json);
}

/** The error for a state that cannot be trusted any more. Starting from scratch is the operator's decision. */
export function corruptState(place: string, reason: string, cause?: unknown): ConfigError {
  const message = `the state store ${place} is damaged: ${reason}`;
  return new ConfigError("state-corrupt", message, [], { hint: rebuildHint, cause });
}

/** What an operator does about a state that psync refuses to touch. */
export const rebuildHint =
  "restore it from a backup, or move it away and run again: psync then compares with what the destination holds, " +
  "which takes time and creates nothing twice";

function checksum(json: string, columns: readonly string[]): string {
  const start = columns.length === 0 ? 0 : crc32(columns.join("\0"));
  return crc32(json, start).toString(16).padStart(8, "0");
}
