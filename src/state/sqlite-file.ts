import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import { dirname, resolve } from "node:path";

import { ConfigError } from "../errors.js";
import { corruptState, rebuildHint } from "./seal.js";

const magic = "SQLite format 3\0";

/** What `inspectFile` found. */
export interface FileFacts {
  readonly size: number;
  /** Whether other users of this machine can read the file, which may hold tokens. */
  readonly readableByOthers: boolean;
}

/**
 * Looks at an existing file before SQLite does, which would take an empty one for a new database. Undefined when there
 * is none. Throws ConfigError when it is nothing that psync can have left there, or may not be used.
 */
export function inspectFile(path: string): FileFacts | undefined {
  const stat = findStat(path);
  if (stat === undefined) return undefined;
  if (!stat.isFile()) throw notOurs(path, "it is not a file");
  if (stat.size === 0) throw corruptState(path, "the file is empty");
  inspectHeader(path, stat.size);
  const readableByOthers = process.platform !== "win32" && (stat.mode & 0o077) !== 0;
  return { size: stat.size, readableByOthers };
}

function findStat(path: string): fs.Stats | undefined {
  try {
    const stat = fs.statSync(path, { throwIfNoEntry: false });
    if (stat?.isFile() === true) fs.accessSync(path, fs.constants.R_OK | fs.constants.W_OK);
    return stat;
  } catch (cause) {
    const hint = "check the file's owner and rights, or name another place under `state`";
    const message = `the state store ${path} cannot be read and written by this user: ${reasonOf(cause)}`;
    throw new ConfigError("state-unwritable", message, [], { hint, cause });
  }
}

/** The error for a file or database that belongs to somebody else. */
export function notOurs(place: string, reason: string): ConfigError {
  const hint = `name another place under \`state\`; if it did belong to psync, ${rebuildHint}`;
  return new ConfigError("state-not-ours", `${place} is not a state store of psync: ${reason}`, [], { hint });
}

/**
 * Creates a file in one step, mode 0600, in a folder of mode 0700 where that is new: `fill` builds it under another
 * name, so that nobody ever finds half of it. When somebody else was faster, theirs stays.
 */
export async function createFile(path: string, fill: (path: string) => Promise<void>): Promise<void> {
  const draft = `${resolve(path)}.new-${randomBytes(6).toString("hex")}`;
  try {
    fs.mkdirSync(dirname(draft), { recursive: true, mode: 0o700 });
    fs.closeSync(fs.openSync(draft, "wx", 0o600));
  } catch (cause) {
    const hint = "check the folder's owner and rights, or name another place under `state`";
    const message = `the state store ${path} cannot be created: ${reasonOf(cause)}`;
    throw new ConfigError("state-unwritable", message, [], { hint, cause });
  }
  try {
    await fill(draft);
    placeFile(draft, path);
  } finally {
    for (const name of [draft, `${draft}-wal`, `${draft}-shm`]) fs.rmSync(name, { force: true });
  }
}

function placeFile(draft: string, path: string): void {
  try {
    fs.linkSync(draft, path);
  } catch (error) {
    if (codeOf(error) === "EEXIST") return;
    // Not every file system has hard links; copying is not one step, but it never overwrites either.
    try {
      fs.copyFileSync(draft, path, fs.constants.COPYFILE_EXCL);
    } catch (failure) {
      if (codeOf(failure) !== "EEXIST") throw failure;
    }
  }
}

/** SQLite's file format, section 1.3 (sqlite.org/fileformat2.html): page size at 16, size in pages at 28. */
function inspectHeader(path: string, size: number): void {
  const header = Buffer.alloc(100);
  const file = fs.openSync(path, "r");
  try {
    fs.readSync(file, header, 0, 100, 0);
  } finally {
    fs.closeSync(file);
  }
  if (header.toString("latin1", 0, 16) !== magic) {
    if (header.every((byte) => byte === 0)) throw corruptState(path, "it is filled with zeros");
    throw notOurs(path, "it is no SQLite file");
  }
  // Of a later format SQLite reads what it can and refuses to write only when it is too late for us.
  if (header.readUInt8(18) > 2) {
    const message = `the state store ${path} is in a format that this SQLite can only read`;
    throw new ConfigError("state-unwritable", message, [], { hint: "update Node" });
  }
  const pageSize = header.readUInt16BE(16) === 1 ? 65_536 : header.readUInt16BE(16);
  const pages = header.readUInt32BE(28);
  const sizeIsValid = header.readUInt32BE(24) === header.readUInt32BE(92);
  // With a WAL the rest of the file may still be in there.
  const wal = fs.statSync(`${path}-wal`, { throwIfNoEntry: false });
  if ((wal?.size ?? 0) === 0 && sizeIsValid && size < pages * pageSize) {
    throw corruptState(path, `it is cut short: ${size} bytes of ${pages * pageSize}`);
  }
}

function codeOf(error: unknown): string | undefined {
  return typeof error === "object" && error !== null && "code" in error ? String(error.code) : undefined;
}

function reasonOf(error: unknown): string {
  return typeof error === "object" && error !== null && "message" in error
    ? String(error.message)
    : "unknown";
}
