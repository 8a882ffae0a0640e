import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { makeKey } from "../../../src/sandbox/woocommerce/auth.js";
import { sampleCatalogue } from "../../../src/sandbox/woocommerce/catalogue.js";
import { startWooShop, type WooShop } from "../../../src/sandbox/woocommerce/server.js";
import { basic, call, sign, type Reply } from "../../support/woo-client.js";

const now = Date.parse("2026-06-01T12:00:00Z");
const seconds = now / 1000;
const path = "/wp-json/wc/v3/products?per_page=2&search=a%20b%26c!(d)*&_fields=id,sku";

async function outcome(reply: Promise<Reply>): Promise<string> {
  const { status, text } = await reply;
  if (status === 200) return "200";
  const { code, message } = JSON.parse(text) as { code: string; message: string };
  return `${status} ${code}: ${message}`;
}

describe("src/sandbox/woocommerce/auth.ts", () => {
  let shop: WooShop;
  let url: string;
  const readWrite = makeKey("clerk", "read_write");
  beforeAll(async () => {
    shop = await startWooShop({ catalogue: sampleCatalogue({ products: 5 }), clock: () => now });
    shop.keys.push(readWrite);
    url = `${shop.url}${path}`;
  });
  afterAll(() => shop.close());

  const error = "401 woocommerce_rest_authentication_error";

  test.each(["sha1", "sha256"] as const)("a %s signature in the query is taken", async (hash) => {
    expect(await outcome(call(sign(url, shop.key, { seconds, hash })))).toBe("200");
  });

  test("a signature in the header is taken", async () => {
    const signed = new URL(sign(url, shop.key, { seconds }));
    const oauth = [...signed.searchParams].filter(([name]) => name.startsWith("oauth_"));
    const header = oauth.map(([name, value]) => `${name}="${encodeURIComponent(value)}"`).join(", ");
    expect(await outcome(call(url, { headers: { Authorization: `OAuth ${header}` } }))).toBe("200");
  });

  test("a HEAD request is signed with its own method", async () => {
    const asHead = sign(url, shop.key, { seconds, method: "HEAD" });
    expect((await call(asHead, { method: "HEAD" })).status).toBe(200);
    expect((await call(sign(url, shop.key, { seconds }), { method: "HEAD" })).status).toBe(401);
  });

  test("a nonce works once in its second", async () => {
    const nonce = "the-same";
    expect(await outcome(call(sign(url, shop.key, { seconds, nonce })))).toBe("200");
    expect(await outcome(call(sign(url, shop.key, { seconds, nonce })))).toBe(
      `${error}: Invalid nonce - nonce has already been used.`,
    );
    expect(await outcome(call(sign(url, shop.key, { seconds: seconds + 1, nonce })))).toBe("200");
  });

  test.each([
    [-901, `${error}: Invalid timestamp.`],
    [-900, "200"],
    [900, "200"],
    [901, `${error}: Invalid timestamp.`],
  ])("a clock that is %i seconds off: %s", async (off, expected) => {
    expect(await outcome(call(sign(url, shop.key, { seconds: seconds + off })))).toBe(expected);
  });

  test.each(["oauth_nonce", "oauth_timestamp", "oauth_signature"])(
    "without %s the request is refused",
    async (name) => {
      const signed = new URL(sign(url, shop.key, { seconds }));
      signed.searchParams.delete(name);
      expect(await outcome(call(signed.href))).toBe(
        `401 woocommerce_rest_authentication_missing_parameter: Missing OAuth parameter ${name}`,
      );
    },
  );

  test("what was changed after signing does not match", async () => {
    const signed = sign(url, shop.key, { seconds });
    const mismatch = `${error}: Invalid signature - provided signature does not match.`;
    expect(await outcome(call(signed.replace("per_page=2", "per_page=3")))).toBe(mismatch);
    expect(await outcome(call(sign(url, { ...shop.key, consumerSecret: "cs_x" }, { seconds })))).toBe(
      mismatch,
    );
    expect(await outcome(call(sign(url, shop.key, { seconds, home: "https://127.0.0.1" })))).toBe(mismatch);
    expect(await outcome(call(signed.replace("HMAC-SHA256", "PLAINTEXT")))).toBe(
      `${error}: Invalid signature - signature method is invalid.`,
    );
  });

  test("over http nothing but a signature is looked at", async () => {
    const refused = "401 woocommerce_rest_cannot_view: Sorry, you cannot list resources.";
    expect(await outcome(call(url, { headers: basic(shop.key) }))).toBe(refused);
    const keys = `consumer_key=${shop.key.consumerKey}&consumer_secret=${shop.key.consumerSecret}`;
    expect(await outcome(call(`${url}&${keys}`))).toBe(refused);
    expect(await outcome(call(url))).toBe(refused);
  });

  test("a read key cannot write, and a write key meets no route for writing here", async () => {
    const put = (key: typeof readWrite): Promise<string> =>
      outcome(
        call(sign(`${shop.url}/wp-json/wc/v3/products/101`, key, { seconds, method: "PUT" }), {
          method: "PUT",
        }),
      );
    expect(await put(shop.key)).toBe(`${error}: The API key provided does not have write permissions.`);
    expect(await put(readWrite)).toMatch(/^404 rest_no_route/);
  });
});
