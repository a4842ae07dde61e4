// Comma-separated values as RFC 4180 has them, for spreadsheets.

/** What a spreadsheet would take for a formula, also in the wide forms of East Asian keyboards. */
const FORMULA = /^[\s\p{Cf}]*[=+\-@＝＋－＠|%]|^[\t\r\n]/u

/** Rows as a file. It begins with a byte order mark, by which spreadsheets know UTF-8. */
export function csvOf(rows: string[][]): string {
  return `\uFEFF${rows.map(row => `${row.map(cell).join(',')}\r\n`).join('')}`
}

/**
 * One cell. Names come from shops: one that a spreadsheet would compute gets an apostrophe in
 * front, so that it stays the text it is (CWE-1236).
 */
function cell(text: string): string {
  const harmless = FORMULA.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless
}
