/** Comma-separated values with quotes, as RFC 4180 has them. */

/** One object per row, named by the headings of the first row. */
export function parseCsv(text) {
  const [headings, ...rows] = readRows(text.replace(/^\uFEFF/, ""));
  return rows.map((row) => Object.fromEntries(headings.map((heading, place) => [heading, row[place] ?? ""])));
}

function readRows(text) {
  const rows = [[]];
  for (const [, separator, quoted, plain] of text.trim().matchAll(/(^|,|\r?\n)(?:"((?:[^"]|"")*)"|([^,\r\n]*))/g)) {
    if (separator.endsWith("\n")) rows.push([]);
    rows.at(-1).push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
  }
  return rows;
}
