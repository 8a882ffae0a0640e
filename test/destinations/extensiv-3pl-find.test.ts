import { describe, expect, test } from "@jest/globals";
import type { CheckResult } from "../../src/model/report.js";
import { ConfigError, TransientError } from "../../src/errors.js";
import { sampleItems } from "../../src/sandbox/extensiv-3pl/sample.js";
import { toChange } from "../conformance/destination.js";
import { oddSkus } from "../conformance/samples.js";
import { calls, useExtensivBed, extensivDefaults, type ExtensivClient } from "../support/extensiv-bed.js";

const never = new AbortController().signal;
const each = { options: { inventoryUnit: { unitIdentifier: { name: "Each" } } } };
const itemsOf = (skus: readonly string[]): Record<string, unknown>[] =>
  skus.map((sku) => ({ sku, description: `Name of ${sku}`, ...each }));
const numbered = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `N-${String(index).padStart(4, "0")}`);

async function checksOf({ destination }: ExtensivClient): Promise<CheckResult[]> {
  const results: CheckResult[] = [];
  for await (const result of destination.check(never)) results.push(result);
  return results;
}

describe("src/destinations/extensiv-3pl/catalogue.ts", () => {
  const bed = useExtensivBed();

  async function findAll(client: ExtensivClient, skus: readonly string[]): Promise<string[]> {
    const found: string[] = [];
    for (let at = 0; at < skus.length; at += 100) {
      const items = await client.destination.find(skus.slice(at, at + 100), never);
      for (const [asked, { sku }] of items) {
        expect(sku.toLowerCase()).toBe(asked.toLowerCase());
        found.push(asked);
      }
    }
    return found;
  }

  test("nothing is sent before it is asked for something", async () => {
    const warehouse = await bed.openWarehouse();
    const { destination } = bed.openClient(warehouse);
    destination.shape?.({ sku: "A", name: "B" });
    expect(await destination.find([], never)).toEqual(new Map());
    expect(warehouse.requests).toEqual([]);
  });

  test("a warehouse of a hundred items is known after three requests", async () => {
    const warehouse = await bed.openWarehouse({ items: itemsOf(numbered(100)) });
    const client = bed.openClient(warehouse);
    expect(await findAll(client, numbered(100))).toEqual(numbered(100));
    expect(await findAll(client, ["x", "N-0099"])).toEqual(["N-0099"]);
    expect(warehouse.requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
      "POST /AuthServer/api/Token",
      "GET /customers/42",
      "GET /customers/42/items?pgsiz=100&pgnum=1",
    ]);
    expect(JSON.parse(warehouse.requests[0]?.body ?? "")).toEqual({
      grant_type: "client_credentials",
      user_login: "sandbox-bot",
    });
  });

  test("what was looked up before a write is not believed after it", async () => {
    const warehouse = await bed.openWarehouse({ items: itemsOf(numbered(3)) });
    const client = bed.openClient(warehouse);
    expect(await findAll(client, ["A", "N-0001"])).toEqual(["N-0001"]);
    await client.write([toChange({ sku: "A", name: "New" })]);
    expect(await findAll(client, ["A", "N-0001"])).toEqual(["A", "N-0001"]);
  });

  test("filters find odd SKUs in a warehouse that is larger, without regard to case", async () => {
    const skus = [...oddSkus, "😀".repeat(200)];
    const warehouse = await bed.openWarehouse({ items: itemsOf([...numbered(900), ...skus]) });
    const client = bed.openClient(warehouse);
    expect(await findAll(client, skus)).toEqual(skus);
    expect(await findAll(client, ["n-0007", "a*b", "none", "N-*"])).toEqual(["n-0007", "a*b"]);
    expect(calls(warehouse, "GET", /items\?/)).toBeLessThan(8);
    expect(client.warnings).toEqual([]);
    for (const { url } of warehouse.requests) expect(url.length).toBeLessThan(2048);
  });

  test("many look-ups come down to one listing", async () => {
    const warehouse = await bed.openWarehouse({ items: itemsOf(numbered(350)) });
    const client = bed.openClient(warehouse);
    const asked = Array.from({ length: 2000 }, (_, index) => `M-${index}`);
    expect(await findAll(client, [...asked, ...numbered(350)])).toEqual(numbered(350));
    expect(calls(warehouse, "GET", /items\?/)).toBeLessThanOrEqual(2 * 4);
  });

  test.each([
    ["page-size", 120, /sends 10 items a page although 100/],
    ["rql-ignored", 250, /does not filter items by SKU/],
    ["long-query", 250, undefined],
  ])("with %s everything is found", async (fault, count, warning) => {
    const warehouse = await bed.openWarehouse({ items: itemsOf(numbered(count)), faults: [fault] });
    const client = bed.openClient(warehouse);
    const skus = [...numbered(count), "unknown", "Z".repeat(1500)];
    expect(await findAll(client, skus)).toEqual(numbered(count));
    expect(client.warnings).toEqual(warning === undefined ? [] : [expect.stringMatching(warning)]);
  });

  test("an absent customer is a config error that names those that there are", async () => {
    const client = bed.openClient(await bed.openWarehouse(), { customerId: "7" });
    const failure: unknown = await client.destination.find(["A"], never).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ConfigError);
    expect(failure).toMatchObject({
      faults: [
        {
          path: "destination.customerId",
          message: expect.stringContaining("42 (Saltmarsh Supply), 43 (Tidewrack Trading)"),
        },
      ],
    });
  });

  test("the user and the 3PL are named as the settings say, and another address is never followed", async () => {
    const warehouse = await bed.openWarehouse();
    warehouse.faults.add({
      onRequest: (_n, { path }) =>
        path === "/customers/42"
          ? {
              name: "moved",
              instead: () => ({ status: 302, headers: { Location: "http://127.0.0.2:9/a?token=x" } }),
            }
          : undefined,
    });
    const tpl = "{4dd01f6c-0000-4000-8000-000000000000}";
    const { userLogin: _, ...rest } = extensivDefaults;
    const client = bed.openClient(warehouse, {
      ...rest,
      baseUrl: `${warehouse.url}/`,
      userLoginId: "7",
      tpl,
    });
    const failure: unknown = await client.destination.find(["A"], never).catch((error: unknown) => error);
    expect(failure).toMatchObject({
      code: "redirect",
      message: expect.stringContaining("http://127.0.0.2:9 (302)"),
      faults: [{ path: "destination.baseUrl" }],
    });
    const [token] = warehouse.requests;
    expect(JSON.parse(token?.body ?? "")).toMatchObject({
      grant_type: "client_credentials",
      user_login_id: "7",
      tpl,
    });
    expect(warehouse.requests).toHaveLength(2);
    expect(bed.openClient({ url: "https://secure-wms.com" }).destination.account).toBe(
      "secure-wms.com/customers/42",
    );
  });

  test("a web page in the place of data is nobody's fault for long", async () => {
    const client = bed.openClient(await bed.openWarehouse({ faults: [{ name: "web-page", every: 1 }] }));
    const failure: unknown = await client.destination.find(["A"], never).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(TransientError);
    expect(failure).toMatchObject({ message: expect.stringContaining("Sign in") });
  });

  test("a carton's size and weight are reserved where inventory units have none", async () => {
    const old = await bed.openWarehouse({ items: sampleItems, inventoryUnitSizes: false });
    const found = await bed.openClient(old).destination.find(["lum-stl-00000"], never);
    expect(found.get("lum-stl-00000")).toMatchObject({
      sku: "LUM-STL-00000",
      values: { sku: "LUM-STL-00000", name: "CAMP STOOL BEECH", UPC: "200000000004", retail_price: "37.50" },
      reserved: ["weight_lbs", "length_in", "width_in", "height_in"],
    });
    const newer = await bed.openWarehouse({ items: sampleItems });
    const item = (await bed.openClient(newer).destination.find(["LUM-STL-00000"], never)).get(
      "LUM-STL-00000",
    );
    expect(item?.reserved).toBeUndefined();
    expect(item?.values).toMatchObject({ weight_lbs: 1.5, length_in: 36, width_in: 10, height_in: 8.5 });
  });

  test("check tells what is wrong, and where to click", async () => {
    const warehouse = await bed.openWarehouse({ items: sampleItems });
    const good = await checksOf(bed.openClient(warehouse));
    expect(good.map(({ name, outcome }) => `${name}: ${outcome}`)).toEqual([
      "destination reachable: pass",
      "destination credentials: pass",
      "destination customer: pass",
      "destination items: pass",
      "destination unit of measure: pass",
      "destination rights: skip",
    ]);
    const unit = (await checksOf(bed.openClient(warehouse, { unitOfMeasure: "Stück" }))).find(
      ({ name }) => name === "destination unit of measure",
    );
    expect(unit).toMatchObject({ outcome: "warn", message: expect.stringContaining('"Each"') });
    const secret = await checksOf(bed.openClient(warehouse, { clientSecret: "another-secret" }));
    expect(secret.map(({ outcome }) => outcome)).toEqual(["pass", "fail", "skip", "skip", "skip", "skip"]);
    expect(secret[1]).toMatchObject({ exitCode: 12, hint: expect.stringContaining("destination.clientId") });
    const other = await checksOf(bed.openClient(warehouse, { customerId: "7" }));
    expect(other[2]).toMatchObject({ outcome: "fail", exitCode: 4 });
    await warehouse.close();
    const gone = await checksOf(bed.openClient(warehouse));
    expect(gone[0]).toMatchObject({ outcome: "fail", exitCode: 5 });
  });
});
