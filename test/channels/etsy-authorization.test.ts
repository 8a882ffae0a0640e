import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { createEtsyAuthorization, etsyHttpPolicy } from "../../src/channels/etsy/index.js";
import { AuthError, TransientError, UsageError } from "../../src/errors.js";
import { createHttpClient } from "../../src/http/client.js";
import { createRedactor } from "../../src/http/redaction.js";
import type { EtsyShop } from "../../src/sandbox/etsy/server.js";
import { failureOf, keysOf, never, readPages } from "../conformance/channel.js";
import { createEtsyBed, type EtsyBed, tokenCalls } from "../support/etsy-bed.js";

const callback = "http://localhost:3003/oauth/redirect";

let bed: EtsyBed;
let shop: EtsyShop;
beforeEach(async () => {
  bed = createEtsyBed();
  shop = await bed.openShop({ listings: 10, odd: false });
});
afterEach(() => bed.close());

function open() {
  const { clock } = bed;
  const secrets: string[] = [];
  const redact = createRedactor(secrets);
  const http = createHttpClient({ ...etsyHttpPolicy(clock), userAgent: "psync/test", clock, redact });
  const authorization = createEtsyAuthorization(
    {
      keystring: shop.key.keystring,
      authorizeUrl: `${shop.url}/oauth/connect`,
      tokenUrl: `${shop.url}/v3/public/oauth/token`,
    },
    { http, clock, redact, hide: (secret) => void secrets.push(secret) },
  );
  return { authorization, secrets, http };
}

/** Where the owner's browser ends up. */
async function consent(url: string): Promise<string> {
  const { clock } = bed;
  const browser = createHttpClient({ who: "Etsy", userAgent: "test", clock });
  const { headers } = await browser.request({ method: "GET", url, signal: never() });
  return headers["location"] ?? "";
}

describe("src/channels/etsy/authorization.ts", () => {
  test("obtains a refresh token that the channel can work with", async () => {
    const { authorization, secrets } = open();
    const { url, state } = authorization.begin(callback);
    const query = new URL(url).searchParams;
    expect(Object.fromEntries(query)).toMatchObject({
      response_type: "code",
      client_id: shop.key.keystring,
      redirect_uri: callback,
      scope: "listings_r shops_r",
      state,
      code_challenge_method: "S256",
    });
    expect(query.get("code_challenge")).toMatch(/^[\w-]{43}$/);
    const { refreshToken, userId } = await authorization.finish(await consent(url), never());
    expect(userId).toBe(String(shop.userId));
    expect(secrets).toContain(refreshToken);
    const client = bed.openClient(shop, { settings: { refreshToken } });
    expect(keysOf(await readPages(client.channel))).toEqual(shop.keys().toSorted());
  });

  test("verifier and state are never the same, and the verifier does not leave before the exchange", () => {
    const { authorization, secrets } = open();
    const asked = [authorization.begin(callback), authorization.begin(callback)];
    expect(new Set(asked.map(({ state }) => state)).size).toBe(2);
    expect(new Set(asked.map(({ url }) => new URL(url).searchParams.get("code_challenge"))).size).toBe(2);
    for (const verifier of secrets) {
      expect(verifier).toMatch(/^[A-Za-z0-9._~-]{43,128}$/);
      expect(asked.some(({ url }) => url.includes(verifier))).toBe(false);
    }
  });

  test("takes only the query, as some browsers show it", async () => {
    const { authorization } = open();
    const answer = await consent(authorization.begin(callback).url);
    await authorization.finish(`  ${answer.slice(answer.indexOf("?"))}\n`, never());
    expect(tokenCalls(shop)).toBe(1);
  });

  test("a denial is told in the owner's words", async () => {
    const { authorization } = open();
    shop.setConsent("deny");
    const answer = await consent(authorization.begin(callback).url);
    const error = await failureOf(authorization.finish(answer, never()));
    expect(error).toMatchObject({ code: "denied", exitCode: 12 });
    expect(error.message).toContain("The user denied the request.");
    expect(tokenCalls(shop)).toBe(0);
  });

  test.each([
    ["another state", (answer: string) => answer.replace(/state=[^&]+/, "state=x"), "other-state"],
    ["no state", (answer: string) => answer.replace(/&?state=[^&]+/, ""), "other-state"],
    ["no code", (answer: string) => answer.replace(/code=[^&]+&?/, ""), "no-code"],
    ["nonsense", () => "what?", "no-address"],
    ["another code", (answer: string) => answer.replace(/code=[^&]+/, "code=wrong"), "code-refused"],
  ])("refuses %s", async (_name, change, code) => {
    const { authorization } = open();
    const answer = await consent(authorization.begin(callback).url);
    const error = await failureOf(authorization.finish(change(answer), never()));
    expect(error).toBeInstanceOf(AuthError);
    expect(error.code).toBe(code);
    expect(error.hint).toBeDefined();
    // What was mistyped can be typed again.
    await authorization.finish(answer, never());
  });

  test("an earlier question's answer is refused, and so is one before any", async () => {
    const { authorization } = open();
    await expect(authorization.finish(callback, never())).rejects.toBeInstanceOf(UsageError);
    const early = await consent(authorization.begin(callback).url);
    authorization.begin(callback);
    expect(await failureOf(authorization.finish(early, never()))).toMatchObject({ code: "other-state" });
  });

  test("a token endpoint that fails is no refusal, and is asked once", async () => {
    const { authorization } = open();
    const answer = await consent(authorization.begin(callback).url);
    shop.faults.add("refresh-500");
    const error = await failureOf(authorization.finish(answer, never()));
    expect(error).toBeInstanceOf(TransientError);
    expect(tokenCalls(shop)).toBe(1);
  });
});
