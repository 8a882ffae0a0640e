import { visible } from "./text.js";

/** Rows as columns, padded with spaces; the last column is not padded. Cells are made safe for a terminal. */
export function renderTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const safe = rows.map((row) => row.map(visible));
  const widths = head.map((title, column) =>
    Math.max(title.length, ...safe.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => (column === cells.length - 1 ? cell : cell.padEnd(widths[column] ?? 0)))
      .join("  ");
  const rule = widths.map((width) => "-".repeat(width)).join("  ");
  return `${[line(head), rule, ...safe.map(line)].join("\n")}\n`;
}
