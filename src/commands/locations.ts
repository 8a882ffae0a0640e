import { loadConfig } from "../config/load.js";
import { exitCodes } from "../errors.js";
import { buildRuntime, redactorOf } from "../runtime.js";
import { createLog } from "../ui/log.js";
import { renderTable } from "../ui/table.js";
import { toJson } from "../ui/text.js";
import { type GlobalFlags, outputFor } from "./flags.js";
import { withSignals } from "./signals.js";

/** `psync locations`: the places that the cart keeps stock at. Gives the exit code. */
export async function locationsCommand(flags: GlobalFlags): Promise<number> {
  const output = outputFor(flags);
  const loaded = await loadConfig({ file: flags.config });
  const redact = redactorOf(loaded);
  const log = await createLog(flags.logLevel, redact);
  const warn = (message: string): void => output.note(redact(message));
  const runtime = await buildRuntime(loaded, { command: "locations", trace: log.trace, warn });
  try {
    const { channel } = runtime.parts;
    const found = await withSignals(output.note, async (signal) => channel.locations?.(signal));
    const locations = found ?? [{ id: "default", name: "the cart's one stock", active: true }];
    if (output.json) {
      await output.print(`${toJson({ command: "locations", locations })}\n`);
      return exitCodes.ok;
    }
    const rows = locations.map(({ id, name, active }) => [id, name, active ? "yes" : "no"]);
    await output.print(renderTable(["id", "name", "active"], rows));
    if (found !== undefined) output.note("Write one of them, id or name, as options.inventoryLocation.");
    return exitCodes.ok;
  } finally {
    await runtime.close();
  }
}
