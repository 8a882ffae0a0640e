import { readFileSync } from "node:fs";

import { Command, CommanderError, Option } from "commander";

import { exitCodes } from "./errors.js";

const logLevels = ["trace", "debug", "info", "warn", "error", "silent"];

/** Runs the command line. Sets the process's exit code; it throws nothing. */
export async function main(argv: readonly string[]): Promise<void> {
  const program = buildProgram();
  try {
    await program.parseAsync(argv);
  } catch (error) {
    process.exitCode = error instanceof CommanderError ? commanderCode(error) : await tell(program, error);
  }
}

/** Names the commands. Each loads its own code when it is called, so that `--version` and `--help` load nothing. */
export function buildProgram(): Command {
  const program = new Command("psync");
  program
    .description("Keeps a warehouse's product records in step with a shopping cart.")
    .version(packageVersion(), "--version", "print the version")
    .helpOption("--help", "print this help")
    .helpCommand(false)
    .option("--config <file>", "use this config file")
    .option("--json", "print one JSON document on stdout")
    .addOption(new Option("--log-level <level>", "write log lines (JSON) to stderr").choices(logLevels))
    .option("--no-color", "no colours")
    .exitOverride()
    .showHelpAfterError("(psync --help tells more)");

  program
    .command("import")
    .description("read the whole cart, show what would change, ask, and write it to the warehouse")
    .option("-y, --yes", "answer the question with yes")
    .option("--dry-run", "print the plan and write nothing")
    .option("--fresh", "start anew although an interrupted import could be resumed")
    .option(
      "--force",
      "write although more would change than maxChanges allows, and believe a cart that suddenly lacks a field",
    )
    .addOption(new Option("--updates", "update products that differ, whatever the config says"))
    .addOption(new Option("--no-updates", "only add new products, whatever the config says"))
    .addOption(new Option("--price-sync", "send prices, whatever the config says"))
    .addOption(new Option("--no-price-sync", "send no prices, whatever the config says"))
    .action(async (_options: unknown, command: Command) => {
      const { importCommand } = await import("./commands/import.js");
      process.exitCode = await importCommand(command.optsWithGlobals());
    });

  program
    .command("test")
    .description(
      "tell whether the connection works and whether the warehouse agrees with the cart; write nothing",
    )
    .option("--full", "compare the whole catalogue, not only a sample")
    .action(async (_options: unknown, command: Command) => {
      const { testCommand } = await import("./commands/test.js");
      process.exitCode = await testCommand(command.optsWithGlobals());
    });

  program
    .command("locations")
    .description("list the places that the cart keeps stock at, for options.inventoryLocation")
    .action(async (_options: unknown, command: Command) => {
      const { locationsCommand } = await import("./commands/locations.js");
      process.exitCode = await locationsCommand(command.optsWithGlobals());
    });

  addMapping(program);
  addAuth(program);

  program
    .command("sandbox")
    .description(
      "start local stand-ins of the four carts with sample catalogues and of 3PL Warehouse Manager, to try psync without an account",
    )
    .argument(
      "[command...]",
      "a psync command to run against it, after which it stops: psync sandbox -- import --yes",
    )
    .option(
      "--cart <cart>",
      "woocommerce, shopify, etsy or amazon (default: all; with a command, woocommerce)",
    )
    .option(
      "--destination <type>",
      "extensiv-3pl or file: where the configs write to (default: extensiv-3pl; with a command, file)",
    )
    .option("--occupied", "the warehouse holds a dozen items that an operator has set up")
    .option("--port <port>", "port on 127.0.0.1 of the first one (default: 4747 and up, or a free one)")
    .option("--products <count>", "about how many products a shop has, variants not counted")
    .option("--seed <number>", "another seed makes another catalogue")
    .option(
      "--fault <name...>",
      "switch on a fault, everywhere or at one place (extensiv-3pl:slow); --fault list names them",
    )
    .option("--dir <folder>", "write configs there that read the shops and write files beside them")
    .action(async (inner: string[], _options: unknown, command: Command) => {
      const { sandboxCommand } = await import("./commands/sandbox.js");
      process.exitCode = await sandboxCommand(command.optsWithGlobals(), inner);
    });
  return program;
}

function addAuth(program: Command): void {
  const auth = program
    .command("auth")
    .description("obtain credentials that need a browser")
    .helpCommand(false);
  auth
    .command("etsy")
    .description("obtain the first refresh token of an Etsy shop and put it into .env")
    .option("--keystring <keystring>", "keystring of the app (default: the config's)")
    .option(
      "--redirect-uri <uri>",
      "callback URL as registered with the app (default: http://localhost:3003/callback)",
    )
    .option("--paste", "paste the address that the browser ends at, instead of listening for it")
    .option("--variable <name>", "name in .env (default: the config's, or ETSY_REFRESH_TOKEN)")
    .action(async (_options: unknown, command: Command) => {
      const { authEtsyCommand } = await import("./commands/auth.js");
      process.exitCode = await authEtsyCommand(command.optsWithGlobals());
    });
}

function addMapping(program: Command): void {
  const mapping = program.command("mapping").description("show and check mapping tables").helpCommand(false);
  mapping
    .command("show")
    .description("print a table as the article prints it")
    .argument("[table]", "a built-in table or a file (default: the config's)")
    .action(async (table: string | undefined, _options: unknown, command: Command) => {
      const { mappingShowCommand } = await import("./commands/mapping.js");
      process.exitCode = await mappingShowCommand(command.optsWithGlobals(), table);
    });
  mapping
    .command("check")
    .description("check tables: targets, converters, paths; all faults at once, with their lines")
    .argument("[tables...]", "built-in tables or files (default: all built-in ones, and the config's)")
    .action(async (tables: string[], _options: unknown, command: Command) => {
      const { mappingCheckCommand } = await import("./commands/mapping.js");
      process.exitCode = await mappingCheckCommand(command.optsWithGlobals(), tables);
    });
  mapping
    .command("test")
    .description("run the cases that stand beside tables")
    .argument("[tables...]", "built-in tables or files (default: all built-in ones, and the config's)")
    .action(async (tables: string[], _options: unknown, command: Command) => {
      const { mappingTestCommand } = await import("./commands/mapping.js");
      process.exitCode = await mappingTestCommand(command.optsWithGlobals(), tables);
    });
}

/** Commander throws for `--help` and `--version` too. */
function commanderCode(error: CommanderError): number {
  return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
}

async function tell(program: Command, error: unknown): Promise<number> {
  const { tellFailure } = await import("./commands/failure.js");
  return tellFailure(program.opts(), program.args[0], error);
}

function packageVersion(): string {
  const text = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}
