import { afterEach, describe, expect, test } from "@jest/globals";
import { ConfigError, InterruptedError } from "../../src/errors.js";
import type { CheckResult } from "../../src/model/report.js";
import { startWooShop, type WooShop, type WooShopOptions } from "../../src/sandbox/woocommerce/server.js";
import { checksOf, failureOf, readPages, recordsOf } from "../conformance/channel.js";
import { createFakeClock } from "../support/fake-clock.js";
import { openWoo, type WooClient } from "../support/woo-bed.js";
import type { WooSettings } from "../../src/channels/woocommerce/index.js";

const clock = createFakeClock({ autoAdvance: true, now: Date.UTC(2026, 10, 24, 8) });
const opened: WooShop[] = [];

afterEach(async () => {
  for (const shop of opened.splice(0)) await shop.close();
});

async function openShop(options: WooShopOptions = {}): Promise<WooShop> {
  const shop = await startWooShop({ products: 12, clock: () => clock.now(), ...options });
  opened.push(shop);
  return shop;
}

function openClient(shop: WooShop, settings: Partial<WooSettings> = {}): WooClient {
  const { consumerKey, consumerSecret } = shop.key;
  return openWoo(shop.url, { clock, settings: { consumerKey, consumerSecret, ...settings } });
}

const outcomesOf = (results: readonly CheckResult[]): Record<string, string> =>
  Object.fromEntries(results.map(({ name, outcome }) => [name, outcome]));

/** Refuses the settings, as a role does that may only read products. */
function refuseSettings(shop: WooShop): void {
  shop.faults.add({
    onRequest: (_n, { path }) =>
      path.includes("/settings/")
        ? {
            name: "403",
            instead: () => ({
              status: 403,
              headers: { "Content-Type": "application/json" },
              json: { code: "woocommerce_rest_cannot_view", message: "Sorry", data: { status: 403 } },
            }),
          }
        : undefined,
  });
}

describe("src/channels/woocommerce/check.ts", () => {
  test("a sound shop passes in a fixed order, and nothing is written", async () => {
    const shop = await openShop();
    const results = await checksOf(openClient(shop).channel);
    expect(Object.entries(outcomesOf(results))).toEqual([
      ["url", "pass"],
      ["reachable", "pass"],
      ["redirect", "pass"],
      ["credentials", "pass"],
      ["units", "pass"],
      ["version", "pass"],
      ["variations", "pass"],
      ["clock", "pass"],
      ["write-permission", "skip"],
    ]);
    expect(results.find(({ name }) => name === "units")?.message).toBe(
      "weights in lbs, sizes in in, prices in AUD",
    );
    expect(results.find(({ name }) => name === "version")?.message).toContain("11.0.1");
    expect(new Set(shop.requests.map(({ method }) => method))).toEqual(new Set(["GET"]));
  });

  test("an address that is none fails first, and the rest is skipped", async () => {
    const { channel } = openWoo("shop.example", { clock });
    const results = await checksOf(channel);
    expect(results[0]).toMatchObject({ name: "url", outcome: "fail", exitCode: 4 });
    expect(results.slice(1).every(({ outcome }) => outcome === "skip")).toBe(true);
    expect(await failureOf(readPages(channel))).toBeInstanceOf(ConfigError);
  });

  test.each([
    ["redirect", "redirect", 4],
    ["firewall", "credentials", 12],
    ["no-permalinks", "credentials", 6],
  ])("%s fails the check %s", async (fault, check, exitCode) => {
    const shop = await openShop();
    shop.faults.add(fault);
    const results = await checksOf(openClient(shop).channel);
    const failed = results.filter(({ outcome }) => outcome === "fail");
    expect(failed).toEqual([expect.objectContaining({ name: check, exitCode, hint: expect.any(String) })]);
    const after = results.slice(results.findIndex(({ name }) => name === check) + 1);
    expect(after.every(({ outcome }) => outcome === "skip")).toBe(true);
  });

  test("a site without WooCommerce is told as such", async () => {
    const shop = await openShop();
    shop.faults.add({
      onRequest: (_n, { path }) =>
        path === "/wp-json/"
          ? {
              name: "plain",
              answer: (answer) => ({ ...answer, json: { name: "Blog", namespaces: ["wp/v2"] } }),
            }
          : undefined,
    });
    const results = await checksOf(openClient(shop).channel);
    expect(outcomesOf(results)["reachable"]).toBe("fail");
  });

  test("a shop that is off is exit code 5", async () => {
    const shop = await openShop();
    await shop.close();
    const results = await checksOf(openClient(shop).channel);
    expect(results.find(({ outcome }) => outcome === "fail")).toMatchObject({
      name: "reachable",
      exitCode: 5,
    });
  });

  test("an old shop warns that variations take a request for each product", async () => {
    const results = await checksOf(openClient(await openShop({ version: "10.2.0" })).channel);
    expect(outcomesOf(results)["variations"]).toBe("warn");
  });

  test("a clock that is off is a warning", async () => {
    const shop = await openShop({ clock: () => clock.now() + 10 * 60_000 });
    const clockCheck = (await checksOf(openClient(shop).channel)).find(({ name }) => name === "clock");
    expect(clockCheck).toMatchObject({ outcome: "warn", message: expect.stringContaining("600 s behind") });
  });

  test("units that cannot be had fail with the options to set; the other checks still run", async () => {
    const shop = await openShop();
    refuseSettings(shop);
    shop.faults.add({
      onRequest: (_n, { path }) =>
        path.includes("/wc/store/")
          ? { name: "404", instead: () => ({ status: 404, headers: {}, text: "" }) }
          : undefined,
    });
    const results = await checksOf(openClient(shop).channel);
    expect(results.find(({ name }) => name === "units")).toMatchObject({
      outcome: "fail",
      exitCode: 4,
      hint: expect.stringMatching(/source\.weightUnit and source\.dimensionUnit/),
    });
    expect(outcomesOf(results)["clock"]).toBe("pass");
  });

  test("an abort is an interruption, not a failed check", async () => {
    const { channel } = openClient(await openShop());
    const abort = new AbortController();
    const results = channel.check(abort.signal)[Symbol.asyncIterator]();
    await results.next();
    abort.abort();
    await expect(results.next()).rejects.toBeInstanceOf(InterruptedError);
  });
});

const unitsOf = async (client: WooClient): Promise<unknown[]> => {
  const fields = recordsOf(await readPages(client.channel))[0]?.fields;
  return [fields?.["weight_unit"], fields?.["dimension_unit"]];
};

describe("src/channels/woocommerce/units.ts", () => {
  test("come from the shop's settings", async () => {
    const shop = await openShop();
    shop.setUnits({ weightUnit: "oz", dimensionUnit: "mm" });
    expect(await unitsOf(openClient(shop))).toEqual(["oz", "mm"]);
  });

  test("come from the storefront where settings are refused", async () => {
    const shop = await openShop();
    refuseSettings(shop);
    expect(await unitsOf(openClient(shop))).toEqual(["lbs", "in"]);
    const open = shop.requests.filter(({ url }) => url.includes("/wc/store/"));
    expect(open).toHaveLength(1);
    expect(open[0]?.url).not.toContain("oauth_");
  });

  test("come from the config before all, and then cost no request", async () => {
    const shop = await openShop();
    expect(await unitsOf(openClient(shop, { weightUnit: "kg", dimensionUnit: "cm" }))).toEqual(["kg", "cm"]);
    expect(shop.requests.some(({ url }) => url.includes("/settings/"))).toBe(false);
  });
});
