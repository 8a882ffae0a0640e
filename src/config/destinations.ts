import path from "node:path";
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
    format: z.enum(["jsonl", "csv"]).exactOptional().meta({
      description:
        "Format of the file. By default the path's extension tells: .jsonl, .ndjson, .json or .csv.",
    }),
    content: z.enum(["catalogue", "changes"]).default("catalogue").meta({
      description:
        "catalogue: every product known, sorted by SKU; changes: only what this run creates or updates.",
    }),
    formulaGuard: z.boolean().default(false).meta({
      description:
        "Puts ' before CSV values that a spreadsheet would run as a formula. The data is then not exact.",
    }),
    allowInsecureHttp,
  })
  .meta({ title: "File", description: "A file of JSON lines or CSV." });

const file: ConfigSlice<typeof fileSchema> = {
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
        hint: "end the path in .jsonl or .csv, or add format: jsonl or format: csv",
      },
    ];
  },
};

const formatsByExtension: Readonly<Record<string, "jsonl" | "csv">> = {
  jsonl: "jsonl",
  ndjson: "jsonl",
  json: "jsonl",
  csv: "csv",
};

function findFileFormat(target: string): "jsonl" | "csv" | undefined {
  const extension = /\.([^./\\]+)$/u.exec(target)?.[1]?.toLowerCase() ?? "";
  return Object.hasOwn(formatsByExtension, extension) ? formatsByExtension[extension] : undefined;
}

/** What `destination` looks like, by type: one entry a destination that this version has. */
export const destinationSlices = { file } as const;

/** The `destination` of a config. */
export const Destination = z
  .discriminatedUnion("type", [destinationSlices.file.schema])
  .meta({ description: "The warehouse system that products go to." });

/** Fills in what needs the config's folder: the path becomes absolute, the format is the one its extension tells. */
export function completeDestination(destination: z.output<typeof Destination>, dir: string) {
  return {
    ...destination,
    path: path.resolve(dir, destination.path),
    format: destination.format ?? findFileFormat(destination.path) ?? "jsonl",
  };
}
