// Writes what comes from the code: schema/psync.schema.json and the README's option table. Run by `npm run generate`.
import { readFileSync, writeFileSync } from "node:fs";

import { configJsonSchemaText } from "../dist/config/json-schema.js";
import { optionTable } from "../dist/config/option-table.js";

writeFileSync(new URL("../schema/psync.schema.json", import.meta.url), configJsonSchemaText());

const readme = new URL("../README.md", import.meta.url);
const text = readFileSync(readme, "utf8");
const [before, rest] = text.split(/(?<=<!-- options: .*-->\n)/);
const after = rest.slice(rest.indexOf("<!-- /options -->"));
writeFileSync(readme, `${before}\n${optionTable()}\n${after}`);
