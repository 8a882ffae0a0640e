import { createHash, randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { mkdir, open, readdir, rename, rm, type FileHandle } from "node:fs/promises";
import { dirname, join } from "node:path";
import { atPlace, errnoOf } from "./errors.js";
import { findMode, toFileName } from "./place.js";

/** How files are opened for writing; a test puts a full disk here. */
export type OpenFile = typeof open;

export interface Replacement {
  readonly path: string;
  /** What the leftovers of crashed runs are known by: the path as configured. */
  readonly template: string;
  readonly runId: string;
  readonly openFile: OpenFile;
}

/** Characters that are gathered before the disk is asked. */
const batchLength = 64 * 1024;

/** File systems that cannot do it to a folder say one of these. */
const noFolderSync = new Set(["EACCES", "EBADF", "EINVAL", "EISDIR", "ENOTSUP", "EPERM"]);

function tempPrefix(template: string): string {
  const hash = createHash("sha256").update(template).digest("hex").slice(0, 16);
  return `.psync-${hash}~`;
}

/**
 * Removes what runs that crashed have left in the folder. The slot allows one run at a time, so whatever an earlier
 * attempt of this run or an older run (their ids sort by time) has left, nobody writes any more.
 */
async function removeLeftovers(folder: string, prefix: string, run: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.startsWith(prefix)) continue;
    const writer = name.slice(prefix.length).split("~")[0];
    if (writer !== undefined && writer <= run) await rm(join(folder, name), { force: true });
  }
}

async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, constants.O_RDONLY);
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (!noFolderSync.has(errnoOf(error) ?? "")) throw error;
  }
}

async function fillFile(
  file: FileHandle,
  path: string,
  fill: (append: (text: string) => Promise<void>) => Promise<void>,
): Promise<void> {
  let batch = "";
  const flush = async (): Promise<void> => {
    const text = batch;
    batch = "";
    // appendFile goes on after a short write, which is how a disk that is nearly full answers.
    await atPlace("write", path, () => file.appendFile(text, "utf8"));
  };
  await fill(async (text) => {
    batch += text;
    if (batch.length >= batchLength) await flush();
  });
  await flush();
}

/**
 * Replaces the file at `path` by what `fill` appends, atomically: a reader sees the old file or the new one, and when
 * anything throws, the old one stays and nothing else is left behind. Makes missing folders. The file is durable once
 * this resolves; it keeps its permissions, a new one is the user's alone (0600). Throws ConfigError where the system
 * refuses, and whatever `fill` throws.
 */
export async function replaceFile(
  replacement: Replacement,
  fill: (append: (text: string) => Promise<void>) => Promise<void>,
): Promise<void> {
  const { path, template, openFile } = replacement;
  const folder = dirname(path);
  const run = toFileName(replacement.runId);
  const prefix = tempPrefix(template);
  const temp = join(folder, `${prefix}${run}~${randomBytes(6).toString("hex")}.tmp`);
  const mode = await findMode(path);
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | (constants.O_NOFOLLOW ?? 0);
  const file = await atPlace("write", path, async () => {
    await mkdir(folder, { recursive: true });
    await removeLeftovers(folder, prefix, run);
    return await openFile(temp, flags, 0o600);
  });
  try {
    try {
      await fillFile(file, path, fill);
      await atPlace("write", path, async () => {
        if (mode !== undefined) await file.chmod(mode);
        await file.sync();
      });
    } finally {
      await atPlace("write", path, () => file.close());
    }
    await atPlace("write", path, () => rename(temp, path));
  } catch (error) {
    // What went wrong first is the news; where even this fails, the next run removes the file.
    await rm(temp, { force: true }).catch(() => {});
    throw error;
  }
  await atPlace("write", path, () => syncFolder(folder));
}
