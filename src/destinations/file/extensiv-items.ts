import { MappingError, type Fault } from "../../errors.js";
import type { ItemMapper, ItemPlace } from "../../model/item.js";
import type { JsonValue, Product, ProductDraft } from "../../model/product.js";
import { findSuggestion } from "../../model/suggest.js";
import { foreignError } from "./errors.js";
import { type Column, columns, isColumn, isTextColumn } from "./extensiv-columns.js";
import type { DocumentFormat, StoredRow } from "./format.js";
import { guardCell, unguardCell } from "./formula-guard.js";
import { readLines } from "./lines.js";

/** Cells of a row by column, without marks of the guard. */
type Cells = Partial<Record<Column, string>>;

interface OwnedPlace extends ItemPlace {
  readonly to: Column;
}

const sizes: readonly Column[] = ["LblUomLength", "LblUomWidth", "LblUomHeight"];
const measures: ReadonlySet<Column> = new Set([...sizes, "LblUomWeight"]);

const decimalForm = /^-?\d+(?:\.\d+)?$/;

// The vendor says nothing of quotes, so that a tab or a line end in a value could only tear its row.
const breaks = /[\p{Cc}\u2028\u2029]+/gu;

function toOneLine(text: string): string {
  return text.replace(breaks, " ").trim();
}

/** A number without an exponent, which an importer of decimals may not know. */
function toDecimal(value: number): string {
  const text = String(value);
  if (!text.includes("e")) return text;
  return value.toLocaleString("en-US", { useGrouping: false, maximumFractionDigits: 20 });
}

function isPositive(cell: string | undefined): boolean {
  return cell !== undefined && decimalForm.test(cell) && Number(cell) > 0;
}

/**
 * Whether the packaging unit holds more than one item: its sizes and weight are then those of the carton, of which the
 * cart knows nothing. A quantity that cannot be read is the operator's too.
 */
function isCarton({ LblUomQty: quantity = "" }: Cells): boolean {
  const text = quantity.trim();
  return text !== "" && !(decimalForm.test(text) && Number(text) <= 1);
}

function fromCell({ kind }: ItemPlace, cell: string): string | number | undefined {
  const text = toOneLine(cell);
  if (text === "") return undefined;
  if (kind === "text") return text;
  // What an operator typed and is no number tells nothing.
  if (!decimalForm.test(text)) return undefined;
  return kind === "decimal" ? text : Number(text);
}

/** The table's places but for the SKU, which is the row's name. Throws MappingError for what is no column to fill. */
function ownedPlaces(mapper: ItemMapper): readonly OwnedPlace[] {
  const places: OwnedPlace[] = [];
  const faults: Fault[] = [];
  for (const place of mapper.places) {
    const { to } = place;
    if (to === "TotalQty") {
      const hint = "drop this row; stock comes from receivers and adjustments";
      faults.push({ path: to, message: "psync writes no quantity", hint });
    } else if (!isColumn(to)) {
      const meant = findSuggestion(to, columns);
      const hint = meant === undefined ? `the columns are: ${columns.join(", ")}` : `did you mean ${meant}?`;
      faults.push({ path: to, message: `the item import has no column ${to}`, hint });
    } else if (to !== "Sku") {
      places.push({ ...place, to });
    }
  }
  if (faults.length === 0) return places;
  const message = faults.map((fault) => fault.message).join("; ");
  throw new MappingError("mapping-invalid", `mapping table of extensiv-items: ${message}`, faults, {
    hint: "correct the rows that fill these places",
  });
}

/** What the places hold of a product; sizes only all three, no measure that is zero. */
function valuesOf(mapper: ItemMapper, places: readonly OwnedPlace[], product: ProductDraft): Cells {
  const item = mapper.toItem(product);
  const values: Cells = {};
  for (const { to } of places) {
    const value = item.get(to);
    if (value === undefined) continue;
    const text = typeof value === "number" ? toDecimal(value) : toOneLine(value);
    if (text !== "" && (!measures.has(to) || isPositive(text))) values[to] = text;
  }
  if (sizes.every((size) => values[size] !== undefined)) return values;
  for (const size of sizes) delete values[size];
  return values;
}

/** The columns whose places tell nothing of the product in this row. */
function silentColumns(cells: Cells, sku: string): ReadonlySet<Column> {
  const silent = new Set<Column>();
  // The SKU stands in for a name that is unknown.
  if (toOneLine(cells.Description ?? "") === toOneLine(sku)) silent.add("Description");
  if (isCarton(cells)) for (const measure of measures) silent.add(measure);
  if (!sizes.every((size) => isPositive(cells[size]?.trim()))) for (const size of sizes) silent.add(size);
  return silent;
}

