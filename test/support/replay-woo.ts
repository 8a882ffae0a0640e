import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

/** One recorded exchange. */
interface Exchange {
  readonly request: { readonly method: string; readonly url: string };
  readonly response: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: unknown;
    readonly body_text?: string;
  };
}

type Row = Readonly<Record<string, unknown>>;

export interface ReplayShop {
  readonly url: string;
  /** Path and query of every request, in order. */
  readonly calls: string[];
  readonly products: readonly Row[];
  readonly variations: readonly Row[];
  close(): Promise<void>;
}

/** Reads one recorded exchange: "errors/wrong-secret-401.json". */
export function readExchange(dir: string, name: string): Exchange {
  return JSON.parse(readFileSync(join(dir, "woocommerce", name), "utf8")) as Exchange;
}

/**
 * Serves a recorded shop: its pages of products and variations word for word, variations also by parent, the
 * settings and the index. Looks at no credentials. It does what the recordings show and nothing more, so that the
 * channel is held against them without the sandbox between.
 */
export async function startReplayShop(dir: string): Promise<ReplayShop> {
  const pages = readdirSync(join(dir, "woocommerce", "catalog")).sort();
  const rowsOf = (kind: string): Row[] =>
    pages
      .filter((name) => new RegExp(`^${kind}-page-\\d`).test(name))
      .flatMap((name) => readExchange(dir, `catalog/${name}`).response.body as Row[]);
  const products = rowsOf("products");
  const variations = rowsOf("variations");
  const calls: string[] = [];
  const fixed = new Map([
    ["/wp-json/", "store/index.json"],
    ["/wp-json/wc/v3/settings/products/woocommerce_weight_unit", "store/weight-unit.json"],
    ["/wp-json/wc/v3/settings/products/woocommerce_dimension_unit", "store/dimension-unit.json"],
    ["/wp-json/wc/v3/system_status", "store/system-status.json"],
  ]);

  const server = createServer((request, response) => {
    calls.push(request.url ?? "");
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://replay.example");
    const send = (status: number, headers: Readonly<Record<string, string>>, body: unknown): void => {
      response.writeHead(status, { "content-type": "application/json; charset=UTF-8", ...headers });
      response.end(JSON.stringify(body));
    };
    const name = fixed.get(pathname);
    const list =
      pathname === "/wp-json/wc/v3/products"
        ? products
        : pathname === "/wp-json/wc/v3/variations"
          ? variations
          : undefined;
    if (name !== undefined) {
      const { status, body } = readExchange(dir, name).response;
      return send(status, {}, body);
    }
    if (list === undefined)
      return send(404, {}, { code: "rest_no_route", message: "No route", data: { status: 404 } });
    const numbers = (key: string): number[] | undefined => searchParams.get(key)?.split(",").map(Number);
    const parents = numbers("parent");
    const include = numbers("include");
    const rows = list.filter(
      (row) =>
        (parents === undefined || parents.includes(Number(row["parent_id"]))) &&
        (include === undefined || include.includes(Number(row["id"]))),
    );
    const size = Number(searchParams.get("per_page") ?? 10);
    const start = (Number(searchParams.get("page") ?? 1) - 1) * size;
    const headers = {
      "x-wp-total": String(rows.length),
      "x-wp-totalpages": String(Math.ceil(rows.length / size)),
    };
    return send(200, headers, rows.slice(start, start + size));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    calls,
    products,
    variations,
    close: async () => {
      const closed = new Promise<void>((resolve) => void server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}
