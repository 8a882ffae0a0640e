/*
 * Spreadsheets run a cell that begins with one of these as a formula; some look past blanks, into a later line of the
 * cell, or take the full-width forms for the plain ones. Line ends are no blanks here, each begins a line: so the time
 * that a text takes grows with its length only.
 */
const formula = /(?:^|[\n\r])(?:[^\S\n\r\t]|[\u200b-\u200d\u2060])*[=+\-@\t\r＝＋－＠]/u;

/** Whether a spreadsheet may run the cell as a formula, marks of `guardCell` left aside. */
function isFormula(cell: string): boolean {
  let from = 0;
  while (cell.charCodeAt(from) === 0x27) from += 1;
  return formula.test(from === 0 ? cell : cell.slice(from));
}

/**
 * Puts `'` before a cell that a spreadsheet may run as a formula. A cell that has such a mark of its own gets one more,
 * so that `unguardCell` gives back every cell exactly.
 */
export function guardCell(cell: string): string {
  return isFormula(cell) ? `'${cell}` : cell;
}

/** Takes away what `guardCell` has put there. */
export function unguardCell(cell: string): string {
  return cell.startsWith("'") && isFormula(cell) ? cell.slice(1) : cell;
}
