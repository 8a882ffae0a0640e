import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import {
  buildClientSchema,
  type IntrospectionQuery,
  NoDeprecatedCustomRule,
  parse,
  specifiedRules,
  validate,
} from "graphql";
import {
  type ErrorContext,
  toGraphqlError,
  toGrantError,
  toStatusError,
} from "../../src/channels/shopify/errors.js";
import { createLoopGuard } from "../../src/channels/shopify/loop-guard.js";
import { grow, newPageSize, restore, shrink } from "../../src/channels/shopify/page-size.js";
import { judgeShopify, observeCost } from "../../src/channels/shopify/policy.js";
import * as queries from "../../src/channels/shopify/queries.js";
import { type RecordFrame, toVariantRecord } from "../../src/channels/shopify/records.js";
import { parseResumeToken } from "../../src/channels/shopify/resume.js";
import type { HttpResponse } from "../../src/http/contract.js";
import { describeContract } from "../support/contracts.js";

const frame: RecordFrame = {
  shop: "harbor-goods.myshopify.com",
  statuses: ["ACTIVE", "UNLISTED"],
  withStock: true,
  withImages: true,
};

const image = (url: string | null) => ({ __typename: "MediaImage", image: url === null ? null : { url } });

/** A variant that nothing speaks against. */
const sound = {
  id: "gid://shopify/ProductVariant/45",
  legacyResourceId: "45",
  sku: "TOTE",
  requiresComponents: false,
  updatedAt: "2026-11-18T16:02:05Z",
  media: { nodes: [image("https://cdn.example/own.jpg?v=2")] },
  inventoryItem: {
    tracked: true,
    requiresShipping: true,
    inventoryLevel: { quantities: [{ name: "available", quantity: 37 }] },
  },
  product: {
    legacyResourceId: "9",
    status: "ACTIVE",
    isGiftCard: false,
    updatedAt: "2026-11-20T08:14:31Z",
    media: { nodes: [image("https://cdn.example/a.jpg?v=1"), image("https://cdn.example/own.jpg?v=2")] },
  },
};

function recordOf(
  patch: { variant?: object; item?: object; product?: object },
  how: Partial<RecordFrame> = {},
) {
  const variant = {
    ...sound,
    ...patch.variant,
    inventoryItem: { ...sound.inventoryItem, ...patch.item },
    product: { ...sound.product, ...patch.product },
  };
  return toVariantRecord(variant, "45", { ...frame, ...how });
}

describe("src/channels/shopify/records.ts", () => {
  test("the variant as sent, with quantity and images beside it", () => {
    const record = recordOf({});
    expect(record.fields).toEqual({
      ...sound,
      quantity: 37,
      images: ["https://cdn.example/own.jpg?v=2", "https://cdn.example/a.jpg?v=1"],
    });
    expect(record.key).toBe("45");
    expect(record.updatedAt).toBe("2026-11-20T08:14:31Z");
    expect(record.address).toBe("https://harbor-goods.myshopify.com/admin/products/9/variants/45");
    expect(record.unfit).toBeUndefined();
  });

  test.each([
    ["not tracked", { item: { tracked: false } }, undefined],
    ["not stocked at the location", { item: { inventoryLevel: null } }, undefined],
    ["no such quantity", { item: { inventoryLevel: { quantities: [] } } }, undefined],
    [
      "less than nothing",
      { item: { inventoryLevel: { quantities: [{ name: "available", quantity: -3 }] } } },
      -3,
    ],
    ["nothing left", { item: { inventoryLevel: { quantities: [{ name: "available", quantity: 0 }] } } }, 0],
  ])("quantity: %s", (_name, patch, quantity) => {
    const { fields } = recordOf(patch);
    expect(fields["quantity"]).toBe(quantity);
    expect(Object.hasOwn(fields, "quantity")).toBe(quantity !== undefined);
  });

  test("no quantity and no images where none were asked for", () => {
    const { fields } = recordOf({}, { withStock: false, withImages: false });
    expect(Object.hasOwn(fields, "quantity")).toBe(false);
    expect(Object.hasOwn(fields, "images")).toBe(false);
  });

  test("pictures that are not ready and films are left out; twenty are kept", () => {
    const many = Array.from({ length: 30 }, (_, index) => image(`https://cdn.example/${index}.jpg`));
    const nodes = [image(null), { __typename: "Video" }, ...many];
    const { fields } = recordOf({ product: { media: { nodes } } });
    expect(fields["images"]).toHaveLength(20);
    expect(fields["images"]).toEqual(expect.arrayContaining(["https://cdn.example/own.jpg?v=2"]));
  });

  test.each([
    [{ product: { status: "DRAFT" } }, ["status"]],
    [{ product: { status: "UNLISTED" } }, []],
    [{ product: { isGiftCard: true } }, ["not-sellable"]],
    [{ variant: { requiresComponents: true } }, ["not-sellable"]],
    [{ item: { requiresShipping: false } }, ["not-shippable"]],
    [{ variant: { sku: null } }, ["no-sku"]],
    [{ variant: { sku: "  " } }, ["no-sku"]],
  ])("unfit: %j", (patch, codes) => {
    expect((recordOf(patch).unfit ?? []).map(({ code }) => code)).toEqual(codes);
  });

  test("the status is named", () => {
    expect(recordOf({ product: { status: "ARCHIVED" } }).unfit?.[0]?.message).toContain("ARCHIVED");
  });
});

