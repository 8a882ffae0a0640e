import { describe, expect, test } from "@jest/globals";

import { AuthError, ConfigError } from "../../src/errors.js";
import type { ExtensivAnswer, ExtensivRequest } from "../../src/sandbox/extensiv-3pl/answer.js";
import type { Fault } from "../../src/sandbox/extensiv-3pl/fault.js";
import { isTokenRequest, itemAction } from "../../src/sandbox/extensiv-3pl/warehouse.js";
import type { RequestLogEntry } from "../../src/sandbox/sandbox.js";
import { expectNotCalled } from "./laws.js";
import { script } from "./script.js";
import { expectDone, expectRepaired, expectSound, expectWhole } from "./warehouse-laws.js";
import { thinProduct } from "./warehouse-products.js";
import { createWarehouseRigs, type WarehouseRig } from "./warehouse-rig.js";

const open = createWarehouseRigs();

type Kind = (request: ExtensivRequest) => boolean;

const isCreate: Kind = (request) => itemAction(request) === "create";
const isReplace: Kind = (request) => itemAction(request) === "replace";
const isRead: Kind = (request) => itemAction(request) === "read";
const isApi: Kind = (request) => !isTokenRequest(request);

function refusal(status: number, headers: ExtensivAnswer["headers"] = {}): Fault {
  const answer = { status, headers: { "Content-Type": "text/plain", ...headers }, text: "No." };
  return { name: `${status}`, instead: () => answer };
}

/** What stands in the warehouse, without dates and versions. */
function standing({ warehouse }: WarehouseRig): unknown {
  return warehouse.items().map((item) => ({ ...item, readOnly: undefined }));
}

function writes({ warehouse }: WarehouseRig, from = 0): readonly RequestLogEntry[] {
  return warehouse.requests
    .slice(from)
    .filter(({ method, url }) => method !== "GET" && !url.endsWith("/Token"));
}

