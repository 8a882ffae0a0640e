import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type ShopifyShop, startShopifyShop } from "../../../src/sandbox/shopify/server.js";
import { ask } from "./ask.js";

describe("src/sandbox/shopify/execute.ts", () => {
  let shop: ShopifyShop;
  beforeAll(async () => {
    shop = await startShopifyShop({ products: 3, odd: false, imagesPerProduct: 2 });
  });
  afterAll(() => shop.close());

  const dataOf = async (
    query: string,
    variables: Readonly<Record<string, unknown>> = {},
  ): Promise<unknown> => {
    const { body } = await ask(shop, query, variables);
    expect(body.errors).toBeUndefined();
    return body.data;
  };
  const messagesOf = async (
    query: string,
    variables: Readonly<Record<string, unknown>> = {},
  ): Promise<string[]> =>
    ((await ask(shop, query, variables)).body.errors ?? []).map(({ message }) => message);

  test("aliases, fragments, and the same field asked for twice", async () => {
    const text = `query Q { a: shop { ...Facts } shop { id ... { plan { displayName } } ... on Shop { plan { name: publicDisplayName } } } }
      fragment Facts on Shop { called: name __typename }`;
    expect(await dataOf(text)).toEqual({
      a: { called: "Harbor Goods", __typename: "Shop" },
      shop: { id: "gid://shopify/Shop/61000000001", plan: { displayName: "Grow", name: "Grow" } },
    });
  });

  test("@include and @skip, on fields and fragments", async () => {
    const text = `query Q($yes: Boolean!, $no: Boolean = false) {
      shop { id @include(if: $no) name @skip(if: $no) ... @include(if: $yes) { currencyCode } ...F @skip(if: true) }
    } fragment F on Shop { email }`;
    expect(await dataOf(text, { yes: true })).toEqual({
      shop: { name: "Harbor Goods", currencyCode: "USD" },
    });
    expect(await dataOf(text, { yes: false, no: true })).toEqual({
      shop: { id: "gid://shopify/Shop/61000000001" },
    });
  });

  test("inline fragments choose by type, also on interfaces", async () => {
    const text = `query Q($ids: [ID!]!) { nodes(ids: $ids) { id ... on Product { media(first: 1) { nodes { __typename ... on MediaImage { image { url } } ... on Video { id } } } }
      ... on ProductVariant { sku } } }`;
    const product = "gid://shopify/Product/9001001000001";
    const variant = `gid://shopify/ProductVariant/${shop.variants[0] ?? ""}`;
    expect(await dataOf(text, { ids: [product, variant, "gid://shopify/Product/1"] })).toEqual({
      nodes: [
        {
          id: product,
          media: {
            nodes: [
              {
                __typename: "MediaImage",
                image: { url: expect.stringMatching(/^https:.*\?v=\d+$/) as unknown },
              },
            ],
          },
        },
        { id: variant, sku: "HG-00001" },
        null,
      ],
    });
  });

  test("values: defaults, lists, null, block strings", async () => {
    const text = `query Q($n: Int = 2) { products(first: $n, query: """status:'active'""", after: null) { nodes { legacyResourceId } } }`;
    expect(await dataOf(text)).toEqual({
      products: { nodes: [{ legacyResourceId: "9001001000001" }, { legacyResourceId: "9001001000002" }] },
    });
  });

  test("variables that are missing or of the wrong kind are told with a code", async () => {
    const text = "query Q($id: ID!, $n: Int) { product(id: $id) { options(first: $n) { name } } }";
    const id = "gid://shopify/Product/9001001000001";
    expect(await messagesOf(text, {})).toEqual(["Variable $id of type ID! was provided invalid value"]);
    expect(await messagesOf(text, { id, n: "2" })).toEqual([
      "Variable $n of type Int was provided invalid value",
    ]);
    expect(await messagesOf(text, { id: "7" })).toHaveLength(1);
    expect(await messagesOf(text, { id, n: 2, more: true })).toEqual([]);
  });

  test("what is no GraphQL is told with its place", async () => {
    const { body, status } = await ask(shop, "query Q {\n  shop { id ");
    expect(status).toBe(200);
    expect(body.errors).toEqual([
      { message: "syntax error, unexpected end of file", locations: [{ line: 2, column: 13 }] },
    ]);
    expect(await messagesOf('{ shop { name(as: "\\q") } }')).toHaveLength(1);
    expect(await messagesOf("{ shop { id @defer } }")).toEqual(["Directive @defer is not defined"]);
    expect(await messagesOf("query A { shop { id } } query B { shop { id } }")).toEqual([
      "An operation name is required",
    ]);
    expect(await messagesOf("{ ...F } fragment F on QueryRoot { shop { id } ...F }")).toEqual([
      "Fragment F contains an infinite loop",
    ]);
  });
});
