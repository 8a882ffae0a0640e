import { describe, expect, test } from "@jest/globals";
import * as fc from "fast-check";
import { createRedactor, redactByName, redactUrl } from "../../src/http/redaction.js";

const base64 = (text: string): string => Buffer.from(text, "utf8").toString("base64");

describe("src/http/redaction.ts", () => {
  const secret = "cs_4f+9/x=é ü!";
  const redact = createRedactor(["ck_1234567890", secret, "abc", ""]);

  test.each([
    ["as it is", secret],
    ["percent-encoded", encodeURIComponent(secret)],
    ["percent-encoded in small letters", encodeURIComponent(secret).toLowerCase()],
    ["percent-encoded as OAuth does", encodeURIComponent(secret).replace("!", "%21")],
    ["percent-encoded twice", encodeURIComponent(encodeURIComponent(secret).replace("!", "%21"))],
    ["in a form", new URLSearchParams({ word: secret }).toString().slice(5)],
    ["in JSON", JSON.stringify({ word: secret })],
    ["in base64", base64(secret)],
    ["in base64 without padding", base64(secret).replace(/=+$/, "")],
    ["in base64 for addresses", Buffer.from(secret).toString("base64url")],
    ["in hexadecimal", Buffer.from(secret).toString("hex")],
  ])("hides a secret %s", (_name, text) => {
    const shown = redact(`before ${text} after`);
    expect(shown).not.toContain(text.replace(/^\{"word":"|"\}$/g, ""));
    expect(shown).toMatch(/^before .*\*\*\*.* after$/);
  });

  test("hides a secret in the base64 of user and secret, whatever the user", () => {
    for (const user of ["a", "ab", "abc", "abcd"]) {
      const pair = base64(`${user}:ck_1234567890`);
      const shown = redact(`sent ${pair} there`);
      expect(shown).toContain("***");
      for (const piece of shown.split(/[* ]+/)) {
        expect(Buffer.from(piece, "base64").toString("utf8")).not.toMatch(/ck_1|7890/);
      }
    }
  });

  test("hides a secret in HTML and with escaped slashes", () => {
    const hide = createRedactor([`a<b>&"c'/d`]);
    expect(hide("a&lt;b&gt;&amp;&quot;c&#039;/d")).toBe("***");
    expect(hide(String.raw`a<b>&\"c'\/d`)).toBe("***");
  });

  test("leaves short secrets and everything else as it is", () => {
    expect(redact("abc is in abcdef")).toBe("abc is in abcdef");
    expect(redact("")).toBe("");
  });

  test("the longer of two secrets that begin alike goes first", () => {
    expect(createRedactor(["secret", "secret-and-more"])("secret-and-more, secret")).toBe("***, ***");
  });

  test.each([
    ["https://s.example/p?consumer_key=ck_9&page=2", "https://s.example/p?consumer_key=***&page=2"],
    ['got {"access_token":"at-1","expires":1}', 'got {"access_token":"***","expires":1}'],
    ['{\\"refresh_token\\":\\"rt-1\\"}', '{\\"refresh_token\\":\\"***\\"}'],
    ["Authorization: Basic Y2s6Y3M=", "Authorization: ***"],
    ["'x-shopify-access-token': 'shpat_1'", "'x-shopify-access-token': '***'"],
    ["it said Bearer eyJhbGciOiJIUzI1NiJ9.e30 then", "it said Bearer *** then"],
    ["postgres://me:word@db/x", "postgres://***@db/x"],
    ["client_secret%3Dabc", "client_secret%3D***"],
    ["https://s.example/?code=xyz", "https://s.example/?code=***"],
  ])("hides by name: %s", (text, expected) => {
    expect(redactByName(text)).toBe(expected);
  });

  test.each(["Basic Backpack for 2 people", "exit code=5", "a token: 3", "write to me@shop.example"])(
    "lets pass: %s",
    (text) => {
      expect(redactByName(text)).toBe(text);
    },
  );

  test.each([
    [
      "https://me:word@s.example/p?page=2&oauth_signature=a%2Bb&oauth_nonce=n#top",
      "https://s.example/p?page=2&oauth_signature=***&oauth_nonce=n#top",
    ],
    [
      "https://s.example/p?X-Amz-Signature=1&X-Amz-Date=2",
      "https://s.example/p?X-Amz-Signature=***&X-Amz-Date=2",
    ],
    ["https://s.example/p?q=a%20b+c&flag", "https://s.example/p?q=a%20b+c&flag"],
    ["https://s.example/p?token=a&code=b&pageToken=c", "https://s.example/p?token=***&code=***&pageToken=c"],
    ["https://s.example/p?consumer%5Fsecret=cs", "https://s.example/p?consumer%5Fsecret=***"],
    ["nonsense?password=x", "nonsense?password=***"],
  ])("an address: %s", (url, expected) => {
    expect(redactUrl(url)).toBe(expected);
  });

  test("no secret survives, wherever it stands", () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 6, unit: "grapheme" }),
        fc.string(),
        fc.string(),
        (word, before, after) => {
          fc.pre(!"***".includes(word) && word.length >= 6);
          const hide = createRedactor([word]);
          for (const form of [word, encodeURIComponent(word), base64(word)]) {
            // What stands around it may happen to complete another copy; the planted one must be gone.
            expect(hide(`<${form}>`)).toBe("<***>");
            expect(hide(`${before}<${form}>${after}`)).not.toContain(`<${form}>`);
          }
        },
      ),
    );
  });
});
