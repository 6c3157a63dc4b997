// Types of the API from the server's own OpenAPI document: `web/openapi.json`, written by the server, never by hand.
import { existsSync, writeFileSync } from "node:fs";
import openapiTS, { astToString } from "openapi-typescript";

const source = new URL("../openapi.json", import.meta.url);
if (!existsSync(source)) {
  process.stderr.write("web/openapi.json is missing: save the server's /api/v1/openapi.json there first.\n");
  process.exit(1);
}
const types = astToString(await openapiTS(source));
writeFileSync(
  new URL("../src/api/schema.d.ts", import.meta.url),
  `// Made by \`npm run gen-api\`; do not edit.\n${types}`,
);
