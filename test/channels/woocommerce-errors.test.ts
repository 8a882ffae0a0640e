import { createHmac } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "@jest/globals";
import type { PsyncError } from "../../src/errors.js";
import { type ErrorContext, redirectError, toWooError } from "../../src/channels/woocommerce/errors.js";
import { encodeRfc3986, signUrl } from "../../src/channels/woocommerce/oauth.js";
import { startWooShop, type WooShop, type WooShopOptions } from "../../src/sandbox/woocommerce/server.js";
import { failureOf, keysOf, readPages } from "../conformance/channel.js";
import { describeContract } from "../support/contracts.js";
import { createFakeClock } from "../support/fake-clock.js";
import { readExchange } from "../support/replay-woo.js";
import { anyKey, openWoo, type WooClientOptions } from "../support/woo-bed.js";

const clock = createFakeClock({ autoAdvance: true, now: Date.UTC(2026, 10, 24, 8) });
const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function openShop(options: WooShopOptions = {}): Promise<WooShop> {
  const shop = await startWooShop({ products: 12, clock: () => clock.now(), ...options });
  closers.push(() => shop.close());
  return shop;
}

async function failRead(shop: WooShop, options: WooClientOptions = {}): Promise<PsyncError> {
  const { consumerKey, consumerSecret } = shop.key;
  const settings = { consumerKey, consumerSecret, ...options.settings };
  const error = await failureOf(readPages(openWoo(shop.url, { clock, ...options, settings }).channel));
  for (const secret of [consumerKey, consumerSecret]) {
    expect(`${error.message} ${error.hint ?? ""} ${error.stack ?? ""}`).not.toContain(secret);
  }
  return error;
}

/** A server that answers by path alone. */
async function openServer(
  answer: (path: string) => { status: number; headers?: Record<string, string>; body?: string },
): Promise<{ url: string; paths: string[]; headers: unknown[] }> {
  const paths: string[] = [];
  const headers: unknown[] = [];
  const server: Server = createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://any.example").pathname;
    paths.push(path);
    headers.push(request.headers);
    const { status, headers: sent = {}, body = "" } = answer(path);
    response.writeHead(status, sent);
    response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closers.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, paths, headers };
}

describe("src/channels/woocommerce/errors.ts", () => {
  test("Basic over http: the shop sees no key, and the hint says https", async () => {
    const error = await failRead(await openShop(), { settings: { auth: "basic" } });
    expect(error.code).toBe("no-valid-key");
    expect(error.exitCode).toBe(12);
    expect(error.hint).toMatch(/https|oauth1/);
  });

  test("an unknown key, a wrong secret, a write-only key and a customer's key are told apart", async () => {
    const wrongSecret = { consumerSecret: anyKey.consumerSecret };
    const overTls = { assumeHttps: true };
    const basic = { auth: "basic" as const };
    const codes: Record<string, string> = {};
    codes["unknown"] = (await failRead(await openShop(overTls), { settings: { ...basic, ...anyKey } })).code;
    codes["secret"] = (
      await failRead(await openShop(overTls), { settings: { ...basic, ...wrongSecret } })
    ).code;
    codes["signature"] = (await failRead(await openShop(), { settings: wrongSecret })).code;
    codes["write"] = (await failRead(await openShop({ permission: "write" }))).code;
    codes["customer"] = (await failRead(await openShop({ role: "customer" }))).code;
    expect(codes).toEqual({
      unknown: "no-valid-key",
      secret: "key-refused",
      signature: "key-refused",
      write: "key-cannot-read",
      customer: "role-too-weak",
    });
  });

  test("a clock that is off is told in minutes, by the shop's Date", async () => {
    const shop = await openShop({ clock: () => clock.now() + 40 * 60_000 });
    const error = await failRead(shop);
    expect(error.code).toBe("clock-skew");
    expect(error.message).toContain("40 minutes behind");
  });

  test("the credentials are tried once, not five times", async () => {
    const shop = await openShop({ permission: "write" });
    await failRead(shop);
    expect(shop.requests.filter(({ status }) => status === 401)).toHaveLength(1);
  });

  test("keys travel in the query only when the operator says so", async () => {
    const shop = await openShop({ assumeHttps: true });
    const { consumerKey, consumerSecret } = shop.key;
    shop.faults.add("drop-authorization");
    const settings = { consumerKey, consumerSecret };
    expect((await failRead(shop, { settings: { ...settings, auth: "basic" } })).code).toBe("no-valid-key");
    expect(shop.requests.some(({ url }) => url.includes(consumerSecret))).toBe(false);
    const asked = openWoo(shop.url, { clock, settings: { ...settings, auth: "query" } });
    expect(keysOf(await readPages(asked.channel)).length).toBeGreaterThan(12);
    expect(asked.logs.join("\n")).not.toContain(consumerSecret);
  });

  test("a redirect to another origin is a config error that names it; nothing is sent there", async () => {
    const other = await openServer(() => ({ status: 200 }));
    const shop = await openServer((path) => ({ status: 301, headers: { location: `${other.url}${path}` } }));
    const error = await failureOf(readPages(openWoo(shop.url, { clock }).channel));
    expect(error.code).toBe("redirect");
    expect(error.exitCode).toBe(4);
    expect(error.message).toContain(other.url);
    expect(error.hint).toContain("source.url");
    expect(other.paths).toEqual([]);
  });

  test("a redirect on the same origin is followed, signed anew; a loop is not", async () => {
    const shop = await openShop();
    const { consumerKey, consumerSecret } = shop.key;
    let redirected = 0;
    shop.faults.add({
      onRequest: (_n, { path, query }) => {
        if (path !== "/wp-json/wc/v3/products" || redirected > 0) return undefined;
        redirected += 1;
        const search = query.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join("&");
        const location = `/wp-json/wc/v3/products?${search}`;
        return { name: "307", instead: () => ({ status: 307, headers: { Location: location }, text: "" }) };
      },
    });
    const { channel } = openWoo(shop.url, { clock, settings: { consumerKey, consumerSecret } });
    expect(keysOf(await readPages(channel)).length).toBeGreaterThan(12);
    expect(redirected).toBe(1);
    const loop = await openServer((path) => ({ status: 302, headers: { location: path } }));
    expect((await failureOf(readPages(openWoo(loop.url, { clock }).channel))).code).toBe("redirect");
    expect(loop.paths.length).toBeLessThanOrEqual(4);
  });

  test("no server path, key or control character of an answer is repeated", () => {
    const secret = anyKey.consumerSecret;
    const body = {
      code: "woocommerce_rest_authentication_error",
      message: `Key \u001b[2J${secret} <b>is</b>\u202e bad`,
      data: { status: 401, error: { file: "/var/www/html/x.php" } },
    };
    const error = toWooError(
      { status: 401, headers: {}, text: JSON.stringify(body), url: "https://shop.example/" },
      contextFor("https://shop.example"),
    );
    expect(error.message).not.toContain(secret);
    expect(error.message).not.toContain("/var/www");
    expect(error.message).not.toMatch(/[\p{Cc}\p{Cf}<>]/u);
  });
});

