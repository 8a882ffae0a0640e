import type { z } from "zod";
import type { ConfigPath } from "./path.js";

/** What the rules of a slice find wrong, or worth a warning; paths count from the top of the config. */
export interface Finding {
  readonly kind: "fault" | "warning";
  readonly path: ConfigPath;
  readonly message: string;
  readonly hint?: string;
}

/** The part of the config that belongs to one channel or one type of destination. */
export interface ConfigSlice<Schema extends z.ZodObject> {
  readonly schema: Schema;
  /**
   * Judges what takes more than one key. `config` is the whole config, variables filled in, otherwise unchecked: the
   * rules run also beside faults of the schema, so that all are told at once.
   */
  findings(config: Readonly<Record<string, unknown>>): readonly Finding[];
}

/** Readonly all the way down. */
export type DeepReadonly<T> = T extends object ? { readonly [K in keyof T]: DeepReadonly<T[K]> } : T;
