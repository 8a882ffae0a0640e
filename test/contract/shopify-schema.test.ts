import { readdirSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { afterEach, expect, test } from "@jest/globals";
import {
  buildClientSchema,
  buildSchema,
  execute,
  getOperationAST,
  type GraphQLSchema,
  type GraphQLTypeResolver,
  isEnumType,
  isInterfaceType,
  isObjectType,
  type IntrospectionQuery,
  NoDeprecatedCustomRule,
  parse,
  specifiedRules,
  validate,
} from "graphql";
import { getVariableValues } from "graphql/execution/values.js";
import * as queries from "../../src/channels/shopify/queries.js";
import { schemaText } from "../../src/sandbox/shopify/schema-text.js";
import type { ShopifyShop } from "../../src/sandbox/shopify/server.js";
import { checksOf, never, readPages } from "../conformance/channel.js";
import { ask, type ShopifyReply } from "../sandbox/shopify/ask.js";
import { describeContract } from "../support/contracts.js";
import { createShopifyBed } from "../support/shopify-bed.js";

type Json = Readonly<Record<string, unknown>>;

const location = "gid://shopify/Location/7001";
const readJson = (file: string): Json => JSON.parse(readFileSync(file, "utf8")) as Json;
const rules = [...specifiedRules, NoDeprecatedCustomRule];

/** An answer that does not tell its type is of the kind that the sandbox has most of. */
const resolveType: GraphQLTypeResolver<unknown, unknown> = (value, _context, _info, type) => {
  const { __typename: name } = value as { readonly __typename?: string };
  return name ?? { Media: "MediaImage", Event: "BasicEvent", Node: "Product" }[type.name] ?? "";
};

/** The keys of a value and the kinds of what they hold, without the values. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(0, 1).map(shapeOf);
  if (typeof value !== "object" || value === null) return value === null ? "null" : typeof value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, inner]) => [key, shapeOf(inner)] as const)
      .sort(([one], [other]) => (one < other ? -1 : 1)),
  );
}

/** Every text that a module of operations holds. */
function textsOf(module: Json): string[] {
  return Object.values(module).flatMap((value) =>
    typeof value === "string" ? [value] : Array.isArray(value) ? (value as string[]) : [],
  );
}

describeContract(
  "psync's operations and the sandbox's answers against Shopify's schema of 2026-10",
  (dir) => {
    const folder = `${dir}/shopify`;
    const bed = createShopifyBed();
    let loaded: GraphQLSchema | undefined;
    // Eleven megabytes: read once, and only when a test needs them.
    const schemaOf = (): GraphQLSchema =>
      (loaded ??= buildClientSchema(
        (
          JSON.parse(
            gunzipSync(readFileSync(`${folder}/admin-2026-10.introspection.json.gz`)).toString(),
          ) as {
            readonly data: IntrospectionQuery;
          }
        ).data,
      ));

    afterEach(() => bed.close());

    const faultsOf = (text: string): string[] =>
      validate(schemaOf(), parse(text), rules).map(({ message }) => message);

    /** What graphql-js makes of an answer's data when it answers the same operation from it. */
    function overItself(text: string, data: unknown, variables: Json): Json {
      const { data: made, errors } = execute({
        schema: schemaOf(),
        document: parse(text),
        rootValue: data,
        variableValues: variables,
        typeResolver: resolveType,
      }) as { readonly data?: unknown; readonly errors?: readonly { readonly message: string }[] };
      return JSON.parse(
        JSON.stringify({ data: made, errors: errors?.map(({ message }) => message) }),
      ) as Json;
    }

    function expectAnswer(text: string, reply: ShopifyReply, variables: Json): void {
      expect(reply.body.errors).toBeUndefined();
      expect(overItself(text, reply.body.data, variables)).toEqual({ data: reply.body.data });
    }

    /** Runs the channel through everything that it can ask for. */
    async function exercise(): Promise<ShopifyShop[]> {
      const big = await bed.openShop({ products: 400, bucket: { maximum: 20_000, restoreRate: 0.05 } });
      const { channel } = bed.openClient(big);
      await readPages(channel);
      const small = await bed.openShop({ products: 60 });
      const client = bed.openClient(small).channel;
      await checksOf(client);
      await client.locations?.(never());
      const pages = await readPages(client);
      const [changed = ""] = small.variants.slice(3);
      small.edit(changed, { price: "3.00" });
      small.editProduct("9001001000001", { title: "Renamed" });
      await readPages(client, { since: pages[0]?.cursor ?? "" });
      const failing = await bed.openShop({ products: 20, odd: false, faults: ["bad-record"] });
      await readPages(bed.openClient(failing).channel);
      return [big, small, failing];
    }

    const bodiesOf = (shop: ShopifyShop): { readonly query: string; readonly variables: Json }[] =>
      shop.requests
        .filter(({ url }) => url.endsWith("/graphql.json"))
        .map(({ body }) => JSON.parse(body) as { readonly query: string; readonly variables?: Json })
        .map(({ query, variables = {} }) => ({ query, variables }));

    test("the sandbox's schema is a part of the vendor's: same types, arguments, defaults and deprecations", () => {
      const ours = buildSchema(schemaText).getTypeMap();
      const theirs = schemaOf().getTypeMap();
      const differences: string[] = [];
      let compared = 0;
      const compare = (place: string, one: unknown, other: unknown): void => {
        compared += 1;
        const [left, right] = [JSON.stringify(one), JSON.stringify(other)];
        if (left !== right) differences.push(`${place}: ${left} is ${right} at Shopify`);
      };
      for (const [name, type] of Object.entries(ours)) {
        if (name.startsWith("__")) continue;
        const other = theirs[name];
        if (isEnumType(type) && isEnumType(other)) {
          const values = other.getValues().map((value) => value.name);
          const own = type.getValues().map((value) => value.name);
          // The long lists of codes are cut short here.
          compare(
            name,
            own.filter((value) => values.includes(value)),
            values.length > 100 ? own : values,
          );
        } else if (
          (isObjectType(type) && isObjectType(other)) ||
          (isInterfaceType(type) && isInterfaceType(other))
        ) {
          const known = new Set(other.getInterfaces().map((inner) => inner.name));
          for (const { name: inner } of type.getInterfaces())
            compare(`${name} &`, inner, known.has(inner) ? inner : "");
          for (const field of Object.values(type.getFields())) {
            const vendor = other.getFields()[field.name];
            const place = `${name}.${field.name}`;
            compare(place, String(field.type), String(vendor?.type));
            compare(place, field.deprecationReason ?? null, vendor?.deprecationReason ?? null);
            const show = (
              args: readonly {
                readonly name: string;
                readonly type: unknown;
                readonly defaultValue?: unknown;
              }[],
            ) =>
              args
                .map((arg) => `${arg.name}: ${String(arg.type)} = ${JSON.stringify(arg.defaultValue)}`)
                .sort();
            if (name !== "Image") compare(place, show(field.args), show(vendor?.args ?? []));
          }
        } else compare(name, type.constructor.name, other?.constructor.name);
      }
      expect(differences).toEqual([]);
      expect(compared).toBeGreaterThan(400);
    });

    test("every operation text of the channel is valid and uses nothing deprecated", () => {
      const texts = [
        ...textsOf(queries),
        queries.bulkVariants({ locationId: location, withImages: true }),
        queries.bulkVariants({ withImages: false }),
      ];
      expect(texts.length).toBeGreaterThan(10);
      expect(texts.map((text) => [text, faultsOf(text)])).toEqual(texts.map((text) => [text, []]));
    });

    test("a field that does not exist, a wrong type and a deprecated field are noticed by both", async () => {
      const shop = await bed.openShop({ products: 2, odd: false });
      const { variantPage } = queries;
      const wrong = [
        variantPage.replace("barcode", "barcodes"),
        variantPage.replace("$first: Int!", "$first: String!"),
        variantPage.replace("$locationId: ID!", "$locationId: ID"),
        variantPage.replace("selectedOptions { name value }", "selectedOptions"),
        variantPage.replace("barcode", "barcode { text }"),
        variantPage.replace("sortKey: ID", "sortKey: UPDATED_AT"),
        variantPage.replace("sortKey: ID", 'sortKey: "ID"'),
        variantPage.replace("sortKey: ID", "sortBy: ID"),
        variantPage.replace("(locationId: $locationId)", ""),
        variantPage.replace("...VariantFields", "...Variant"),
        variantPage.replace("on MediaImage", "on Picture"),
        variantPage.replace("on MediaImage", "on Location"),
        variantPage.replace("$after: String,", ""),
        variantPage.replace("$after: String,", "$after: String, $more: Int,"),
        variantPage.replace('names: ["available"]', "names: available"),
        "{ shop { id }",
      ];
      const variables = { first: 1, query: null, locationId: location, withStock: true, withImages: true };
      const invalid = (text: string): boolean => {
        try {
          return validate(schemaOf(), parse(text)).length > 0;
        } catch {
          return true;
        }
      };
      for (const text of wrong) {
        expect(text).not.toBe(variantPage);
        const { body } = await ask(shop, text, variables);
        expect([text, invalid(text), "data" in body]).toEqual([text, true, false]);
      }
      const undefinedField = await ask(shop, wrong[0] ?? "", variables);
      expect(undefinedField.body.errors?.[0]).toMatchObject({
        message: "Field 'barcodes' doesn't exist on type 'ProductVariant'",
        extensions: { code: "undefinedField", typeName: "ProductVariant", fieldName: "barcodes" },
      });
      expect(faultsOf("{ products(first: 1) { nodes { bodyHtml } } }")).toHaveLength(1);
      const good = await ask(shop, variantPage, variables);
      expectAnswer(variantPage, good, variables);
      const torn = JSON.parse(
        JSON.stringify(good.body.data).replace('"title":"', '"title":null,"was":"'),
      ) as Json;
      expect(overItself(variantPage, torn, variables)["errors"]).toBeDefined();
    });

    test("what the channel sends is valid, its variables have the declared types, the answers are of the schema", async () => {
      const shops = await exercise();
      const seen = new Map<string, Json>();
      for (const { query, variables } of shops.flatMap(bodiesOf)) {
        const document = parse(query);
        const operation = getOperationAST(document);
        const { coerced, errors } = getVariableValues(
          schemaOf(),
          operation?.variableDefinitions ?? [],
          variables,
        );
        expect([query, errors]).toEqual([query, undefined]);
        // What the operation does not declare is no part of it.
        expect(Object.keys(variables).filter((name) => !(name in (coerced ?? {})))).toEqual([]);
        if (typeof variables["query"] === "string" && query.includes("bulkOperationRunQuery")) {
          const inner = variables["query"];
          expect([inner, faultsOf(inner)]).toEqual([inner, []]);
        }
        if (!seen.has(query)) seen.set(query, variables);
      }
      expect(seen.size).toBeGreaterThan(8);
      const [, shop] = shops;
      for (const [query, variables] of seen) {
        expect([query, faultsOf(query)]).toEqual([query, []]);
        if (shop !== undefined) expectAnswer(query, await ask(shop, query, variables), variables);
      }
    });

    test("each of the contract's own operations is answered as the schema says, over every odd product", async () => {
      const shop = await bed.openShop({ products: 120 });
      const [gone = ""] = shop.variants.slice(4);
      shop.remove(gone);
      const files = readdirSync(`${folder}/queries`).filter((file) => file !== "bulk-inner.graphql");
      expect(files.length).toBeGreaterThan(10);
      const inner = readFileSync(`${folder}/queries/bulk-inner.graphql`, "utf8");
      const common: Json = {
        first: 250,
        after: null,
        query: null,
        variantsFirst: 100,
        imagesFirst: 25,
        locationId: location,
        withStock: true,
        productId: "gid://shopify/Product/9001001000001",
        ids: [location, "gid://shopify/Product/9001001000001", "gid://shopify/Product/1"],
        id: location,
      };
      const special: Readonly<Record<string, Json>> = {
        "bulk-run.graphql": { query: inner },
        "bulk-poll.graphql": { id: "gid://shopify/BulkOperation/5001000000001" },
        "bulk-cancel.graphql": { id: "gid://shopify/BulkOperation/5001000000001" },
        "products-page.graphql": { first: 60, query: "updated_at:>='2020-01-01T00:00:00Z'" },
        "deleted-products.graphql": { query: "subject_type:PRODUCT" },
      };
      // The export is started before it is asked for.
      for (const file of files.sort(
        (one, other) => Number(other === "bulk-run.graphql") - Number(one === "bulk-run.graphql"),
      )) {
        const text = readFileSync(`${folder}/queries/${file}`, "utf8");
        const declared = getOperationAST(parse(text))?.variableDefinitions ?? [];
        const given = { ...common, ...special[file] };
        const names = declared.map(({ variable }) => variable.name.value);
        const variables = Object.fromEntries(names.map((name) => [name, given[name]]));
        expectAnswer(text, await ask(shop, text, variables), variables);
      }
    });

    test("lines of an export are nodes of the inner query; numbers of 64 bits are texts", async () => {
      const shop = await bed.openShop({ products: 120 });
      const inner = readFileSync(`${folder}/queries/bulk-inner.graphql`, "utf8").replace(
        "Location/1",
        "Location/7001",
      );
      const started = await ask(shop, queries.bulkRun, { query: inner });
      expectAnswer(queries.bulkRun, started, { query: inner });
      const id = "gid://shopify/BulkOperation/5001000000001";
      await bed.clock.sleep(2000, never());
      const done = (await ask(shop, queries.bulkPoll, { id })).body.data as {
        readonly bulkOperation: { readonly url: string };
      };
      const text = await (await fetch(done.bulkOperation.url)).text();
      const nodes = text
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line) as Json);
      const data = { productVariants: { edges: nodes.map((node) => ({ node })) } };
      expect(overItself(inner, data, {})).toEqual({ data });
      expect(
        nodes.every(
          (node) =>
            /^\d+$/.test(String(node["legacyResourceId"])) && typeof node["legacyResourceId"] === "string",
        ),
      ).toBe(true);
      const [sample] = readFileSync(`${folder}/samples/bulk-result.flat.jsonl`, "utf8").split("\n");
      const full = nodes.find(
        (node) => JSON.stringify(shapeOf(node)) === JSON.stringify(shapeOf(JSON.parse(sample ?? ""))),
      );
      expect(full).toBeDefined();
    });

    test("errors, costs and answers have the shape of the contract's samples", async () => {
      const shop = await bed.openShop({ products: 20, bucket: { maximum: 2, restoreRate: 100 } });
      const throttled = await ask(shop, "{ productVariants(first: 250) { nodes { id } } }");
      const sample = readJson(`${folder}/samples/throttled.response.json`);
      expect(shapeOf(throttled.body)).toEqual(shapeOf(sample));
      expect(throttled.body.errors?.[0]).toEqual((sample["errors"] as unknown[])[0]);
      const full = await bed.openShop({ products: 20, odd: false });
      const file = "connection-test";
      const reply = await ask(full, readFileSync(`${folder}/queries/${file}.graphql`, "utf8"));
      expect(shapeOf(reply.body)).toEqual(shapeOf(readJson(`${folder}/samples/${file}.response.json`)));
    });
  },
);
