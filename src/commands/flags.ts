import { colorWanted } from "../config/terminal.js";
import { createOutput, type Output } from "../ui/output.js";

/** Flags that every command takes. */
export interface GlobalFlags {
  readonly config?: string;
  readonly json?: boolean;
  readonly logLevel?: string;
  /** False after `--no-color`. */
  readonly color?: boolean;
}

export function outputFor(flags: GlobalFlags): Output {
  return createOutput({
    ...(flags.json === undefined ? {} : { json: flags.json }),
    color: flags.color !== false && colorWanted(),
  });
}
