import { constants } from "node:fs";
import { access, lstat, stat } from "node:fs/promises";
import { dirname } from "node:path";
import type { RunStamp } from "../destination.js";
import { atPlace, errnoOf, placeError } from "./errors.js";

const placeholder = /\{(?:run|date)\}/;

/** Whether every run writes the same file. */
export function isFixedPath(template: string): boolean {
  return !placeholder.test(template);
}

/** A run's id as a part of a file name: nothing but letters, digits, `.`, `_` and `-`, and no dots in front. */
export function toFileName(runId: string): string {
  return runId.replaceAll(/[^A-Za-z0-9._-]/g, "_").replace(/^\.+/, (dots) => "_".repeat(dots.length)) || "_";
}

/** The path that a run writes to: `{run}` is its id, `{date}` the day in UTC on which it began. */
export function toDocumentPath(template: string, run: RunStamp): string {
  const date = new Date(run.startedAt).toISOString().slice(0, 10);
  return template.replaceAll("{run}", () => toFileName(run.id)).replaceAll("{date}", date);
}

/**
 * The permissions of the file that stands at `path`; undefined where nothing stands. Throws ConfigError for anything
 * but a regular file. A link is refused too: replacing it would leave its target, which others read, as it was.
 */
export async function findMode(path: string): Promise<number | undefined> {
  const found = await atPlace("write", path, async () => {
    try {
      return await lstat(path);
    } catch (error) {
      if (errnoOf(error) === "ENOENT") return undefined;
      throw error;
    }
  });
  if (found === undefined) return undefined;
  if (found.isDirectory()) throw placeError("write", path, "EISDIR");
  if (found.isSymbolicLink()) throw placeError("write", path, "ELOOP");
  if (!found.isFile()) throw placeError("write", path, "it is not a regular file");
  return found.mode & 0o777;
}

/**
 * The folder in which a document, or the folders that it still needs, can be made. Stops before the first placeholder.
 * Throws ConfigError where this user may not write.
 */
export async function findWritableFolder(template: string): Promise<string> {
  let folder = dirname(template);
  while (!isFixedPath(folder)) folder = dirname(folder);
  return await atPlace("write", template, async () => {
    while (!(await isFolder(folder))) folder = dirname(folder);
    await access(folder, constants.W_OK | constants.X_OK);
    return folder;
  });
}

async function isFolder(path: string): Promise<boolean> {
  try {
    const found = await stat(path);
    if (!found.isDirectory()) throw placeError("write", path, "ENOTDIR");
    return true;
  } catch (error) {
    // The root always exists; were it missing (a drive), going up would never end.
    if (errnoOf(error) === "ENOENT" && dirname(path) !== path) return false;
    throw error;
  }
}
