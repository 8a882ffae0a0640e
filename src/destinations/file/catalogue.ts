import { lstat } from "node:fs/promises";
import { compareUtf8 } from "../../model/order.js";
import { atPlace, errnoOf, foreignError } from "./errors.js";
import type { DocumentFormat, StoredRow } from "./format.js";
import { findMode } from "./place.js";

/**
 * Yields the rows of the document at `path`, one by one, in ascending order of their SKUs' UTF-8 bytes; none where no
 * file stands. Throws ConfigError: `file-foreign` when psync would not have written it so, `file-unreadable`,
 * `file-unwritable` when something other than a file stands there.
 */
export async function* readCatalogue(
  path: string,
  format: DocumentFormat,
): AsyncGenerator<StoredRow, void, undefined> {
  if ((await findMode(path)) === undefined) return;
  const rows = format.read(path);
  let last: string | undefined;
  try {
    for (;;) {
      const next = await atPlace("read", path, () => rows.next());
      if (next.done === true) return;
      const { product, line } = next.value;
      if (last !== undefined && compareUtf8(last, product.sku) >= 0) {
        throw foreignError(path, line, "its rows are not in ascending order of sku, each once");
      }
      last = product.sku;
      yield next.value;
    }
  } finally {
    await rows.return();
  }
}

/** A place in a document, which only moves on. */
interface Position {
  readonly stamp: string;
  readonly rows: AsyncGenerator<StoredRow, void, undefined>;
  /** The row that was read last and may still be asked for; undefined at the end. */
  row: StoredRow | undefined;
  /** SKU of the last row that was passed: it and all before it can only be found from the top. */
  passed: string | undefined;
}

export interface CatalogueReader {
  /** The rows that stand under these SKUs, read in one go from where the last call stopped, where that is possible. */
  find(skus: readonly string[], stop: () => void): Promise<ReadonlyMap<string, StoredRow>>;
  /** Lets go of the file. */
  close(): Promise<void>;
}

/** What tells one state of the file from another; undefined where none stands. */
async function findStamp(path: string): Promise<string | undefined> {
  try {
    const { ino, size, mtimeMs, ctimeMs } = await lstat(path);
    return [ino, size, mtimeMs, ctimeMs].join(" ");
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** Looks SKUs up in a document without holding it: cheap while they ascend, from call to call. */
export function createCatalogueReader(path: string, format: DocumentFormat): CatalogueReader {
  let position: Position | undefined;

  async function close(): Promise<void> {
    const open = position;
    position = undefined;
    await open?.rows.return();
  }

  async function openAt(first: string, stamp: string): Promise<Position> {
    const passedIt = position?.passed !== undefined && compareUtf8(first, position.passed) <= 0;
    if (position !== undefined && position.stamp === stamp && !passedIt) return position;
    await close();
    const rows = readCatalogue(path, format);
    const top = await rows.next();
    position = { stamp, rows, row: top.done === true ? undefined : top.value, passed: undefined };
    return position;
  }

  async function find(skus: readonly string[], stop: () => void): Promise<ReadonlyMap<string, StoredRow>> {
    const found = new Map<string, StoredRow>();
    const wanted = [...skus].sort(compareUtf8);
    const first = wanted[0];
    const stamp = await atPlace("read", path, () => findStamp(path));
    if (first === undefined || stamp === undefined) return found;
    const at = await openAt(first, stamp);
    for (const sku of wanted) {
      while (at.row !== undefined && compareUtf8(at.row.product.sku, sku) < 0) {
        stop();
        at.passed = at.row.product.sku;
        const next = await at.rows.next();
        at.row = next.done === true ? undefined : next.value;
      }
      if (at.row?.product.sku === sku) found.set(sku, at.row);
    }
    return found;
  }

  return {
    close,
    async find(skus, stop) {
      try {
        return await find(skus, stop);
      } catch (error) {
        // Behind an error the position is worth nothing.
        await close();
        throw error;
      }
    },
  };
}