const redact = (text: string): string => text.replaceAll(anyKey.consumerSecret, "***");

function contextFor(site: string): ErrorContext {
  return { what: "products", site, auth: "basic", now: clock.now(), redact };
}

describeContract("src/channels/woocommerce/errors.ts on recorded answers", (dir) => {
  test.each([
    ["authorization-header-dropped-by-server-401", "no-valid-key", 12],
    ["unknown-key-401", "no-valid-key", 12],
    ["no-credentials-401", "no-valid-key", 12],
    ["rest-route-not-authenticated-401", "no-valid-key", 12],
    ["wrong-secret-401", "key-refused", 12],
    ["oauth-unknown-key-401", "key-refused", 12],
    ["oauth-wrong-secret-401", "key-refused", 12],
    ["write-only-key-401", "key-cannot-read", 12],
    ["customer-key-403", "role-too-weak", 12],
    ["firewall-403-html", "firewall", 12],
    ["unknown-route-404", "no-route", 6],
    ["no-rewrite-rules-404-html", "no-rest-api", 6],
    ["unknown-id-404", "not-found", 6],
    ["bad-date-400", "invalid-parameter", 6],
    ["bad-status-400", "invalid-parameter", 6],
    ["per-page-101-400", "invalid-parameter", 6],
    ["fatal-500", "shop-crashed", 5],
    ["maintenance-503", "maintenance", 5],
  ])("%s is %s", (name, code, exitCode) => {
    const { request, response } = readExchange(dir, `errors/${name}.json`);
    const text = response.body_text ?? JSON.stringify(response.body);
    const { status, headers } = response;
    const error = toWooError(
      { status, headers, text, url: request.url },
      contextFor("https://shop.brambleford.example"),
    );
    expect([error.code, error.exitCode]).toEqual([code, exitCode]);
    expect(error.message).not.toMatch(/\/var\/www|<\w/);
    expect(error.hint === undefined && name !== "unknown-id-404").toBe(false);
  });

  test("a refused parameter is named with the shop's reason", () => {
    const { request, response } = readExchange(dir, "errors/per-page-101-400.json");
    const { status, headers, body } = response;
    const answer = { status, headers, text: JSON.stringify(body), url: request.url };
    expect(toWooError(answer, contextFor("https://x.example")).message).toContain(
      "per_page must be between 1",
    );
  });

  test("a redirect names where to", () => {
    const { response } = readExchange(dir, "errors/redirect-to-https-301.json");
    const location = response.headers["location"] ?? "";
    expect(redirectError(location, "http://shop.brambleford.example").message).toContain(
      "https://shop.brambleford",
    );
  });

  test("signs with the parameters of the recorded request", () => {
    const { request } = readExchange(dir, "errors/oauth-over-http-200.json");
    const { response } = readExchange(dir, "errors/oauth-over-http-200.json");
    const next = new URL(/<([^>]+)>/.exec(response.headers["link"] ?? "")?.[1] ?? "");
    const parameter = (name: string): string => next.searchParams.get(name) ?? "";
    const keys = { consumerKey: parameter("oauth_consumer_key"), consumerSecret: "cs_not-the-recorded-one" };
    const signed = new URL(
      signUrl("GET", request.url, keys, parameter("oauth_nonce"), Number(parameter("oauth_timestamp"))),
    );
    for (const name of [
      "oauth_consumer_key",
      "oauth_nonce",
      "oauth_timestamp",
      "oauth_signature_method",
      "_fields",
    ]) {
      expect(signed.searchParams.get(name)).toBe(parameter(name));
    }
  });
});