const secret = "shpat_0123456789abcdef";
const context: ErrorContext = {
  what: "VariantPage",
  shop: "harbor-goods.myshopify.com",
  apiVersion: "2026-10",
  grant: false,
  redact: (text) => text.replaceAll(secret, "***"),
};

const answer = (status: number, body: unknown, headers: Record<string, string> = {}): HttpResponse => ({
  status,
  headers,
  text: typeof body === "string" ? body : JSON.stringify(body),
  url: "https://harbor-goods.myshopify.com/admin/api/2026-10/graphql.json",
});

describe("src/channels/shopify/errors.ts", () => {
  test.each([
    [401, "token-refused", 12],
    [403, "forbidden", 12],
    [402, "shop-frozen", 6],
    [423, "shop-locked", 6],
    [404, "no-such-shop", 4],
    [400, "bad-request", 6],
    [301, "redirect", 4],
    [418, "unexpected-answer", 6],
  ])("status %i is %s", (status, code, exitCode) => {
    const error = toStatusError(
      answer(
        status,
        { errors: `no ${secret} ${"x".repeat(500)}` },
        { location: `https://other.example/?t=${secret}` },
      ),
      context,
    );
    expect(error).toMatchObject({ code, exitCode });
    expect(`${error.message} ${error.hint ?? ""}`).not.toContain(secret);
    expect(error.message.length).toBeLessThan(300);
  });

  test.each([
    [
      "ACCESS_DENIED",
      "Access denied for locations field. Required access: `read_locations` access scope.",
      "missing-scope",
      12,
    ],
    ["SHOP_INACTIVE", "closed", "shop-inactive", 6],
    ["MAX_COST_EXCEEDED", "Query cost is 2003", "too-costly", 6],
    ["THROTTLED", "Throttled", "throttled-inside", 5],
    ["INTERNAL_SERVER_ERROR", "Internal error. Request ID: 1", "shop-failed", 5],
    [undefined, "Timeout", "shop-failed", 5],
    [undefined, "Invalid cursor for current pagination sort.", "bad-cursor", 6],
    ["undefinedField", "Field 'x' doesn't exist", "query-refused", 6],
  ])("%s, %s", (code, message, ours, exitCode) => {
    const errors = [{ message, extensions: { code }, path: ["locations"] }];
    const error = toGraphqlError(errors, context);
    expect(error).toMatchObject({ code: ours, exitCode });
    expect(error.message).not.toContain("\n");
  });

  test("a missing scope is named, with the place where it is given", () => {
    const message = "Access denied for locations field. Required access: `read_locations` access scope.";
    const errors = [{ message, extensions: { code: "ACCESS_DENIED" }, path: ["locations"] }];
    const byToken = toGraphqlError(errors, context);
    expect(byToken.message).toBe("the app may not read locations: the scope read_locations is missing");
    expect(byToken.hint).toMatch(/read_locations.*Settings > Apps/);
    expect(toGraphqlError(errors, { ...context, grant: true }).hint).toMatch(/Dev Dashboard.*release/);
  });

  test.each([
    [{ error: "app_not_installed" }, "app-not-installed"],
    ["<html><body>Oauth error shop_not_permitted: no</body></html>", "shop-not-permitted"],
    [{ error: "invalid_client", error_description: "unknown" }, "grant-refused"],
  ])("a grant that is refused: %j", (body, code) => {
    expect(toGrantError(answer(400, body), context)).toMatchObject({ code, exitCode: 12 });
  });
});

