// Keeps web/openapi.json: the part of the server's OpenAPI document that the web reads. `node scripts/api-document.mjs URL` writes it
// from a running server; with `--check` it only says whether the saved one is still true. Run `npm run gen-api` after writing.
import { readFileSync, writeFileSync } from "node:fs";

const FILE = new URL("../openapi.json", import.meta.url);
const PREFIXES = [
  "traces",
  "spans",
  "sessions",
  "session-analytics",
  "users",
  "facets",
  "fields",
  "metrics",
  "search",
  "scores",
  "views",
  "comments",
  "me",
  "keys",
  "members",
  "prices",
  "projects",
  "dead-letters",
  "sign-in",
  "invitations",
].map((name) => `/api/v1/${name}`);

/** Only what the web calls, only the schemas that those calls reach, without prose, in one order. */
function prune(document) {
  const paths = Object.fromEntries(
    Object.entries(document.paths)
      .filter(([path]) => PREFIXES.some((prefix) => path === prefix || path.startsWith(`${prefix}/`)))
      .map(([path, methods]) => [
        path,
        Object.fromEntries(Object.entries(methods).map(([method, call]) => [method, shape(call)])),
      ]),
  );
  const schemas = {};
  const wanted = references(paths);
  for (let name = wanted.pop(); name; name = wanted.pop()) {
    if (name in schemas) continue;
    schemas[name] = document.components.schemas[name];
    wanted.push(...references(schemas[name]));
  }
  return ordered({
    openapi: document.openapi,
    info: { title: "Pellucid, as the web reads it", version: "1" },
    paths,
    components: { schemas },
  });
}

function shape({ parameters, requestBody, responses }) {
  const good = Object.fromEntries(Object.entries(responses).filter(([status]) => status.startsWith("2")));
  return { ...(parameters ? { parameters } : {}), ...(requestBody ? { requestBody } : {}), responses: good };
}

function references(value) {
  return [...JSON.stringify(value ?? null).matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map((match) => match[1]);
}

function ordered(value) {
  if (Array.isArray(value)) return value.map(ordered);
  if (value === null || typeof value !== "object") return value;
  const keys = Object.keys(value)
    .filter((key) => key !== "description" || typeof value[key] !== "string")
    .sort();
  return Object.fromEntries(keys.map((key) => [key, ordered(value[key])]));
}

/** OpenAPI demands a description of each response. */
function described(document) {
  for (const methods of Object.values(document.paths)) {
    for (const call of Object.values(methods))
      for (const answer of Object.values(call.responses)) answer.description = "";
  }
  return document;
}

const check = process.argv.includes("--check");
const url = process.argv.find((argument) => argument.startsWith("http"));
if (!url) {
  process.stderr.write("Usage: node scripts/api-document.mjs [--check] http://127.0.0.1:7600\n");
  process.exit(2);
}
const text = `${JSON.stringify(described(prune(await (await fetch(new URL("/api/v1/openapi.json", url))).json())), null, 1)}\n`;
if (!check) writeFileSync(FILE, text);
else if (readFileSync(FILE, "utf8") !== text) {
  process.stderr.write(
    "web/openapi.json differs from the server's document: save it again, then `npm run gen-api` and `npm run typecheck`.\n",
  );
  process.exit(1);
}
