import { describe, expect, test } from "@jest/globals";

import type { ExtensivAnswer, ExtensivRequest } from "../../src/sandbox/extensiv-3pl/answer.js";
import type { Fault } from "../../src/sandbox/extensiv-3pl/fault.js";
import { isTokenRequest, itemAction } from "../../src/sandbox/extensiv-3pl/warehouse.js";
import { expectNotCalled } from "./laws.js";
import { script } from "./script.js";
import { expectDone, expectRepaired, expectSound, standing } from "./warehouse-laws.js";
import { thinProduct } from "./warehouse-products.js";
import { createWarehouseRigs } from "./warehouse-rig.js";

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
      expectDone(rig, await rig.import());
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
      expectSound(rig, run);
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
        warehouse.faults.add("storm", { from });
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
      expectDone(rig, run);
      await expectRepaired(rig);
    },
  );

  test("R21: a storm that does not end is code 5 with few calls; the next run repairs", async () => {
    const rig = await open();
    rig.warehouse.faults.add(script(refusal(503), isApi, { from: 20 }));
    const first = await rig.import();
    expect(first).toMatchObject({ exit: 5, error: { code: "server-error" } });
    expect(rig.warehouse.requests.length).toBeLessThan(100);
    expectSound(rig, first);
    rig.loseState();
    await expectRepaired(rig);
  });

  test("R23: nobody answers any more in the middle of the writes: code 5; the next run repairs", async () => {
    const rig = await open();
    rig.warehouse.faults.add(script({ name: "reset", connection: "reset" }, () => true, { from: 20 }));
    const run = await rig.import();
    expect(run).toMatchObject({ exit: 5, error: { code: "no-answer" } });
    expectSound(rig, run);
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
    expectSound(rig, run);
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
    expectDone(rig, await rig.import({ http }));
    rig.sell(thinProduct(3, 1), thinProduct(9, 1));
    rig.loseState();
    expectDone(rig, await rig.import({ http }));
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
      expectDone(rig, await rig.import());
      rig.sell(thinProduct(3, 1));
      rig.warehouse.faults.add(script(refusal(302, { Location: elsewhere }), isReplace));
      const run = await rig.import();
      expect(run).toMatchObject({ exit: 4, error: { code: "redirect" } });
      expectSound(rig, run);
      await expectRepaired(rig);
    });
  });
});