describe("src/channels/woocommerce/oauth.ts", () => {
  test("leaves no reserved sign unencoded", () => {
    expect(encodeRfc3986("a b!'()*~,é")).toBe("a%20b%21%27%28%29%2A~%2C%C3%A9");
  });

  // The example of RFC 5849, section 3.4.1, has a token; this one is the same rule without, worked out by hand.
  test("signs the sorted query over the address without it", () => {
    const keys = { consumerKey: "ck_x", consumerSecret: "cs_y" };
    const one = signUrl("GET", "http://shop.example:8080/a/wp-json/?b=2&a=1%202", keys, "n", 1_700_000_000);
    const two = signUrl("GET", "http://shop.example:8080/a/wp-json/?a=1%202&b=2", keys, "n", 1_700_000_000);
    expect(one).toBe(two);
    const base =
      "GET&http%3A%2F%2Fshop.example%3A8080%2Fa%2Fwp-json%2F&a%3D1%25202%26b%3D2%26oauth_consumer_key%3Dck_x" +
      "%26oauth_nonce%3Dn%26oauth_signature_method%3DHMAC-SHA256%26oauth_timestamp%3D1700000000";
    const signature = createHmac("sha256", "cs_y&").update(base).digest("base64");
    expect(new URL(one).searchParams.get("oauth_signature")).toBe(signature);
  });

  test("every attempt has a signature of its own", async () => {
    const shop = await openShop({ faults: [] });
    shop.faults.add("flaky", { share: 0.3 });
    const { consumerKey, consumerSecret } = shop.key;
    const { channel, http } = openWoo(shop.url, { clock, settings: { consumerKey, consumerSecret } });
    await readPages(channel);
    await readPages(channel);
    expect(http.counts().retried).toBeGreaterThan(0);
    const nonces = shop.requests
      .map(({ url }) => new URL(url, shop.url).searchParams.get("oauth_nonce"))
      .filter((nonce) => nonce !== null);
    expect(new Set(nonces).size).toBe(nonces.length);
  });
});

describe("src/channels/woocommerce/api.ts", () => {
  test("finds an API whose prefix was renamed, and keeps to it", async () => {
    const server = await openServer((path) => {
      if (path === "/") {
        return {
          status: 200,
          headers: { link: `<${server.url}/api/>; rel="https://api.w.org/"` },
          body: "<html>",
        };
      }
      if (!path.startsWith("/api/")) return { status: 404, body: "<html><title>Not Found</title></html>" };
      const json = { "content-type": "application/json" };
      if (path === "/api/") return { status: 200, headers: json, body: '{"namespaces":["wc/v3"]}' };
      if (path.includes("/settings/")) return { status: 200, headers: json, body: '{"value":"kg"}' };
      return { status: 200, headers: { ...json, "x-wp-total": "0", "x-wp-totalpages": "0" }, body: "[]" };
    });
    const { channel } = openWoo(server.url, { clock });
    expect(keysOf(await readPages(channel))).toEqual([]);
    await readPages(channel);
    expect(server.paths.filter((path) => path.startsWith("/wp-json"))).toHaveLength(1);
    expect(server.paths.filter((path) => path === "/api/wc/v3/products")).toHaveLength(2);
  });

  test("does not follow a prefix to another host", async () => {
    const server = await openServer((path) =>
      path === "/"
        ? { status: 200, headers: { link: '<https://elsewhere.example/api/>; rel="https://api.w.org/"' } }
        : { status: 404, body: "<html><title>Not Found</title></html>" },
    );
    expect((await failureOf(readPages(openWoo(server.url, { clock }).channel))).code).toBe("no-rest-api");
  });

  test("sends no credentials where none are needed", async () => {
    const shop = await openShop({ assumeHttps: true });
    const { consumerKey, consumerSecret } = shop.key;
    const { channel } = openWoo(shop.url, {
      clock,
      settings: { consumerKey, consumerSecret, auth: "basic" },
    });
    await readPages(channel);
    for (const { url, headers } of shop.requests) {
      expect("authorization" in headers).toBe(url.includes("/wc/v3/"));
    }
  });
});
