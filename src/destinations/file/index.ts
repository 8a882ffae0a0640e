import { open } from "node:fs/promises";
import { InterruptedError } from "../../errors.js";
import { pass, runCheck } from "../../http/check-list.js";
import type { ItemMapper } from "../../model/item.js";
import { compareUtf8 } from "../../model/order.js";
import type { Product } from "../../model/product.js";
import type { DocumentDestination, RemoteItem } from "../destination.js";
import { createCatalogueReader, readCatalogue } from "./catalogue.js";
import { csvFormat } from "./csv.js";
import { extensivItemsFormat } from "./extensiv-items.js";
import type { DocumentFormat, StoredRow } from "./format.js";
import { jsonlFormat } from "./jsonl.js";
import { findMode, findWritableFolder, isFixedPath, toDocumentPath } from "./place.js";
import { replaceFile, type OpenFile } from "./replace-file.js";

export interface FileSettings {
  /** Absolute. `{run}` and `{date}` in it make a file for each run or day. */
  readonly path: string;
  readonly format: "jsonl" | "csv" | "extensiv-items";
  /** `catalogue`: every product known. `changes`: those that the run has created or updated. */
  readonly content: "catalogue" | "changes";
  /** Marks the cells of a table that a spreadsheet would run as a formula. */
  readonly formulaGuard: boolean;
  /** What 3PL Warehouse Manager calls the unit that new items are counted in; default "Each". */
  readonly unitOfMeasure?: string;
}

interface FileParts {
  /** The mapping table of `extensiv-items`; the other formats take products as they are. */
  readonly mapper?: ItemMapper;
  readonly openFile?: OpenFile;
}

function stopIf(signal: AbortSignal): void {
  if (signal.aborted) throw new InterruptedError();
}

/**
 * Yields the rows of the new document: `products`, and of the old one whatever they do not name, as it stands. Both
 * come in order, so that one row of each is in memory.
 */
async function* mergeRows(
  standing: AsyncGenerator<StoredRow, void, undefined>,
  products: AsyncIterable<Product>,
  format: DocumentFormat,
  signal: AbortSignal,
): AsyncGenerator<string, void, undefined> {
  let old = await standing.next();
  let last: string | undefined;
  try {
    for await (const product of products) {
      stopIf(signal);
      const { sku } = product;
      if (last !== undefined && compareUtf8(last, sku) >= 0) {
        throw new Error(`products do not ascend: ${JSON.stringify(sku)} comes after ${JSON.stringify(last)}`);
      }
      last = sku;
      while (old.done !== true && compareUtf8(old.value.product.sku, sku) < 0) {
        yield old.value.text;
        old = await standing.next();
      }
      const same = old.done !== true && compareUtf8(old.value.product.sku, sku) === 0 ? old.value : undefined;
      yield format.toRow(product, same);
      if (same !== undefined) old = await standing.next();
    }
    while (old.done !== true) {
      stopIf(signal);
      yield old.value.text;
      old = await standing.next();
    }
  } finally {
    await standing.return();
  }
}

/** Throws ConfigError when the file at `path` does not begin as a document of psync's does. */
async function assertOurs(path: string, format: DocumentFormat): Promise<void> {
  const rows = readCatalogue(path, format);
  await rows.next();
  await rows.return();
}

async function* noRows(): AsyncGenerator<StoredRow, void, undefined> {}

function formatOf(settings: FileSettings, mapper: ItemMapper | undefined): DocumentFormat {
  const { format, formulaGuard, unitOfMeasure = "Each" } = settings;
  if (format === "jsonl") return jsonlFormat;
  if (format === "csv") return csvFormat(formulaGuard);
  if (mapper === undefined) throw new Error(`${format} needs a mapping table`);
  return extensivItemsFormat(mapper, { formulaGuard, unitOfMeasure });
}

/**
 * A file of products, sorted by SKU, that is replaced as a whole. As a `catalogue` at a fixed path it is also a memory:
 * what stands in it is found and kept. Refuses to replace a file that psync did not write. Throws MappingError when the
 * mapping table names a column that is none.
 */
export function createFileDestination(
  settings: FileSettings,
  { mapper, openFile = open }: FileParts = {},
): DocumentDestination {
  const { path: template, content } = settings;
  const format = formatOf(settings, mapper);
  const { fields, shape } = format;
  const isFixed = isFixedPath(template);
  const isMemory = isFixed && content === "catalogue";
  const reader = createCatalogueReader(template, format);

  return {
    kind: "document",
    id: "file",
    account: template,
    content,
    features: { maxBatch: 500, fields, caseSensitiveSku: true, readable: isMemory },
    ...(shape === undefined ? {} : { shape }),

    async *check(signal) {
      stopIf(signal);
      yield await runCheck(
        "destination folder",
        async () => {
          const folder = await findWritableFolder(template);
          return pass(`${folder} can be written`);
        },
        signal,
      );
      if (!isFixed) return;
      stopIf(signal);
      yield await runCheck(
        "destination file",
        async () => {
          if ((await findMode(template)) === undefined) return pass(`${template} does not exist yet`);
          await assertOurs(template, format);
          return pass(`${template} is a file of psync's`);
        },
        signal,
      );
    },

    async find(skus, signal) {
      const items = new Map<string, RemoteItem>();
      stopIf(signal);
      if (!isMemory) return items;
      const found = await reader.find(skus, () => stopIf(signal));
      for (const [sku, { product: values, reserved }] of found) {
        items.set(sku, { id: sku, sku, values, ...(reserved === undefined ? {} : { reserved }) });
      }
      return items;
    },

    async isThere(run) {
      // Only a catalogue at a fixed path is expected to stand there between runs.
      return !isMemory || (await findMode(toDocumentPath(template, run))) !== undefined;
    },

    async replace(products, run, signal) {
      stopIf(signal);
      await reader.close();
      const path = toDocumentPath(template, run);
      if (content === "changes") await assertOurs(path, format);
      await replaceFile({ path, template, runId: run.id, openFile }, async (append) => {
        await append(format.head);
        const standing = content === "catalogue" ? readCatalogue(path, format) : noRows();
        for await (const row of mergeRows(standing, products, format, signal)) await append(row);
        stopIf(signal);
      });
    },
  };
}
