/** A cell of a CSV file that spreadsheets open as what it is: quoted where it has to be, and no text taken for a formula. */

/** @param value a number as JSON has it, an empty cell of null; text that begins like a formula begins with an apostrophe */
export function csvCell(value: string | number | null): string {
  if (typeof value !== 'string') return value === null ? '' : String(value);
  const text = /^[=+\-@\t\r\n]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
