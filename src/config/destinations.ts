import path from "node:path";
import { z } from "zod";
import { extensiv3pl } from "./destination-extensiv-3pl.js";
import { file, findFileFormat } from "./destination-file.js";
import { tryton } from "./destination-tryton.js";

/** What `destination` looks like, by type: one entry a destination that this version has. */
export const destinationSlices = { "extensiv-3pl": extensiv3pl, file, tryton } as const;

/** The `destination` of a config. */
export const Destination = z
  .discriminatedUnion("type", [extensiv3pl.schema, file.schema, tryton.schema])
  .meta({ description: "The warehouse system that products go to." });

/** Fills in what needs the config's folder: a path becomes absolute, its format is the one that its extension tells. */
export function completeDestination(destination: z.output<typeof Destination>, dir: string) {
  if (destination.type !== "file") return destination;
  return {
    ...destination,
    path: path.resolve(dir, destination.path),
    format: destination.format ?? findFileFormat(destination.path) ?? "jsonl",
  };
}
