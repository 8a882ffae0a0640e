import { exitCodes, PsyncError } from "../errors.js";
import { noteError, toErrorDocument } from "../ui/render-error.js";
import { toJson } from "../ui/text.js";
import { type GlobalFlags, outputFor } from "./flags.js";

/** Tells an error that ended a command, on stderr and with `--json` on stdout too, and gives its exit code. */
export async function tellFailure(
  flags: GlobalFlags,
  command: string | undefined,
  error: unknown,
): Promise<number> {
  const output = outputFor(flags);
  noteError(output, error, (text) => text);
  if (output.json) {
    const document = {
      command: command ?? null,
      status: "failed",
      error: toErrorDocument(error, (text) => text),
    };
    await output.print(`${toJson(document)}\n`);
  }
  return error instanceof PsyncError ? error.exitCode : exitCodes.bug;
}
