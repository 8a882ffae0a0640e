import { afterEach, describe, expect, test } from "@jest/globals";
import { startEtsyShop, type EtsyShop, type EtsyShopOptions } from "../../../src/sandbox/etsy/server.js";
import { ask, connect, postToken, redirectUri, refresh, type Reply } from "./client.js";

const open: EtsyShop[] = [];

async function start(options: EtsyShopOptions = {}): Promise<EtsyShop> {
  const shop = await startEtsyShop({ listings: 6, odd: false, ...options });
  open.push(shop);
  return shop;
}

function exchange(shop: EtsyShop, form: Readonly<Record<string, string>>): Promise<Reply> {
  return postToken(shop, {
    grant_type: "authorization_code",
    client_id: shop.key.keystring,
    redirect_uri: redirectUri,
    ...form,
  });
}

function refusal(reply: Reply): unknown[] {
  return [reply.status, reply.json["error"], reply.json["error_description"]];
}

describe("src/sandbox/etsy/oauth.ts", () => {
  afterEach(async () => {
    await Promise.all(open.splice(0).map((shop) => shop.close()));
  });

  test("a consent gives a code, and the code with its verifier a pair, once", async () => {
    const shop = await start({ scopes: [] });
    const { target, verifier, reply } = await connect(shop, { scope: "listings_r" });
    expect([reply.status, target?.origin, target?.pathname]).toEqual([
      302,
      "http://localhost:3003",
      "/oauth/redirect",
    ]);
    expect(target?.searchParams.get("state")).toBe("s-1");
    const code = target?.searchParams.get("code") ?? "";
    const pair = await exchange(shop, { code, code_verifier: verifier });
    expect(pair.json).toEqual({
      access_token: expect.stringMatching(/^88112233\../),
      token_type: "Bearer",
      expires_in: 3600,
      refresh_token: expect.stringMatching(/^88112233\../),
    });
    expect(shop.tokens.slice(-2)).toEqual([pair.json["access_token"], pair.json["refresh_token"]]);
    const token = String(pair.json["access_token"]);
    expect((await ask(shop, `/shops/${shop.shopId}/listings`, { token })).status).toBe(200);
    expect((await ask(shop, "/users/me", { token })).status).toBe(403);
    expect(refusal(await exchange(shop, { code, code_verifier: verifier }))).toEqual([
      400,
      "invalid_grant",
      "code is invalid or expired",
    ]);
  });

  test("a code is worth nothing with another verifier, another address, or after ten minutes", async () => {
    let now = Date.UTC(2026, 10, 24);
    const shop = await start({ clock: () => now });
    const { target, verifier } = await connect(shop);
    const code = target?.searchParams.get("code") ?? "";
    const wrong = [
      { code, code_verifier: `${verifier.slice(0, -1)}~` },
      { code, code_verifier: "short" },
      { code, code_verifier: verifier, redirect_uri: `${redirectUri}/` },
      { code: "made-up", code_verifier: verifier },
    ];
    for (const form of wrong) expect((await exchange(shop, form)).status).toBe(400);
    now += 600_000;
    expect((await exchange(shop, { code, code_verifier: verifier })).status).toBe(400);
    const second = await connect(shop);
    const fresh = second.target?.searchParams.get("code") ?? "";
    now += 599_999;
    expect((await exchange(shop, { code: fresh, code_verifier: second.verifier })).status).toBe(200);
  });

  test("a denial comes back with the state and without a code", async () => {
    const shop = await start();
    shop.setConsent("deny");
    const { target } = await connect(shop);
    expect(Object.fromEntries(target?.searchParams ?? [])).toEqual({
      error: "access_denied",
      error_description: "The user denied the request.",
      state: "s-1",
    });
    shop.setConsent("grant");
    expect((await connect(shop)).target?.searchParams.has("code")).toBe(true);
  });

  test.each([
    ["redirect_uri", `${redirectUri}/`, "The requested redirect URL is not permitted."],
    ["redirect_uri", "http://LOCALHOST:3003/oauth/redirect", "not permitted"],
    ["state", undefined, "state is required"],
    ["client_id", "nobody", "not recognized"],
    ["response_type", "token", "response_type"],
    ["code_challenge", undefined, "code_challenge is required"],
    ["code_challenge_method", "plain", "S256"],
    ["scope", "listings_r everything_r", "scope is invalid"],
    ["scope", "", "scope is invalid"],
  ])("%s=%s is a page, not a redirect", async (name, value, text) => {
    const { reply, target } = await connect(await start(), { [name]: value });
    expect([reply.status, target]).toEqual([400, undefined]);
    expect(reply.headers.get("content-type")).toContain("text/html");
    expect(reply.text).toContain(text);
  });

  test("each refresh gives a new pair; the old refresh token is dead, unless rotation is lenient", async () => {
    const strict = await start();
    const first = await refresh(strict);
    expect(first.status).toBe(200);
    expect(refusal(await refresh(strict))).toEqual([400, "invalid_grant", "refresh_token is revoked"]);
    expect((await refresh(strict, String(first.json["refresh_token"]))).status).toBe(200);
    expect(new Set(strict.tokens).size).toBe(5);
    const lenient = await start({ strictRotation: false });
    expect((await refresh(lenient)).status).toBe(200);
    expect((await refresh(lenient)).status).toBe(200);
  });

  test("a refresh token lives 90 days", async () => {
    let now = Date.UTC(2026, 0, 1);
    const shop = await start({ clock: () => now, strictRotation: false });
    now += 90 * 86_400_000 - 1;
    expect((await refresh(shop)).status).toBe(200);
    now += 1;
    expect(refusal(await refresh(shop))).toEqual([400, "invalid_grant", "refresh_token is expired"]);
  });

  test("a token request that is none", async () => {
    const shop = await start();
    const form = {
      grant_type: "refresh_token",
      client_id: shop.key.keystring,
      refresh_token: String(shop.config["refreshToken"]),
    };
    const whole = `${form.client_id}:${shop.key.sharedSecret}`;
    expect(refusal(await postToken(shop, { ...form, client_id: whole }))[1]).toBe("invalid_client");
    expect(refusal(await postToken(shop, { ...form, refresh_token: "88112233.no" }))[1]).toBe(
      "invalid_grant",
    );
    expect(refusal(await postToken(shop, { ...form, refresh_token: "" }))[1]).toBe("invalid_request");
    expect(refusal(await postToken(shop, { ...form, grant_type: "password" }))[1]).toBe(
      "unsupported_grant_type",
    );
    expect((await postToken(shop, {})).status).toBe(400);
    const url = `${shop.url}/v3/public/oauth/token`;
    expect((await fetch(url)).status).toBe(405);
    const json = {
      method: "POST",
      body: JSON.stringify(form),
      headers: { "content-type": "application/json" },
    };
    expect((await fetch(url, json)).status).toBe(400);
    expect((await postToken(shop, form)).status).toBe(200);
  });
});
