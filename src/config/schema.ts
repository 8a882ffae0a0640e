import { z } from "zod";
import { type completeDestination, Destination } from "./destinations.js";
import { textField } from "./fields.js";
import { Options } from "./options.js";
import type { DeepReadonly } from "./slice.js";
import { Source } from "./sources.js";
import { findStateFault } from "./state-url.js";

/** A config file as it is written. Every key has its description, which feeds the JSON Schema and the README. */
export const ConfigFile = z
  .strictObject({
    $schema: z
      .string()
      .exactOptional()
      .meta({ description: "Where editors find the JSON Schema of this file." }),
    source: Source,
    destination: Destination,
    options: Options,
    mapping: z
      .strictObject({
        channel: textField().exactOptional().meta({
          description: "Your own mapping table for the channel, relative to the config.",
        }),
        destination: textField().exactOptional().meta({
          description: "Your own mapping table for the destination, relative to the config.",
        }),
      })
      .prefault({})
      .meta({ description: "Your own mapping tables." }),
    state: textField()
      .superRefine((text, context) => {
        const fault = text === "" ? undefined : findStateFault(text);
        if (fault !== undefined)
          context.addIssue({ code: "custom", message: fault.message, params: { hint: fault.hint } });
      })
      .exactOptional()
      .meta({
        description:
          "Where psync remembers what it wrote: sqlite:PATH or postgres://…; by default one SQLite file in the user's state folder.",
      }),
  })
  .meta({
    title: "psync config",
    description: "One connection: one source account and one destination account.",
  });

type Checked = z.output<typeof ConfigFile>;

/** The `source` of a checked config: what a channel is built from. */
export type SourceConfig = DeepReadonly<Checked["source"]>;

/** The `destination` of a checked config: what a destination is built from. Paths are absolute. */
export type DestinationConfig = DeepReadonly<ReturnType<typeof completeDestination>>;

/** The `options` of a checked config, defaults filled in. */
export type OptionsConfig = DeepReadonly<Checked["options"]>;

/** A checked config: defaults filled in, paths absolute, deeply frozen. */
export interface Config {
  readonly source: SourceConfig;
  readonly destination: DestinationConfig;
  readonly options: OptionsConfig;
  /** Absolute paths. */
  readonly mapping: DeepReadonly<Checked["mapping"]>;
  /** `sqlite:` and an absolute path, or a `postgres://` address, which may hold a password. */
  readonly state: string;
}
