// The tables, in Markdown.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import { FIGURES } from "./works.mjs";

const median = (list) => list.toSorted((a, b) => a - b)[list.length >> 1];

function show(value) {
  if (value === undefined) return "–";
  if (value >= 1000) return Math.round(value).toLocaleString("en-US");
  return value.toPrecision(value < 0.1 ? 1 : 3).replace(/\.$/, "");
}

const row = (cells) => `| ${cells.join(" | ")} |`;

/**
 * @param {Map<string, number[]>} samples by "figure, column"
 * @param {string} peer the column of another project
 * @param {boolean} bus whether the table is the bus's
 */
export function speedTable(samples, engines, peer, bus = false) {
  const columns = [...engines, peer];
  const lines = [
    row(["what", "unit", "bare", ...columns.flatMap((c) => [NAMES[c], "× bare"]), "target", "met"]),
    row(["---", "---", ...Array(1 + 2 * columns.length).fill("--:"), "---", "---"]),
  ];
  for (const [figure, { unit, rate, target = "", meets, bus: ofBus = false }] of Object.entries(FIGURES)) {
    const of = (key) => samples.get(`${figure}, ${key}`);
    if (ofBus !== bus || !columns.some(of)) continue;
    const ratios = (column) => of(`${column}/bare`)?.map((r) => (rate ? 1 / r : r));
    const cells = columns.flatMap((column) => {
      const [values, list] = [of(column), ratios(column)];
      return [values && show(median(values)), list && show(median(list))].map((cell) => cell ?? "–");
    });
    const bare = of("bare");
    const ours = of("browser");
    const met = meets && ours ? (meets(median(ours), median(ratios("browser") ?? [NaN]), median(of(peer) ?? [NaN])) ? "yes" : "no") : "";
    lines.push(row([figure, unit, bare ? show(median(bare)) : "–", ...cells, target, met]));
  }
  return lines.join("\n");
}

const NAMES = { browser: "Bushel", wazero: "Bushel on wazero", shim: "browser_wasi_shim", comlink: "Comlink" };
const KERNEL_LIMIT = 3_000_000;

/** What the site's own files weigh, compressed side by side: the best compression takes a minute. */
export async function sizeTable(dist) {
  const names = readdirSync(dist).filter((name) => /\.(js|wasm)$/.test(name)).sort();
  const rows = names.map(async (name) => {
    const raw = readFileSync(join(dist, name));
    const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: raw.length };
    const [gzipped, brotli] = await Promise.all([promisify(gzip)(raw, { level: 9 }), promisify(brotliCompress)(raw, { params })]);
    const sizes = [raw, gzipped, brotli].map(({ length }) => length.toLocaleString("en-US"));
    const verdict = name === "kernel.wasm" ? ["≤ 3 MB brotli", brotli.length <= KERNEL_LIMIT ? "yes" : "no"] : ["", ""];
    return row([name, ...sizes, ...verdict]);
  });
  return [row(["file", "bytes", "gzip -9", "brotli 11", "target", "met"]), row(["---", "--:", "--:", "--:", "---", "---"]), ...(await Promise.all(rows))].join("\n");
}
