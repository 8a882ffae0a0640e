import { z } from "zod";
import { allowInsecureHttp, textField } from "./fields.js";
import { isBlock } from "./path.js";
import type { ConfigSlice } from "./slice.js";

const pathField = textField()
  .refine((text) => !text.includes("\0"), "a path has no such character in it")
  .refine((text) => !/[/\\]$/u.test(text), "the path names a folder; name a file in it")
  .refine(
    (text) => !/\{(?!run\}|date\})[^{}]*\}/u.test(text),
    "only {run} and {date} are filled in; other names in braces are not known",
  );

const fileSchema = z
  .strictObject({
    type: z.literal("file").meta({ description: "The warehouse system's kind.", examples: ["file"] }),
    path: pathField.meta({
      description: "File to write, relative to the config; {run} and {date} are filled in.",
      examples: ["products.jsonl"],
    }),
    format: z.enum(["jsonl", "csv", "extensiv-items"]).exactOptional().meta({
      description:
        "Format of the file. By default the path's extension tells: .jsonl, .ndjson, .json, .csv, or .tsv for extensiv-items, the tab-separated item import template of 3PL Warehouse Manager.",
    }),
    unitOfMeasure: textField().exactOptional().meta({
      description: "extensiv-items only: the unit that items are counted in, Each by default.",
    }),
    content: z.enum(["catalogue", "changes"]).default("catalogue").meta({
      description:
        "catalogue: every product known, sorted by SKU; changes: only what this run creates or updates.",
    }),
    formulaGuard: z.boolean().default(false).meta({
      description:
        "Puts ' before values of a CSV or TSV file that a spreadsheet would run as a formula. The data is then not exact.",
    }),
    allowInsecureHttp,
  })
  .meta({
    title: "File",
    description: "A file of JSON lines or CSV, or one that 3PL Warehouse Manager imports.",
  });

type FileFormat = NonNullable<z.output<typeof fileSchema>["format"]>;

/** The `destination` that is a file. */
export const file: ConfigSlice<typeof fileSchema> = {
  schema: fileSchema,
  findings(config) {
    const destination = isBlock(config["destination"]) ? config["destination"] : {};
    const { path: target, format } = destination;
    if (format !== undefined || typeof target !== "string" || target === "") return [];
    if (findFileFormat(target) !== undefined) return [];
    return [
      {
        kind: "fault",
        path: ["destination", "path"],
        message: "the extension does not tell the format of the file",
        hint: "end the path in .jsonl, .csv or .tsv, or add format: jsonl, format: csv or format: extensiv-items",
      },
    ];
  },
};

const formatsByExtension: Readonly<Record<string, FileFormat>> = {
  jsonl: "jsonl",
  ndjson: "jsonl",
  json: "jsonl",
  csv: "csv",
  tsv: "extensiv-items",
};

/** The format that a path's extension tells. */
export function findFileFormat(target: string): FileFormat | undefined {
  const extension = /\.([^./\\]+)$/u.exec(target)?.[1]?.toLowerCase() ?? "";
  return Object.hasOwn(formatsByExtension, extension) ? formatsByExtension[extension] : undefined;
}
