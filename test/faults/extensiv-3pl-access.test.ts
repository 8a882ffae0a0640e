import { describe, expect, test } from "@jest/globals";

import { AuthError, ConfigError } from "../../src/errors.js";
import type { ExtensivAnswer, ExtensivRequest } from "../../src/sandbox/extensiv-3pl/answer.js";
import { isTokenRequest, itemAction } from "../../src/sandbox/extensiv-3pl/warehouse.js";
import type { RequestLogEntry } from "../../src/sandbox/sandbox.js";
import { extensivDefaults } from "../support/extensiv-bed.js";
import { script } from "./script.js";
import { expectDone, expectRepaired, expectSound, expectWhole, standing } from "./warehouse-laws.js";
import { thinProduct } from "./warehouse-products.js";
import { createWarehouseRigs, type WarehouseRig } from "./warehouse-rig.js";

const open = createWarehouseRigs();

type Kind = (request: ExtensivRequest) => boolean;

const isCreate: Kind = (request) => itemAction(request) === "create";

function writes({ warehouse }: WarehouseRig): readonly RequestLogEntry[] {
  return warehouse.requests.filter(({ method, url }) => method !== "GET" && !url.endsWith("/Token"));
}

describe("src/destinations/extensiv-3pl/token.ts", () => {
  test.each([1, 4, 8])(
    "R31: tokens end all the time, %i requests at once: nothing is lost",
    async (concurrency) => {
      const rig = await open({ products: 40 });
      rig.warehouse.faults.add("token-expires", { every: 12 });
      expectDone(rig, await rig.import({ concurrency }));
      for (let index = 0; index < 40; index += 2) rig.sell(thinProduct(index, 1));
      expectDone(rig, await rig.import({ concurrency }));
      await expectRepaired(rig);
    },
  );

  test("R31: fifty requests that are refused at once come to one new token", async () => {
    const rig = await open({ products: 60 });
    expectDone(rig, await rig.import());
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
    expectDone(rig, await rig.import({ concurrency: 50 }));
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
    expectSound(rig, run);
    await expectRepaired(rig);
  });

  test("R31: a token endpoint that fails twice is asked again; one that always fails is code 5", async () => {
    const rig = await open();
    rig.warehouse.faults.add("token-error", { times: 200 });
    const failed = await rig.import();
    expect(failed).toMatchObject({ exit: 5, error: { code: "server-error" } });
    expect(writes(rig)).toEqual([]);
    expect(rig.warehouse.requests.length).toBeLessThanOrEqual(60);
    expectSound(rig, failed);
    rig.warehouse.faults.clear();
    rig.warehouse.faults.add("token-error");
    expectDone(rig, await rig.import());
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
    expectDone(rig, await rig.import());
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
      expectDone(rig, await rig.import());
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
      expectSound(rig, run);
      await expectRepaired(rig);
    },
  );

  test("R37: a server that repeats token and secret in its refusals is quoted without them", async () => {
    const rig = await open();
    const { clientSecret } = extensivDefaults;
    const echo = script<ExtensivRequest, ExtensivAnswer>(
      ({ headers }) => ({
        name: "echo",
        instead: () => ({
          status: 400,
          json: { ErrorCode: "Odd", Hint: `No: ${headers["authorization"]?.slice(7)}, ${clientSecret}` },
        }),
      }),
      isCreate,
      { times: 3 },
    );
    rig.warehouse.faults.add(echo);
    const run = await rig.import();
    expect(run.list.map(({ code }) => code)).toEqual(["odd", "odd", "odd"]);
    expectSound(rig, run);
    await expectRepaired(rig);
  });

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
