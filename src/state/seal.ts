import { crc32 } from "node:zlib";

import { ConfigError } from "../errors.js";

/** Hexadecimal digits of CRC-32. */
const checksumLength = 8;

/**
 * JSON with a checksum before it. A bit that flipped on disk is noticed where SQLite itself does not look: in the
 * middle of a text. `columns` are what else of the row the checksum covers.
 */
export function seal(value: unknown, ...columns: readonly string[]): string {
  return sealText(JSON.stringify(value), ...columns);
}

/** As `seal`, of a text as it is. */
export function sealText(text: string, ...columns: readonly string[]): string {
  return checksum(text, columns) + text;
}

/** Opens what `seal` closed, with the same columns. Throws ConfigError "state-corrupt" when either has changed. */
export function unseal(place: string, sealed: string, ...columns: readonly string[]): unknown {
  return JSON.parse(unsealText(place, sealed, ...columns));
}

/** Opens what `sealText` closed, as `unseal` does. */
export function unsealText(place: string, sealed: string, ...columns: readonly string[]): string {
  const text = sealed.slice(checksumLength);
  if (checksum(text, columns) !== sealed.slice(0, checksumLength))
    throw corruptState(place, "a checksum does not match");
  return text;
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

function checksum(text: string, columns: readonly string[]): string {
  const start = columns.length === 0 ? 0 : crc32(columns.join("\0"));
  return crc32(text, start).toString(16).padStart(8, "0");
}
