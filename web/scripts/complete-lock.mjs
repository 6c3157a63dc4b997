// Completes package-lock.json after `npm install`: where the registry in use does not carry the builds of other platforms, npm leaves
// them out, and `npm ci` then refuses the file everywhere. Adds an entry (version and platform, no address) for each that is missing.
// Run by `npm run lock`.
import { readFileSync, writeFileSync } from "node:fs";

const FILE = "package-lock.json";
const lock = JSON.parse(readFileSync(FILE, "utf8"));
const OSES = ["android", "darwin", "freebsd", "linux", "win32", "openharmony", "aix", "sunos", "netbsd", "openbsd"];
const CPUS = {
  arm64: "arm64",
  x64: "x64",
  ia32: "ia32",
  arm: "arm",
  ppc64: "ppc64",
  riscv64: "riscv64",
  s390x: "s390x",
  loong64: "loong64",
  wasm32: "wasm32",
};

/** The platform that a package's name names, such as `@x/y-linux-arm64-musl`. */
function platform(name) {
  const words = name.split("/").pop().split("-");
  const os = OSES.find((candidate) => words.includes(candidate));
  const cpu = words.map((word) => CPUS[word] ?? (word.startsWith("arm") ? "arm" : undefined)).find(Boolean);
  return { ...(cpu ? { cpu: [cpu] } : {}), ...(os ? { os: [os] } : {}) };
}

const added = [];
for (const [path, entry] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    const nested = `${path}/node_modules/${name}`;
    const hoisted = `node_modules/${name}`;
    if (lock.packages[nested] || lock.packages[hoisted]) continue;
    lock.packages[hoisted] = { version, ...platform(name), ...(entry.dev ? { dev: true } : {}), optional: true };
    added.push(name);
  }
}
for (const entry of Object.values(lock.packages)) delete entry.resolved;
const sorted = Object.fromEntries(Object.entries(lock.packages).sort(([left], [right]) => (left < right ? -1 : 1)));
writeFileSync(FILE, `${JSON.stringify({ ...lock, packages: sorted }, null, 2)}\n`);
console.log(`completed: ${added.length} entries`);
