import { expect, test } from "@jest/globals";

import type { Fault, FaultScript, FaultSettings, FaultSwitches } from "../../src/sandbox/fault.js";
import type { SandboxShop } from "../../src/sandbox/sandbox.js";
import { unusedUrl, withServer } from "../http/with-server.js";
import type { FakeClock } from "../support/fake-clock.js";
import {
  expectDone,
  expectRepaired,
  expectSound,
  type Imported,
  type ImportOptions,
  type Rig,
} from "./rig.js";
import { met, script } from "./script.js";

type Shop<Request, Answer> = SandboxShop & { readonly faults: FaultSwitches<Request, Answer> };

interface Opened<S, Request, Answer> {
  readonly shop: S & Shop<Request, Answer>;
  readonly rig: Rig;
}

/** A sound shop of several pages, and a rig on it. */
type Open<S, Request, Answer> = () => Promise<Opened<S, Request, Answer>>;

/** What the laws have to know of a cart. */
export interface Subject<S, Request, Answer> {
  readonly clock: FakeClock;
  readonly open: Open<S, Request, Answer>;
  /** The requests that go wrong: those for a page. */
  readonly isPage: (request: Request) => boolean;
  /** Which of them is the first in the middle of a read. */
  readonly middle: number;
  readonly refusal: (status: number, headers?: Readonly<Record<string, string>>) => Fault<Request, Answer>;
}

/** After a 429 no call comes early; `of` says which calls the wait is for. */
export function throttleLaw<S, Request, Answer>(
  { clock, open, isPage, refusal }: Subject<S, Request, Answer>,
  of: (url: string) => boolean = () => true,
): void {
  test.each<[string, () => string | undefined, number]>([
    ["seconds", () => "7", 7000],
    ["an HTTP date", () => new Date(clock.now() + 40_999).toUTCString(), 40_000],
    ["nothing", () => undefined, 500],
    ["a negative number", () => "-30", 500],
  ])("R20: 429 with %s: no call comes early, nothing is lost", async (_name, value, leastMs) => {
    const { shop, rig } = await open();
    const refused = (): Fault<Request, Answer> => {
      const told = value();
      return refusal(429, told === undefined ? {} : { "Retry-After": told });
    };
    shop.faults.add(script(refused, isPage, { from: 2, times: 1 }));
    await expectDone(rig, await rig.import());
    const calls = shop.requests.filter(({ url }) => of(url));
    const place = calls.findIndex(({ status }) => status === 429);
    const gap = (calls[place + 1]?.at ?? 0) - (calls[place]?.at ?? 0);
    expect(gap).toBeGreaterThanOrEqual(leastMs);
    expect(gap).toBeLessThanOrEqual(leastMs * 1.2);
  });
}

/** A wait that no run can wait for ends it; the next run goes on. */
export function longWaitLaw<S, Request, Answer>(
  { open, isPage, middle, refusal }: Subject<S, Request, Answer>,
  after: (shop: S) => void = () => undefined,
): void {
  test("R20: 429 for a thousand million seconds ends at once with the time to come back, and the next run resumes", async () => {
    const { shop, rig } = await open();
    shop.faults.add(script(refusal(429, { "Retry-After": "1000000000" }), isPage, { from: middle }));
    const run = await rig.import();
    expect(run).toMatchObject({ exit: 5, error: { code: "retry-after" } });
    expect(met(shop)).toBe(1);
    await expectSound(rig, run);
    expect((await expectRepaired(rig)).report.run).toBe(run.report.run);
    after(shop);
  });
}

/** A shop that stays away ends a run with code 5 and few calls. */
export function endlessStormLaw<S, Request, Answer>(
  { open, isPage, middle, refusal }: Subject<S, Request, Answer>,
  code: string,
): void {
  test("R21: a storm that does not end, or that stood there at the start, ends with code 5; the next run repairs", async () => {
    const { shop, rig } = await open();
    shop.faults.add(script(refusal(503), isPage, { from: middle }));
    const first = await rig.import();
    expect(first).toMatchObject({ exit: 5, error: { code } });
    await expectSound(rig, first);
    const calls = shop.requests.length;
    shop.faults.add(script(refusal(503), () => true));
    const second = await rig.import();
    expect(second.exit).toBe(5);
    expect(shop.requests.length - calls).toBeLessThan(60);
    expect(rig.text()).toBe("");
    await expectSound(rig, second);
    await expectRepaired(rig);
  });
}