describe("src/channels/shopify/policy.ts", () => {
  const throttled = (requestedQueryCost: number, currentlyAvailable: number) =>
    answer(200, {
      errors: [{ message: "Throttled", extensions: { code: "THROTTLED" } }],
      extensions: {
        cost: {
          requestedQueryCost,
          actualQueryCost: null,
          throttleStatus: { maximumAvailable: 2000, currentlyAvailable, restoreRate: 100 },
        },
      },
    });

  test("a throttled answer waits until the missing points are back, one second at least", () => {
    expect(judgeShopify(throttled(891, 91))).toEqual({ throttled: true, retryAfterMs: 8000 });
    expect(judgeShopify(throttled(100, 91))).toEqual({ throttled: true, retryAfterMs: 1000 });
  });

  test("a product that is called THROTTLED is no refusal", () => {
    expect(judgeShopify(answer(200, { data: { title: '"code":"THROTTLED"' } }))).toBe(false);
    expect(judgeShopify(answer(200, `{"data":{"title":"THROTTLED"},"errors":null}`))).toBe(false);
  });

  test("the bucket is read out of every answer, and never out of a text", () => {
    expect(observeCost(throttled(1, 91))).toEqual({
      bucket: "cost",
      capacity: 2000,
      remaining: 91,
      refillPerSec: 100,
    });
    const lie = JSON.stringify({ throttleStatus: { currentlyAvailable: 5 } });
    expect(observeCost(answer(200, { data: { title: lie } }))).toBeUndefined();
  });

  test.each([
    [429, true],
    [503, true],
    [520, true],
    [401, false],
    [200, false],
  ])("status %i", (status, verdict) => {
    expect(judgeShopify(answer(status, "{}"))).toBe(verdict);
  });
});

describe("src/channels/shopify/page-size.ts", () => {
  test("halves down to one, and goes back at once when it was one record", () => {
    const state = newPageSize(250);
    const sizes: number[] = [];
    while (shrink(state, false)) sizes.push(state.size);
    expect(sizes).toEqual([125, 62, 31, 15, 7, 3, 1]);
    restore(state);
    expect(state.size).toBe(250);
  });

  test("grows slowly, and never beyond what costs too much", () => {
    const state = newPageSize(250);
    shrink(state, true);
    shrink(state, false);
    for (let page = 0; page < 3; page += 1) grow(state);
    expect(state.size).toBe(93);
    for (let page = 0; page < 30; page += 1) grow(state);
    expect(state.size).toBe(125);
  });

  test("stays within its limits whatever happens", () => {
    const step = fc.constantFrom("shrink", "cost", "grow", "restore");
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const state = newPageSize(250);
        for (const name of steps) {
          if (name === "grow") grow(state);
          else if (name === "restore") restore(state);
          else shrink(state, name === "cost");
          expect(state.size).toBeGreaterThanOrEqual(1);
          expect(state.size).toBeLessThanOrEqual(state.ceiling);
        }
      }),
    );
  });
});

describe("src/channels/shopify/loop-guard.ts", () => {
  test("notices a loop of any length, and lets any list without one pass", () => {
    fc.assert(
      fc.property(fc.nat(20), fc.integer({ min: 1, max: 20 }), (before, length) => {
        const guard = createLoopGuard("variants");
        for (let page = 0; page < before; page += 1) guard.next(`b${page}`);
        const loop = (): void => {
          for (let page = 0; page < 4 * (before + length); page += 1) guard.next(`l${page % length}`);
        };
        expect(loop).toThrow("again and again");
      }),
    );
    const guard = createLoopGuard("variants");
    for (let page = 0; page < 500; page += 1) expect(guard.next(`c${page}`)).toBe(`c${page}`);
  });

  test.each([null, undefined, ""])("a page that goes on from %j leads nowhere", (cursor) => {
    expect(() => createLoopGuard("variants").next(cursor)).toThrow("not from where");
  });
});

describe("src/channels/shopify/resume.ts", () => {
  test.each(["", "{}", "null", '{"v":2}'])("%j is no token", (token) => {
    expect(parseResumeToken(token)).toBeUndefined();
  });
});

describeContract("src/channels/shopify/queries.ts", (dir) => {
  const zipped = readFileSync(join(dir, "shopify", "admin-2026-10.introspection.json.gz"));
  const { data } = JSON.parse(gunzipSync(zipped).toString("utf8")) as { data: IntrospectionQuery };
  const schema = buildClientSchema(data);
  const inner = {
    bulkVariants: queries.bulkVariants({ locationId: "gid://shopify/Location/1", withImages: true }),
    bulkVariantsPlain: queries.bulkVariants({ withImages: false }),
  };
  const texts = Object.entries({ ...queries, ...inner }).flatMap(([name, value]) =>
    typeof value === "function" ? [] : [value].flat().map((text: string) => [name, text] as const),
  );
  test.each(texts)("%s is valid and uses nothing deprecated", (_name, text) => {
    const errors = validate(schema, parse(text), [...specifiedRules, NoDeprecatedCustomRule]);
    expect(errors.map(({ message }) => message)).toEqual([]);
  });
});
