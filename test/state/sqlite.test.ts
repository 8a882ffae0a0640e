import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, describe } from "@jest/globals";

import { openStateStore } from "../../src/state/open.js";
import { stateStoreSuite } from "../conformance/state-store.js";

describe("src/state/sqlite.ts", () => {
  const folder = mkdtempSync(join(tmpdir(), "psync-state-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  let files = 0;

  stateStoreSuite("SQLite file", async () => {
    files += 1;
    const url = `sqlite:${join(folder, `${files}.db`)}`;
    return { store: await openStateStore(url), reopen: () => openStateStore(url) };
  });

  stateStoreSuite("SQLite in memory", async () => ({ store: await openStateStore("sqlite::memory:") }));
});