describe("src/destinations/extensiv-3pl/api.ts", () => {
  const kinds = [
    ["a create", isCreate, 3],
    ["an update", isReplace, 3],
    ["a list", isRead, 1],
    ["a token", isTokenRequest, 1],
  ] as const;
  const waits: readonly (readonly [string, (now: number) => string | undefined, number])[] = [
    ["seconds", () => "7", 7000],
    ["an HTTP date", (now) => new Date(now + 40_999).toUTCString(), 40_000],
    ["nothing", () => undefined, 500],
    ["a negative number", () => "-30", 500],
  ];
  test.each(kinds.flatMap((kind) => waits.map((wait) => [kind[0], wait[0], kind, wait] as const)))(
    "R20: 429 to %s, with %s: no call comes early, nothing is lost",
    async (_what, _how, [, of, from], [, value, leastMs]) => {
      const rig = await open();
      const { clock, warehouse } = rig;
      const fault = (): Fault => {
        const told = value(clock.now());
        return refusal(429, told === undefined ? {} : { "Retry-After": told });
      };
      warehouse.faults.add(script(fault, of, { from, times: 1 }));
      await expectDone(rig, await rig.import());
      const place = warehouse.requests.findIndex(({ status }) => status === 429);
      const at = warehouse.requests[place]?.at ?? 0;
      const later = warehouse.requests.slice(place + 1);
      // What was under way already is there at once, three calls at most.
      const early = later.filter((call) => call.at - at < leastMs);
      expect(early.filter((call) => call.at > at)).toEqual([]);
      expect(early.length).toBeLessThanOrEqual(3);
      const next = later.find((call) => call.at - at >= leastMs);
      // Where nothing is told, psync's own pause counts.
      expect((next?.at ?? 0) - at).toBeLessThanOrEqual(leastMs > 500 ? leastMs * 1.2 : 1200);
    },
  );

  test.each([
    ["a create", isCreate, 4],
    ["an update", isReplace, 3],
    ["a list", isRead, 1],
    ["a token", isTokenRequest, 1],
  ] as const)(
    "R20: 429 to %s for a thousand million seconds ends at once with the time to come back; the next run goes on",
    async (_what, of, from) => {
      const rig = await open();
      rig.warehouse.faults.add(script(refusal(429, { "Retry-After": "1000000000" }), of, { from }));
      const run = await rig.import();
      expect(run).toMatchObject({ exit: 5, error: { code: "retry-after" } });
      const place = rig.warehouse.requests.findIndex(({ status }) => status === 429);
      expect(rig.warehouse.requests.length - place).toBeLessThanOrEqual(4);
      await expectSound(rig, run);
      await expectRepaired(rig);
    },
  );

  test.each([
    ["429 and 503 by turns from the first call on", "storm", 1],
    ["429 and 503 by turns in the middle of the writes", "storm", 20],
    ["503 in the middle of the writes", 503, 20],
    ["429 in the middle of the writes", 429, 20],
    ["503 in the look-up", 503, 2],
  ] as const)(
    "R21: a storm of ten minutes, %s: at most 60 calls, and all is there",
    async (_what, kind, from) => {
      const rig = await open({ products: 40 });
      const { warehouse, clock } = rig;
      let until = Infinity;
      if (kind === "storm") {
        for (const seed of [1]) warehouse.faults.add("storm", { from, seed });
      } else {
        warehouse.faults.add({
          onRequest: (n, request) => {
            if (n < from || !isApi(request)) return undefined;
            if (until === Infinity) until = clock.now() + 600_000;
            return clock.now() < until ? { ...refusal(kind), name: "storm" } : undefined;
          },
        });
      }
      const run = await rig.import();
      const stormy = warehouse.requests.filter(({ faults }) => faults.includes("storm"));
      expect(stormy.length).toBeGreaterThan(5);
      expect(stormy.length).toBeLessThanOrEqual(60);
      expect(run.warnings).toHaveLength(1);
      await expectDone(rig, run);
      await expectRepaired(rig);
    },
  );

  test("R21: a storm that does not end is code 5 with few calls; the next run repairs", async () => {
    const rig = await open();
    rig.warehouse.faults.add(script(refusal(503), isApi, { from: 20 }));
    const first = await rig.import();
    expect(first).toMatchObject({ exit: 5, error: { code: "server-error" } });
    expect(rig.warehouse.requests.length).toBeLessThan(100);
    await expectSound(rig, first);
    rig.loseState();
    await expectRepaired(rig);
  });

  test("R23: nobody answers any more in the middle of the writes: code 5; the next run repairs", async () => {
    const rig = await open();
    rig.warehouse.faults.add(script({ name: "reset", connection: "reset" }, () => true, { from: 20 }));
    const run = await rig.import();
    expect(run).toMatchObject({ exit: 5, error: { code: "no-answer" } });
    await expectSound(rig, run);
    await expectRepaired(rig);
  });

  test("R25: a web page in the place of every answer is code 5 with its title, and nothing is written", async () => {
    const rig = await open();
    const before = standing(rig);
    rig.warehouse.faults.add("web-page", { every: 1 });
    const run = await rig.import();
    expect(run).toMatchObject({ exit: 5, error: { code: "web-page" } });
    expect((run.error as Error).message).toMatch(/web page.*Sign in/);
    expect(standing(rig)).toEqual(before);
    await expectSound(rig, run);
    await expectRepaired(rig);
  });

  test.each([
    ["R25: a web page comes in between", "web-page", { every: 5 }],
    ["R29: pages are smaller than asked for", "page-size", {}],
    ["R29: filters are ignored without a word", "rql-ignored", {}],
    ["R30: some requests are never answered", "hang", { every: 15 }],
  ] as const)("%s: nothing is lost and nothing comes twice", async (_title, fault, settings) => {
    const rig = await open();
    const http = { timeouts: { idleMs: 150 } };
    rig.warehouse.faults.add(fault, settings);
    await expectDone(rig, await rig.import({ http }));
    rig.sell(thinProduct(3, 1), thinProduct(9, 1));
    rig.loseState();
    await expectDone(rig, await rig.import({ http }));
    expect(rig.warehouse.requests.some(({ faults }) => faults.includes(fault))).toBe(true);
    await expectRepaired(rig);
  });

  test("R28, R33: another host in a link, a Location or a redirect gets no call", async () => {
    await expectNotCalled(async (elsewhere) => {
      const rig = await open({ links: "absolute" });
      const to = (text: string): string => text.replaceAll(rig.warehouse.url, elsewhere);
      rig.warehouse.faults.add({
        onRequest: () => ({
          name: "links",
          answer: ({ json, headers, ...answer }) => ({
            ...answer,
            json: json === undefined ? json : (JSON.parse(to(JSON.stringify(json))) as unknown),
            headers: Object.fromEntries(
              Object.entries(headers ?? {}).map(([name, value]) => [name, to(value)]),
            ),
          }),
        }),
      });
      await expectDone(rig, await rig.import());
      rig.sell(thinProduct(3, 1));
      rig.warehouse.faults.add(script(refusal(302, { Location: elsewhere }), isReplace));
      const run = await rig.import();
      expect(run).toMatchObject({ exit: 4, error: { code: "redirect" } });
      await expectSound(rig, run);
      await expectRepaired(rig);
    });
  });
});

