// The budget of the first load: entry chunk and what it imports statically, gzipped. Run after `npm run build`.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const BUDGET_BYTES = 350_000;
const dist = new URL("../dist/", import.meta.url);
const manifest = JSON.parse(readFileSync(new URL(".vite/manifest.json", dist), "utf8"));

function initialChunks(key, seen = new Set()) {
  if (seen.has(key)) return seen;
  seen.add(key);
  for (const next of manifest[key].imports ?? []) initialChunks(next, seen);
  return seen;
}

const entry = Object.keys(manifest).find((key) => manifest[key].isEntry);
const rows = [...initialChunks(entry)].map((key) => {
  const { file } = manifest[key];
  return { file, bytes: gzipSync(readFileSync(new URL(file, dist))).length };
});
const total = rows.reduce((sum, row) => sum + row.bytes, 0);
for (const row of rows.sort((a, b) => b.bytes - a.bytes)) {
  process.stdout.write(`${String(row.bytes).padStart(9)} B  ${row.file}\n`);
}
process.stdout.write(`${String(total).padStart(9)} B  initial JavaScript, gzip (budget ${BUDGET_BYTES} B)\n`);
if (total > BUDGET_BYTES) {
  process.stderr.write("Over the budget: load what the first page does not need with a dynamic import().\n");
  process.exit(1);
}
