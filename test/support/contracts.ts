import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { describe, expect, test } from "@jest/globals";

/**
 * Finds the folder of the vendors' specifications and recordings: PSYNC_CONTRACTS, else `shared/contracts` beside
 * the project. Undefined where there is none.
 */
function contractsDir(): string | undefined {
  const named = process.env["PSYNC_CONTRACTS"];
  if (named !== undefined && named !== "") return resolve(named);
  const beside = resolve("..", "shared", "contracts");
  return existsSync(beside) ? beside : undefined;
}

/**
 * Groups tests that need the contracts folder. Without it they are skipped, and the report says why; with
 * PSYNC_REQUIRE_CONTRACTS=1 its absence is a failure.
 */
export function describeContract(name: string, body: (dir: string) => void): void {
  const dir = contractsDir();
  if (dir !== undefined) {
    describe(name, () => body(dir));
    return;
  }
  const why = "the contracts folder is not there; PSYNC_CONTRACTS names it";
  describe(name, () => {
    if (process.env["PSYNC_REQUIRE_CONTRACTS"] === "1") {
      test("finds the contracts", () => expect(why).toBe("found"));
    } else {
      describe.skip(`skipped: ${why}`, () =>
        test("needs the contracts folder", () => expect(dir).toBeDefined()));
    }
  });
}

/** One recorded exchange, as the files hold it. */
export interface Exchange {
  readonly request: {
    readonly method: string;
    readonly url: string;
    readonly auth: string;
    readonly body?: Readonly<Record<string, unknown>>;
  };
  readonly response: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: unknown;
    readonly body_text?: string;
  };
}

/** Reads a recorded exchange. Rejects when the file is missing or is not JSON. */
export async function loadExchange(file: string): Promise<Exchange> {
  return JSON.parse(await readFile(file, "utf8")) as Exchange;
}
