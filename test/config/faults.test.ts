import { describe, expect, test } from "@jest/globals";
import { toConfigFaults } from "../../src/config/faults.js";
import { toPathText } from "../../src/config/path.js";
import { ConfigFile } from "../../src/config/schema.js";

const source = { channel: "woocommerce", url: "https://shop.example", consumerKey: "k", consumerSecret: "s" };
const destination = { type: "file", path: "out.csv" };

function faultsOf(config: unknown, isFilled = false): string[] {
  const result = ConfigFile.safeParse(config);
  const faults = toConfigFaults(result.success ? [] : result.error.issues, config, () => isFilled);
  return faults.map(({ path, message, hint }) => `${toPathText(path)}: ${message} | ${hint}`);
}

describe("src/config/faults.ts", () => {
  test.each([
    [
      {},
      [
        'source: the key is missing | for example: source: { channel: amazon, marketplaceId: ATVPDKIKX0DER, clientId: "${AMAZON_CLIENT_ID}", clientSecret: "${AMAZON_CLIENT_SECRET}", refreshToken: "${AMAZON_REFRESH_TOKEN}" }',
        'destination: the key is missing | for example: destination: { type: extensiv-3pl, customerId: …, clientId: "${EXTENSIV_CLIENT_ID}", clientSecret: "${EXTENSIV_CLIENT_SECRET}" }',
      ],
    ],
    [{ source: {}, destination }, ["source.channel: the key is missing | for example: channel: amazon"]],
    [
      { source: { channel: null }, destination },
      ["source.channel: the key has no value | for example: channel: amazon"],
    ],
    [
      { source: { channel: "ebay" }, destination },
      [
        "source.channel: this version has no channel ebay; it has amazon, etsy, shopify and woocommerce | undefined",
      ],
    ],
    [
      { source: { channel: "WooComerce" }, destination },
      [
        "source.channel: this version has no channel WooComerce; it has amazon, etsy, shopify and woocommerce | did you mean woocommerce?",
      ],
    ],
    [
      { source, destination: { type: "odoo" } },
      ["destination.type: this version has no type odoo; it has extensiv-3pl, file and tryton | undefined"],
    ],
    [
      { source, destination: { type: "cs_0123456789abcdef planted" } },
      [
        "destination.type: this version has no type of that name; it has extensiv-3pl, file and tryton | undefined",
      ],
    ],
    [
      { source: { ...source, consumerKey: 12 }, destination },
      ["source.consumerKey: expected text, got a number | put quotes around it"],
    ],
    [{ source: [], destination }, ["source: expected a block of keys, got a list | undefined"]],
    [
      { source: { ...source, consumerKey: "" }, destination: { type: "file" } },
      [
        "source.consumerKey: the text is empty | undefined",
        "destination.path: the key is missing | for example: path: products.jsonl",
      ],
    ],
    [
      { source, destination, options: { onDuplicateSku: "frist" } },
      ["options.onDuplicateSku: expected one of fail, first | did you mean first?"],
    ],
    [
      { source, destination, options: { fields: { omit: "tags" } } },
      ["options.fields.omit: expected a list, got text | put brackets around it: [a, b]"],
    ],
  ])("%j", (config, expected) => {
    expect(faultsOf(config)).toEqual(expected);
  });

  test.each([
    [{ source, destination, updates: false }, "updates: unknown key | it belongs under options"],
    [{ source, destination, url: "x" }, "url: unknown key | it belongs under source"],
    [
      { source, destination, options: { state: "x" } },
      "options.state: unknown key | it belongs at the top of the config",
    ],
    [
      { source: { ...source, priceSync: true }, destination },
      "source.priceSync: unknown key | it belongs under options",
    ],
    [
      { source, destination, mapping: { chanel: "x" } },
      "mapping.chanel: unknown key | did you mean channel?",
    ],
    [
      { source, destination, mapping: { zzzzzz: "x" } },
      "mapping.zzzzzz: unknown key | known here: channel, destination",
    ],
    [
      { source, destination, options: { fields: { omitt: [] } } },
      "options.fields.omitt: unknown key | did you mean omit?",
    ],
    [
      { source: { ...source, "consumerKey:planted": null }, destination },
      'source["consumerKey…"]: unknown key | a colon wants a space behind it',
    ],
  ])("%j: %s", (config, expected) => {
    expect(faultsOf(config)).toEqual([expected]);
  });

  test("a kind that came from a variable is not repeated", () => {
    const [told] = faultsOf({ source: { channel: "planted" }, destination }, true);
    expect(told).toBe(
      "source.channel: this version has no channel of that name; it has amazon, etsy, shopify and woocommerce | undefined",
    );
  });
});