describe("src/destinations/extensiv-3pl/token.ts", () => {
  test.each([1, 4, 8])(
    "R31: tokens end all the time, %i requests at once: nothing is lost",
    async (concurrency) => {
      const rig = await open({ products: 40 });
      rig.warehouse.faults.add("token-expires", { every: 12 });
      await expectDone(rig, await rig.import({ concurrency }));
      for (let index = 0; index < 40; index += 2) rig.sell(thinProduct(index, 1));
      await expectDone(rig, await rig.import({ concurrency }));
      await expectRepaired(rig);
    },
  );

  test("R31: fifty requests that are refused at once come to one new token", async () => {
    const rig = await open({ products: 60 });
    await expectDone(rig, await rig.import());
    for (let index = 0; index < 60; index += 1) rig.sell(thinProduct(index, 1));
    const before = rig.warehouse.tokens.length;
    const calls = rig.warehouse.requests.length;
    const isItem: Kind = ({ method, path }) => method === "GET" && /items\/\d+$/.test(path);
    const ends = script<ExtensivRequest, ExtensivAnswer>(
      () => {
        rig.warehouse.expireTokens();
        return { name: "ends" };
      },
      isItem,
      { times: 1 },
    );
    rig.warehouse.faults.add(ends);
    await expectDone(rig, await rig.import({ concurrency: 50 }));
    const refused = rig.warehouse.requests.slice(calls).filter(({ status }) => status === 401);
    expect(refused).toHaveLength(50);
    expect(rig.warehouse.tokens.length - before).toBe(2);
  });

  test("R31: a token endpoint that refuses in the middle of a run: code 12, what was written is known", async () => {
    const rig = await open();
    const { warehouse } = rig;
    const ends = script<ExtensivRequest, ExtensivAnswer>(
      () => {
        warehouse.expireTokens();
        warehouse.faults.add("token-refused");
        return { name: "ends" };
      },
      isCreate,
      { from: 6, times: 1 },
    );
    warehouse.faults.add(ends);
    const run = await rig.import();
    expect(run).toMatchObject({ exit: 12, error: { code: "client-refused" } });
    expect(
      warehouse.requests.filter(({ url, status }) => url.endsWith("/Token") && status === 401),
    ).toHaveLength(1);
    expect(run.report.counts.created).toBeGreaterThan(0);
    await expectSound(rig, run);
    await expectRepaired(rig);
  });

  test("R31: a token endpoint that fails twice is asked again; one that always fails is code 5", async () => {
    const rig = await open();
    rig.warehouse.faults.add("token-error", { times: 200 });
    const failed = await rig.import();
    expect(failed).toMatchObject({ exit: 5, error: { code: "server-error" } });
    expect(writes(rig)).toEqual([]);
    expect(rig.warehouse.requests.length).toBeLessThanOrEqual(60);
    await expectSound(rig, failed);
    rig.warehouse.faults.clear();
    rig.warehouse.faults.add("token-error");
    await expectDone(rig, await rig.import());
    await expectRepaired(rig);
  });

  test.each([
    ["the warehouse's clock is a day ahead", 86_400_000, 0],
    ["the warehouse's clock is a day behind", -86_400_000, 0],
    ["this machine's clock jumps ahead in mid-run", 0, 86_400_000],
    ["this machine's clock jumps back in mid-run, and the token ends", 0, -86_400_000],
  ])("R31: %s: nothing is lost, few tokens are asked for", async (_title, aheadMs, jumpMs) => {
    let ahead = aheadMs;
    const rig = await open({ ahead: () => ahead });
    const jump = script<ExtensivRequest, ExtensivAnswer>(
      () => {
        rig.clock.jump(jumpMs);
        ahead -= jumpMs;
        if (jumpMs < 0) rig.warehouse.expireTokens();
        return { name: "jump" };
      },
      isCreate,
      { from: 4, times: 1 },
    );
    rig.warehouse.faults.add(jump);
    await expectDone(rig, await rig.import());
    expect(rig.warehouse.tokens.length).toBeLessThanOrEqual(2);
    await expectRepaired(rig);
  });

  test.each([["1"], [0], [-5], [1e12], [undefined], ["soon"], [null]])(
    "R31: a life of %j is survived",
    async (life) => {
      const rig = await open();
      rig.warehouse.faults.add({
        onRequest: (_n, request) =>
          isTokenRequest(request)
            ? {
                name: "life",
                answer: (given) => ({ ...given, json: { ...Object(given.json), expires_in: life } }),
              }
            : undefined,
      });
      await expectDone(rig, await rig.import());
    },
  );
});

