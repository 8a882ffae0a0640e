import type { ShopifyShop } from "../../../src/sandbox/shopify/server.js";

export interface ShopifyReply {
  readonly status: number;
  readonly headers: Headers;
  /** Undefined when the body is no JSON. */
  readonly body: ShopifyBody;
  readonly text: string;
}

/** What the tests look at in an answer. */
export interface ShopifyBody {
  readonly data?: Readonly<Record<string, unknown>> | null;
  readonly errors?: readonly {
    readonly message: string;
    readonly path?: readonly (string | number)[];
    readonly extensions?: Readonly<Record<string, unknown>>;
  }[];
  readonly extensions?: {
    readonly cost: {
      readonly requestedQueryCost: number;
      readonly actualQueryCost: number | null;
      readonly throttleStatus: { readonly currentlyAvailable: number };
    };
    readonly search?: readonly unknown[];
  };
}

/** Sends one operation with the shop's own token. Rejects when the connection breaks. */
export async function ask(
  shop: ShopifyShop,
  query: string,
  variables: Readonly<Record<string, unknown>> = {},
  options: { readonly version?: string; readonly token?: string } = {},
): Promise<ShopifyReply> {
  const response = await fetch(`${shop.url}/admin/api/${options.version ?? "2026-10"}/graphql.json`, {
    method: "POST",
    headers: {
      "Content-Type": "application/json",
      "X-Shopify-Access-Token": options.token ?? shop.accessToken,
    },
    body: JSON.stringify({ query, variables }),
  });
  const text = await response.text();
  const isJson = /json/.test(response.headers.get("content-type") ?? "");
  const body = (isJson ? JSON.parse(text) : {}) as ShopifyBody;
  return { status: response.status, headers: response.headers, body, text };
}

export interface Connection<Node> {
  readonly nodes: readonly Node[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

/** The connection at a root of an answer. */
export function listOf<Node>(reply: ShopifyReply, root: string): Connection<Node> {
  return (reply.body.data ?? {})[root] as Connection<Node>;
}

/** Reads a whole connection, page by page; `query` takes `$first` and `$after`. */
export async function readAll<Node>(
  shop: ShopifyShop,
  root: string,
  query: string,
  first: number,
  variables: Readonly<Record<string, unknown>> = {},
): Promise<Node[]> {
  const found: Node[] = [];
  let after: string | null = null;
  for (;;) {
    const page: Connection<Node> = listOf<Node>(await ask(shop, query, { ...variables, first, after }), root);
    found.push(...page.nodes);
    if (!page.pageInfo.hasNextPage) return found;
    after = page.pageInfo.endCursor;
  }
}

/** The codes of an answer's errors. */
export function codesOf(reply: ShopifyReply): unknown[] {
  return (reply.body.errors ?? []).map(({ extensions }) => extensions?.["code"]);
}
