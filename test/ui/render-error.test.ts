import { describe, expect, test } from "@jest/globals";
import { Chalk } from "chalk";

import { AuthError, ConfigError } from "../../src/errors.js";
import type { Output } from "../../src/ui/output.js";
import { noteError, toErrorDocument } from "../../src/ui/render-error.js";

const redact = (text: string): string => text.replaceAll("s3cret", "***");

function told(error: unknown): string {
  const lines: string[] = [];
  const output: Output = {
    json: false,
    interactive: false,
    canAsk: false,
    paint: new Chalk({ level: 0 }),
    paintNotes: new Chalk({ level: 0 }),
    print: () => Promise.resolve(),
    note: (line) => lines.push(line),
  };
  noteError(output, error, redact);
  return lines.join("\n");
}

const config = new ConfigError("config-invalid", "2 faults in psync.yaml", [
  {
    file: "psync.yaml",
    path: "source.url",
    line: 3,
    column: 8,
    message: "no address: s3cret",
    hint: "write https://",
  },
  { path: "", message: "empty" },
]);

describe("src/ui/render-error.ts", () => {
  test("an error says what happened and what to do next, without secrets and control characters", () => {
    expect(told(new AuthError("refused", "refused s3cret\u001b[2J", { hint: "check s3cret" }))).toBe(
      "error: refused ***\\u001b[2J\nhint: check ***",
    );
  });

  test("all faults of a config, each with place and hint", () => {
    expect(told(config)).toBe(
      "error: 2 faults in psync.yaml\n  psync.yaml:3:8  source.url: no address: ***\n      write https://\n  empty",
    );
  });

  test("a bug comes with its stack and asks to be reported", () => {
    expect(told(new TypeError("s3cret is undefined"))).toMatch(
      /^This is a bug[^]*TypeError: \*\*\* is undefined[^]*at /,
    );
  });

  test("the JSON document holds the same, redacted", () => {
    expect(toErrorDocument(config, redact)).toMatchObject({
      code: "config-invalid",
      faults: [{ path: "source.url", line: 3, message: "no address: ***" }, { message: "empty" }],
    });
    expect(toErrorDocument(new RangeError("s3cret"), redact)).toEqual({ code: "bug", message: "***" });
  });
});