describe("src/destinations/extensiv-3pl/errors.ts", () => {
  test.each([
    [
      "the client is refused at its first call",
      { name: "token-refused" },
      "client-refused",
      "destination.clientSecret",
      1,
    ],
    ["every token is refused", { name: "bearer-refused" }, "token-refused", "Manage Credentials", 4],
    [
      "CustomerView is missing",
      { name: "role-missing", role: "CustomerView" },
      "missing-role",
      "Add CustomerView",
      2,
    ],
    ["ItemView is missing", { name: "role-missing", role: "ItemView" }, "missing-role", "Add ItemView", 3],
    ["ItemEdit is missing", { name: "role-missing", role: "ItemEdit" }, "missing-role", "Add ItemEdit", 20],
  ] as const)(
    "R32: %s: code 12 says where to click, nothing is written",
    async (_title, fault, code, words, most) => {
      const rig = await open();
      const before = standing(rig);
      const { name, ...settings } = fault;
      rig.warehouse.faults.add(name, settings);
      const run = await rig.import();
      expect(run).toMatchObject({ exit: 12, error: { code } });
      expect(run.error).toBeInstanceOf(AuthError);
      expect((run.error as AuthError).hint).toContain(words);
      expect(run.sent).toBeLessThanOrEqual(most);
      expect(standing(rig)).toEqual(before);
      expect(writes(rig).filter(({ status }) => status !== 403)).toEqual([]);
      // No read of an hour before that is known; that a right to write is missing shows at the first write only.
      expect(run.asked).toBe(words === "Add ItemEdit" ? 1 : 0);
      await expectSound(rig, run);
      await expectRepaired(rig);
    },
  );

  test("R32: a customer that is not there, and no customer to be seen, are code 4 before anything is read", async () => {
    const rig = await open();
    const run = await rig.import({ settings: { customerId: "4711" } });
    expect(run).toMatchObject({ exit: 4, asked: 0 });
    expect(run.error).toBeInstanceOf(ConfigError);
    expect((run.error as ConfigError).message).toContain("42 (Saltmarsh Supply)");
    await expectRepaired(rig);
    expectWhole(rig);
  });
});
