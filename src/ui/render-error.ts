import { ConfigError, PsyncError } from "../errors.js";
import type { Output } from "./output.js";
import { visible } from "./text.js";

/** An error as scripts read it. */
export interface ErrorDocument {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  readonly faults?: readonly unknown[];
}

/** Errors hold no secrets by design; `redact` stands behind that. */
export function toErrorDocument(error: unknown, redact: (text: string) => string): ErrorDocument {
  if (error instanceof PsyncError) {
    return {
      code: error.code,
      message: redact(error.message),
      ...(error.hint === undefined ? {} : { hint: redact(error.hint) }),
      ...(error instanceof ConfigError && error.faults.length > 0
        ? { faults: error.faults.map((fault) => ({ ...fault, message: redact(fault.message) })) }
        : {}),
    };
  }
  return { code: "bug", message: redact(error instanceof Error ? error.message : String(error)) };
}

/** What happened, to what, and what to do next. A bug comes with its stack, since it is ours to mend. */
export function noteError(output: Output, error: unknown, redact: (text: string) => string): void {
  const paint = output.paintNotes;
  if (!(error instanceof PsyncError)) {
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
    output.note(paint.red("This is a bug in psync. Please report it with the lines below."));
    output.note(
      stack
        .split("\n")
        .map((line) => visible(redact(line)))
        .join("\n"),
    );
    return;
  }
  output.note(`${paint.red("error:")} ${visible(redact(error.message))}`);
  if (error instanceof ConfigError) {
    for (const fault of error.faults) {
      // A single fault may be the whole message.
      if (fault.message === error.message) continue;
      const place = [fault.file, fault.line, fault.column].filter((part) => part !== undefined).join(":");
      const path = fault.path === "" ? "" : `${fault.path}: `;
      output.note(`  ${visible(redact(`${place === "" ? "" : `${place}  `}${path}${fault.message}`))}`);
      if (fault.hint !== undefined) output.note(`      ${visible(redact(fault.hint))}`);
    }
  }
  if (error.hint !== undefined) output.note(`hint: ${visible(redact(error.hint))}`);
}
