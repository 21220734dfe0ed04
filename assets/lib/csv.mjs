/**
 * Comma-separated tables (RFC 4180, with LF for line ends) that are safe to open in a spreadsheet.
 */

/** What makes a spreadsheet take a text for a formula (OWASP, "CSV injection"). */
const FORMULA = /^[=+\-@\t\r\n]/;

/**
 * One cell. Text that a spreadsheet would run as a formula gets an apostrophe in front; numbers,
 * which are written as numbers, do not.
 * @param {string | number | bigint | boolean | null | undefined} value - nothing gives an empty
 *   cell, NaN "nan", infinity "inf".
 * @returns {string}
 */
export function cell(value) {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") {
    return String(value).replace("Infinity", "inf").replace("NaN", "nan");
  }
  if (typeof value !== "string") return String(value);
  const text = FORMULA.test(value) ? `'${value}` : value;
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * A table with a header line; every line ends with LF.
 * @param {string[]} columns
 * @param {Iterable<ArrayLike<string | number | bigint | boolean | null | undefined>>} rows
 * @returns {string}
 * @throws {RangeError} if a row has another number of cells than there are columns.
 */
export function table(columns, rows) {
  const lines = [Array.from(columns, cell).join(",")];
  for (const row of rows) {
    if (row.length !== columns.length) {
      throw new RangeError(
        `Row ${lines.length} has ${row.length} cells, the table ${columns.length} columns.`,
      );
    }
    lines.push(Array.from(row, cell).join(","));
  }
  return lines.map((line) => `${line}\n`).join("");
}