/**
 * The tab-separated item import of 3PL Warehouse Manager, with its column names in the first line. psync fills the
 * columns that the mapping table names, and in a new row the units that every item needs; all else, TotalQty above all,
 * is left to the operator and kept. Lines end as in the other formats: the vendor's pages ask for no other end.
 */
export function extensivItemsFormat(
  mapper: ItemMapper,
  settings: { readonly unitOfMeasure: string; readonly formulaGuard: boolean },
): DocumentFormat {
  const { unitOfMeasure, formulaGuard } = settings;
  const places = ownedPlaces(mapper);
  const head = `${columns.join("\t")}\n`;
  // No InventoryMethod: the import wants a word for it, and which ones it knows is not documented.
  const newRow: Cells = {
    InvUomType: toOneLine(unitOfMeasure),
    LblUomType: toOneLine(unitOfMeasure),
    LblUomQty: "1",
  };
  const reservedFields = [...new Set(places.filter(({ to }) => measures.has(to)).map(({ field }) => field))];

  function toLine(cells: Cells): string {
    const texts = columns.map((name, index) => {
      const cell = cells[name] ?? "";
      return formulaGuard && isTextColumn[index] === true ? guardCell(cell) : cell;
    });
    return `${texts.join("\t")}\n`;
  }

  function fromTexts(texts: readonly string[]): Cells {
    const cells: Cells = {};
    for (const [index, name] of columns.entries()) {
      const text = texts[index] ?? "";
      cells[name] = formulaGuard && isTextColumn[index] === true ? unguardCell(text) : text;
    }
    return cells;
  }

  /** `cells` with what is known of a product. */
  function fill(cells: Cells, product: ProductDraft): Cells {
    const values = valuesOf(mapper, places, product);
    const filled: Cells = { ...cells, ...values };
    if (!isCarton(filled)) return filled;
    for (const measure of measures) filled[measure] = cells[measure] ?? "";
    return filled;
  }

  function tell(cells: Cells, sku: string): Omit<Product, "sku"> {
    const silent = silentColumns(cells, sku);
    const item = new Map<string, JsonValue | undefined>();
    for (const place of places) {
      if (!silent.has(place.to)) item.set(place.to, fromCell(place, cells[place.to] ?? ""));
    }
    return mapper.toProduct(item);
  }

  function parseRow(path: string, text: string, line: number): StoredRow {
    const texts = text.split("\t");
    // Also where a spreadsheet left empty cells at the end out: a value torn by a line end looks just so.
    if (texts.length !== columns.length) {
      throw foreignError(path, line, `it has ${texts.length} cells instead of ${columns.length}`);
    }
    const cells = fromTexts(texts);
    const { Sku: sku = "" } = cells;
    if (sku === "") throw foreignError(path, line, "it has no Sku");
    const isReserved = isCarton(cells) && reservedFields.length > 0;
    return {
      product: { sku, ...tell(cells, sku) },
      // A cell written before the guard was switched on gets its mark here.
      text: toLine(cells),
      line,
      ...(isReserved ? { reserved: reservedFields } : {}),
    };
  }

  return {
    fields: new Set(["sku", ...mapper.fields]),
    head,
    shape(product) {
      const { sku } = product;
      return { ...(sku === undefined ? {} : { sku }), ...tell(fill(newRow, product), sku ?? "") };
    },
    toRow(product, standing) {
      const { sku } = product;
      if (/[\t\n\r]/.test(sku)) throw new Error(`no row can hold the SKU ${JSON.stringify(sku)}`);
      const cells = fill(
        standing === undefined ? newRow : fromTexts(standing.text.slice(0, -1).split("\t")),
        product,
      );
      const hasDescription = (cells.Description ?? "").trim() !== "";
      return toLine({ ...cells, Sku: sku, ...(hasDescription ? {} : { Description: toOneLine(sku) }) });
    },
    async *read(path) {
      let line = 0;
      for await (const raw of readLines(path)) {
        line += 1;
        // A spreadsheet that saved the file may have put a byte order mark before it and other line ends into it.
        const text = (line === 1 ? raw.replace(/^\uFEFF/, "") : raw).replace(/\r$/, "");
        if (line > 1) yield parseRow(path, text, line);
        else if (`${text}\n` !== head)
          throw foreignError(path, line, "its header is not that of the item import");
      }
    },
  };
}
