import { readFileSync } from "node:fs";

import { describe, expect, test } from "@jest/globals";

import { buildProgram } from "../src/cli.js";
import { optionTable } from "../src/config/option-table.js";
import { exitCodes } from "../src/errors.js";

const read = (name: string): string => readFileSync(new URL(`../${name}`, import.meta.url), "utf8");
const readme = read("README.md");

/** Tables as prettier pads them and as the code gives them are the same table. */
const plain = (table: string): string => table.replace(/[ ]+/g, " ").replace(/-{3,}/g, "---").trim();

describe("the README", () => {
  test("has the option table that the code gives (npm run generate)", () => {
    const table = /<!-- options: .*-->\n([\s\S]*?)<!-- \/options -->/.exec(readme)?.[1] ?? "";
    expect(plain(table)).toBe(plain(optionTable()));
  });

  test("names every command and every flag of the command line, and no other", () => {
    const program = buildProgram();
    const names = program.commands.map((command) => command.name());
    for (const name of names) expect(readme).toContain(`psync ${name}`);
    const all = [program, ...program.commands, ...program.commands.flatMap(({ commands }) => commands)];
    const flags = all.flatMap((command) => command.options.map((option) => option.long ?? ""));
    const told = new Set([...readme.matchAll(/(?<![\w-])--[a-z][a-z-]+/g)].map(([flag]) => flag));
    const known = new Set([...flags, "--help"]);
    expect([...told].filter((flag) => !known.has(flag))).toEqual([]);
    for (const flag of [
      "--yes",
      "--dry-run",
      "--fresh",
      "--force",
      "--full",
      "--config",
      "--json",
      "--no-color",
      "--cart",
      "--paste",
      "--redirect-uri",
    ]) {
      expect(told).toContain(flag);
    }
  });

  test("has every exit code", () => {
    for (const code of Object.values(exitCodes)) expect(readme).toMatch(new RegExp(`^\\| ${code} +\\|`, "m"));
  });

  test("its first command is the demo and its second the tests, and both scripts are there", () => {
    const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
    const commands = [...readme.matchAll(/^ {4}(npm ci && npm (?:run )?(\w+))$/gm)].map(
      ([, line, script]) => [line, script],
    );
    expect(commands.map(([, script]) => script)).toEqual(["demo", "test"]);
    for (const [, script = ""] of commands) expect(scripts).toHaveProperty([script]);
    expect(read(".ci/run")).toContain(commands[1]?.[0] ?? "no command");
  });
});
