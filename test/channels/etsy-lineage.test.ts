import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";

import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { transformSync } from "@swc/core";

import { type EtsyShop, type EtsyShopOptions, startEtsyShop } from "../../src/sandbox/etsy/server.js";
import { Programs } from "../state/compiled.js";
import { apiCalls, tokenCalls } from "../support/etsy-bed.js";

/** Reads a shop as `psync` does, with what it keeps in a state file, and may die when it has a new pair in its hands. */
const reader = `
  import { createEtsyChannel, etsyHttpPolicy } from "./channels/etsy/index.js";
  import { createHttpClient } from "./http/client.js";
  import { systemClock as clock } from "./http/clock.js";
  import { createChannelMemory } from "./pipeline/memory.js";
  import { thisProcess } from "./state/holder.js";
  import { openStateStore } from "./state/open.js";
  const [url, config, dies] = process.argv.slice(2);
  const settings = JSON.parse(config);
  const store = await openStateStore(url);
  const holder = thisProcess("sync", "etsy");
  const sleep = (ms, signal) => clock.sleep(ms, signal);
  const die = () => process.kill(process.pid, "SIGKILL");
  const own = createChannelMemory(() => "etsy " + settings.shopId, { store, holder, sleep });
  const memory = {
    ...own,
    exclusive: (name, signal, work) => own.exclusive(name, signal, (keep) => work(async (entries) => {
      if (dies === "before") die();
      await keep(entries);
      if (dies === "after") die();
    })),
  };
  const warn = (text) => console.log("warning: " + text);
  const http = createHttpClient({ ...etsyHttpPolicy(clock), userAgent: "psync/test", clock });
  const same = (text) => text;
  const channel = createEtsyChannel(settings, { http, clock, memory, warn, redact: same, hide: same });
  try {
    let records = 0;
    for await (const page of channel.read({}, new AbortController().signal)) records += page.records.length;
    console.log("read " + records);
  } catch (error) {
    console.log(error.code + " " + error.exitCode);
  }
  await store.close();
  process.exit();
`;

const src = resolve(import.meta.dirname, "../../src");

/** Puts more of psync beside the state room. */
function addRooms(folder: string): void {
  const rooms = ["http", "channels/etsy"].flatMap((room) =>
    readdirSync(join(src, room)).map((file) => join(room, file)),
  );
  const single = [
    "pipeline/memory.ts",
    ...readdirSync(join(src, "channels")).map((file) => `channels/${file}`),
  ];
  for (const file of [...rooms, ...single].filter((name) => name.endsWith(".ts"))) {
    const target = join(folder, file.replace(/\.ts$/, ".js"));
    mkdirSync(dirname(target), { recursive: true });
    const { code } = transformSync(readFileSync(join(src, file), "utf8"), {
      jsc: { target: "es2022", parser: { syntax: "typescript" } },
      module: { type: "es6" },
    });
    writeFileSync(target, code);
  }
}

describe("src/channels/etsy/tokens.ts", () => {
  const folder = mkdtempSync(join(tmpdir(), "psync-lineage-"));
  let programs: Programs;
  let states = 0;

  beforeAll(() => {
    programs = new Programs();
    addRooms(programs.folder);
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
    rmSync(programs.folder, { recursive: true });
  });

  async function withShop(
    use: (shop: EtsyShop, run: (dies?: "before" | "after") => Promise<string>) => Promise<void>,
    options: EtsyShopOptions = {},
  ): Promise<void> {
    const shop = await startEtsyShop({ listings: 20, odd: false, ...options });
    const url = `sqlite:${join(folder, `${(states += 1)}.db`)}`;
    const { channel: _channel, ...settings } = shop.config;
    const run = async (dies = ""): Promise<string> => {
      const program = programs.start(reader, [url, JSON.stringify(settings), dies]);
      return (await program.stop()).join("; ");
    };
    try {
      await use(shop, run);
    } finally {
      await shop.close();
    }
  }

  test("two processes that start at once on one state file refresh once, and both read everything", () =>
    withShop(async (shop, run) => {
      const whole = `read ${shop.keys().length}`;
      expect(await Promise.all([run(), run()])).toEqual([whole, whole]);
      expect(tokenCalls(shop)).toBe(1);
      expect(new Set(apiCalls(shop).map(({ headers }) => headers["authorization"])).size).toBe(1);
    }));

  test("a process that is killed between keeping a pair and using it loses nothing: the next one uses it", () =>
    withShop(async (shop, run) => {
      expect(await run("after")).toBe("");
      expect(apiCalls(shop)).toEqual([]);
      expect(await run()).toBe(`read ${shop.keys().length}`);
      expect(tokenCalls(shop)).toBe(1);
    }));

  test("one that is killed with the answer in its hands loses nothing while the old token is good", () =>
    withShop(
      async (shop, run) => {
        expect(await run("before")).toBe("");
        // It had the lock, and being dead it does not hold up the next one.
        expect(await run()).toBe(`read ${shop.keys().length}`);
        expect(tokenCalls(shop)).toBe(2);
      },
      { strictRotation: false },
    ));

  test("where the old token is dead at once, that is told with code 12", () =>
    withShop(async (shop, run) => {
      expect(await run("before")).toBe("");
      expect(await run()).toBe("invalid-grant 12");
      expect(apiCalls(shop)).toEqual([]);
    }));
});