interface Prepared<S, Request, Answer> extends Opened<S, Request, Answer> {
  readonly how?: ImportOptions;
  /** The one fault to be counted. Default: all. */
  readonly counted?: string;
}

/** Runs on one shop, each with its own faults, lose nothing; tells how many faults they met. */
export async function expectWholeInSeeds<S, Request, Answer>(
  seeds: number,
  prepare: (seed: number) => Prepared<S, Request, Answer> | Promise<Prepared<S, Request, Answer>>,
): Promise<number> {
  let faults = 0;
  for (let seed = 1; seed <= seeds; seed += 1) {
    const { shop, rig, how, counted } = await prepare(seed);
    const before = met(shop, counted);
    const run = await rig.import(how);
    faults += met(shop, counted) - before;
    expect({ seed, exit: run.exit }).toEqual({ seed, exit: 0 });
    await expectDone(rig, run);
    rig.close();
  }
  return faults;
}

/** Faults that a run survives without a trace. Each title begins with its number. */
export function survivalLaw<S, Request, Answer>(
  open: Open<S, Request, Answer>,
  cases: readonly (readonly [title: string, string | FaultScript<Request, Answer>, FaultSettings])[],
): void {
  test.each(cases)("%s: nothing is lost and nothing comes twice", async (_title, fault, settings) => {
    const { shop, rig } = await open();
    shop.faults.add(fault, settings);
    const run = await rig.import({ http: { timeouts: { idleMs: 150 } } });
    expect(met(shop)).toBeGreaterThan(0);
    await expectDone(rig, run);
    await expectRepaired(rig);
  });
}

/** A shop that is gone leaves the file alone; `edit` changes some of its records, `resumed` looks at the calls of the next run. */
export function silenceLaw<S, Request, Answer>(
  { open, isPage, middle }: Pick<Subject<S, Request, Answer>, "open" | "isPage" | "middle">,
  edit: (shop: S) => void,
  resumed: (requests: SandboxShop["requests"]) => void = () => undefined,
): void {
  test("R23: nobody answers any more in the middle of a read: code 5, the file untouched, and the next run resumes", async () => {
    const { shop, rig } = await open();
    await rig.import();
    const before = rig.text();
    edit(shop);
    shop.faults.add(script({ name: "reset", connection: "reset" }, isPage, { from: middle }));
    const run = await rig.import();
    expect(run).toMatchObject({ exit: 5, error: { code: "no-answer" } });
    expect(rig.text()).toBe(before);
    await expectSound(rig, run);
    const calls = shop.requests.length;
    expect((await expectRepaired(rig)).report.run).toBe(run.report.run);
    expect(rig.text()).not.toBe(before);
    resumed(shop.requests.slice(calls));
  });
}

/** Web pages with `title` in the place of every answer end a run. */
export function webPageLaw<S, Request, Answer>(
  open: Open<S, Request, Answer>,
  fault: string,
  title: string,
): void {
  test("R25: a web page instead of the shop, with 200, is code 5 with its title; nothing is written", async () => {
    const { shop, rig } = await open();
    shop.faults.add(fault, { every: 1 });
    const run = await rig.import();
    expect(run).toMatchObject({ exit: 5, error: { code: "web-page" } });
    expect((run.error as Error).message).toMatch(new RegExp(`web page.*${title}`));
    expect(rig.text()).toBe("");
    await expectSound(rig, run);
    await expectRepaired(rig);
  });
}

/** Addresses, put into `setting`, where nobody is. */
export function noHostLaw<S, Request, Answer>(
  open: Open<S, Request, Answer>,
  setting: "url" | "baseUrl",
): void {
  test("R30: a host that has no address, and one where nobody listens, are code 5", async () => {
    for (const url of ["http://no-such-shop.invalid", await unusedUrl()]) {
      const { rig } = await open();
      // Where no name server answers, looking up takes as long as it is let.
      const http = { timeouts: { connectMs: 300 } };
      const run = await rig.import({ settings: { [setting]: url }, http });
      expect(run).toMatchObject({ exit: 5, error: { code: "no-answer" } });
      await expectSound(rig, run);
    }
  });
}

