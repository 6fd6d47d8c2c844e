// The table of table.json as SheetJS writes it. Usage: node make_samples.mjs table.json FOLDER (see README.md).
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const require = createRequire(join(process.cwd(), "package.json"));
const XLSX = require("xlsx");
const CPTABLE = require("xlsx/dist/cpexcel.js");
const [, , modelPath, folder] = process.argv;
const model = JSON.parse(readFileSync(modelPath, "utf8"));
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const ERROR_CODES = { "#DIV/0!": 7 };

function makeCell(filed, shift) {
  const formula = filed.formula ? { f: filed.formula } : {};
  switch (filed.type) {
    case "text": return { t: "s", v: filed.stored, ...formula };
    case "boolean": return { t: "b", v: filed.stored };
    case "error": return { t: "e", v: ERROR_CODES[filed.text], ...formula };
    case "number": return { t: "n", v: filed.stored, ...formula };
    case "time": return { t: "n", v: filed.stored, z: model.formats.time };
    case "percent": return { t: "n", v: filed.stored, z: model.formats.percent };
    default: return { t: "n", v: filed.stored - shift, z: model.formats[filed.type] };
  }
}

function makeSheet(cells, shift = 0) {
  const sheet = {};
  const range = { s: { r: 0, c: 0 }, e: { r: 0, c: 0 } };
  for (const [address, filed] of Object.entries(cells)) {
    sheet[address] = makeCell(filed, shift);
    const place = XLSX.utils.decode_cell(address);
    range.e.r = Math.max(range.e.r, place.r);
    range.e.c = Math.max(range.e.c, place.c);
  }
  sheet["!ref"] = XLSX.utils.encode_range(range);
  return sheet;
}

function makeTable(model) {
  const book = XLSX.utils.book_new();
  const sheet = makeSheet(model.cells);
  sheet["!merges"] = model.merged.map(XLSX.utils.decode_range);
  sheet["!rows"] = [];
  sheet["!rows"][model.hidden_row - 1] = { hidden: true };
  sheet["!cols"] = [];
  sheet["!cols"][XLSX.utils.decode_col(model.hidden_column)] = { hidden: true };
  XLSX.utils.book_append_sheet(book, sheet, model.names[0]);
  XLSX.utils.book_append_sheet(book, makeSheet(model.hidden_cells), model.names[1]);
  XLSX.utils.book_append_sheet(book, makeSheet({}), model.names[2]);
  book.Workbook = { Sheets: model.names.map((name, i) => ({ name, Hidden: i === 1 ? 1 : 0 })) };
  return book;
}

function makeDates() {
  const book = XLSX.utils.book_new();
  XLSX.utils.book_append_sheet(book, makeSheet(model.dates, 1462), model.names[0]);
  book.Workbook = { WBProps: { date1904: true } };
  return book;
}

function makeUncomputed() {
  const book = XLSX.utils.book_new();
  const sheet = { A1: { t: "n", v: 2 }, B1: { t: "n", v: 3 }, C1: { t: "n", f: "A1+B1" }, "!ref": "A1:C1" };
  XLSX.utils.book_append_sheet(book, sheet, model.names[0]);
  return book;
}

// SheetJS writes no Chinese in BIFF5: every such text goes in as ASCII of the same length and is exchanged for its GBK
// bytes afterwards, together with the code page.
function makeBiff5(model) {
  const texts = new Map();
  const gbk = (text) => Buffer.from(CPTABLE.utils.encode(936, text, "buf"));
  const standIn = (text) => {
    if (/^[\x00-\x7f]*$/.test(text)) return text;
    if (!texts.has(text)) texts.set(text, `~${LETTERS[texts.size]}`.padEnd(gbk(text).length, "~"));
    return texts.get(text);
  };
  const cells = structuredClone(model);
  for (const filed of [...Object.values(cells.cells), ...Object.values(cells.hidden_cells)])
    if (filed.type === "text") filed.stored = standIn(filed.stored);
  cells.names = cells.names.map(standIn);
  let bytes = XLSX.write(makeTable(cells), { type: "buffer", bookType: "biff5" });
  for (const [text, ascii] of texts) bytes = replaceAll(bytes, Buffer.from(ascii, "latin1"), gbk(text));
  return replaceAll(bytes, Buffer.from([0x42, 0, 2, 0, 0xe4, 0x04]), Buffer.from([0x42, 0, 2, 0, 0xa8, 0x03]));
}

function replaceAll(bytes, from, to) {
  let count = 0;
  for (let at = bytes.indexOf(from); at >= 0; at = bytes.indexOf(from, at + to.length), count++) to.copy(bytes, at);
  if (!count) throw new Error(`nothing to exchange for ${from}`);
  return bytes;
}

function save(name, book, options) {
  writeFileSync(join(folder, name), XLSX.write(book, { type: "buffer", compression: true, ...options }));
}

const KINDS = [["xlsx", "xlsx"], ["xlsm", "xlsm"], ["xlsb", "xlsb"], ["ods", "ods"], ["biff8.xls", "biff8"]];
for (const [suffix, bookType] of KINDS) save(`table.sheetjs.${suffix}`, makeTable(model), { bookType });
for (const [suffix, bookType] of [["xlsx", "xlsx"], ["biff8.xls", "biff8"]])
  save(`dates1904.sheetjs.${suffix}`, makeDates(), { bookType });
for (const bookType of ["xlsx", "xlsm"]) save(`uncomputed.sheetjs.${bookType}`, makeUncomputed(), { bookType });
writeFileSync(join(folder, "table.sheetjs.biff5.xls"), makeBiff5(model));
save("table.sheetjs.csv", makeTable(model), { bookType: "csv" });
console.log(`SheetJS ${XLSX.version}`);