/** What is behind the first page is gone (`cut`), and one record was changed meanwhile (`edit` gives the text). */
export function shortListLaw<S, Request, Answer>(
  clock: FakeClock,
  open: Open<S, Request, Answer>,
  edit: (shop: S) => string,
  cut: FaultScript<Request, Answer>,
): void {
  test("R26: when it stays so, code 8: what came is written, nothing counts as missing, the file loses nothing", async () => {
    const { shop, rig } = await open();
    await rig.import();
    const before = rig.skus();
    const cursor = await rig.ask((store, { connection }) => store.connection(connection));
    await clock.advance(3_600_000);
    const edited = edit(shop);
    shop.faults.add(cut);
    const run = await rig.import();
    expect(run).toMatchObject({ exit: 8, report: { status: "partial", counts: { missing: 0, updated: 1 } } });
    expect(run.events.some(({ kind }) => kind === "second-look")).toBe(true);
    expect(rig.skus()).toEqual(before);
    expect(rig.text()).toContain(edited);
    await expectSound(rig, run);
    // The cursor stays where the last complete pass left it.
    expect(await rig.ask((store, { connection }) => store.connection(connection))).toEqual(cursor);
    await expectRepaired(rig);
  });
}

/** A shop that suddenly has nothing. */
export function emptyShopLaw<S, Request, Answer>(
  open: Open<S, Request, Answer>,
  empty: FaultScript<Request, Answer>,
): void {
  test("R26: an empty shop where there was a full one is code 8, and the file keeps everything", async () => {
    const { shop, rig } = await open();
    await rig.import();
    const before = rig.text();
    shop.faults.add(empty);
    const run = await rig.import();
    expect(run).toMatchObject({ exit: 8, report: { counts: { read: 0, missing: 0 } } });
    expect(rig.text()).toBe(before);
    await expectSound(rig, run);
    await expectRepaired(rig);
  });
}

/** Pages that never come to an end: `calls` tells how many were asked for in vain, `most` how many may be. */
export function endlessPagesLaw<S, Request, Answer>(
  open: Open<S, Request, Answer>,
  fault: string,
  {
    code,
    calls,
    most,
  }: { readonly code: string; readonly calls: (shop: S) => number; readonly most: number },
): void {
  test("R28: a page that comes again and again is seen within two extra calls: code 6, nothing is written", async () => {
    const { shop, rig } = await open();
    await rig.import();
    const [before, sent] = [rig.text(), calls(shop)];
    shop.faults.add(fault);
    const run = await rig.import();
    expect(run).toMatchObject({ exit: 6, error: { code } });
    expect(calls(shop) - sent).toBe(most);
    expect(rig.text()).toBe(before);
    await expectSound(rig, run);
    await expectRepaired(rig);
  });
}

/** A field that is gone from so many of 20 records on a page; `words` stand in the message. */
export function vanishLaw<S, Request, Answer>(
  open: Open<S, Request, Answer>,
  without: (count: number) => FaultScript<Request, Answer>,
  words: string,
): void {
  test("R58: a field that vanishes from more than a fifth of the records: code 8, the cursor stays, the values stay", async () => {
    const { shop, rig } = await open();
    await rig.import();
    const before = rig.text();
    const vanish = async (count: number): Promise<Imported> => {
      shop.faults.clear();
      shop.faults.add(without(count));
      return rig.import();
    };
    const run = await vanish(5);
    expect(run).toMatchObject({ exit: 8, error: { code: "field-vanished" } });
    expect((run.error as Error).message).toContain(words);
    expect(rig.text()).toBe(before);
    await expectSound(rig, run);
    expect((await vanish(4)).exit).toBe(0);
    expect(rig.text()).toBe(before);
    await expectRepaired(rig);
  });
}

/** Runs `use` with the address of a host that must not get a call. */
export async function expectNotCalled(use: (url: string) => Promise<void>): Promise<void> {
  await withServer(
    (response) => response.end("{}"),
    async ({ url, seen }) => {
      await use(url);
      expect(seen).toEqual([]);
    },
  );
}

/** So large a change of everything stops a run before its first write, and is written where the operator says so. */
export async function expectForceNeeded(rig: Rig, change: () => void): Promise<void> {
  await rig.import({ priceSync: true });
  const before = rig.text();
  change();
  const stopped = await rig.import({ priceSync: true });
  expect(stopped).toMatchObject({ exit: 7, error: { code: "max-changes" } });
  expect(rig.text()).toBe(before);
  await expectSound(rig, stopped);
  const forced = await rig.import({ priceSync: true, request: { force: true } });
  expect(forced).toMatchObject({ exit: 0, report: { counts: { updated: 120 } } });
  await expectSound(rig, forced);
}
