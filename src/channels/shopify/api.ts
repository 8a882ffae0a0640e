import { z } from "zod";
import { InterruptedError, RemoteError, TransientError } from "../../errors.js";
import type { HttpResponse } from "../../http/contract.js";
import { type JsonAnswer, requestJson } from "../../http/json.js";
import type { ChannelParts } from "../channel.js";
import { type ErrorContext, shopFailed, throttledInside, toGraphqlError, toStatusError } from "./errors.js";
import { pause } from "../../http/storm.js";
import { observeCost } from "./policy.js";
import { envelopeSchema } from "./schema.js";
import { defaultApiVersion, originOf, parseShop, type ShopifySettings } from "./settings.js";
import { createTokenSource } from "./token.js";

export type Variables = Readonly<Record<string, string | number | boolean | null>>;

/** One good answer. */
export interface ShopifyAnswer<Data> {
  readonly data: Data;
  /** Shopify's clock, milliseconds since 1970. */
  readonly dateMs?: number;
  /** How long the request's points take to come back. */
  readonly refillMs?: number;
  /** The version that answered, where it says so. */
  readonly version?: string;
  /** Why some of what was asked for will go. */
  readonly deprecated?: string;
}

export interface ShopifyApi {
  /** The shop's domain. */
  readonly shop: string;
  readonly apiVersion: string;
  readonly grant: boolean;
  /** Throws ConfigError for settings that no request can be made of. */
  readonly origin: () => string;
  /**
   * Sends one query or mutation and checks its answer. A mutation is not repeated unless it is certain that nothing
   * happened. Throws what errors.ts says, and what the HTTP room throws.
   */
  ask<Data>(
    query: string,
    schema: z.ZodType<Data>,
    variables: Variables,
    signal: AbortSignal,
    how?: { readonly attempts?: number },
  ): Promise<ShopifyAnswer<Data>>;
}

/** What a page costs before anything is known of it. */
const firstPageCost = 100;
const usualAttempts = 5;
/** What Shopify advises between attempts; doubled each time. */
const firstPauseMs = 1000;

/** Makes the client of one shop. */
export function createShopifyApi(settings: ShopifySettings, parts: ChannelParts): ShopifyApi {
  const shop = parseShop(settings.shop) ?? settings.shop;
  const apiVersion = settings.apiVersion ?? defaultApiVersion;
  const grant = settings.accessToken === undefined || settings.accessToken === "";
  const origin = (): string => originOf(settings);
  const contextOf = (what: string): ErrorContext => ({ what, shop, apiVersion, grant, redact: parts.redact });
  const tokens = createTokenSource(settings, parts, origin, () => contextOf("a token"));
  /** Requested points by name of the query, and the page size that they were requested for. */
  const costs = new Map<string, { readonly points: number; readonly size: number }>();

  function costOf(name: string, size: number): number {
    const known = costs.get(name);
    if (known === undefined) return size > 1 ? firstPageCost : 1;
    return Math.max(1, Math.ceil((known.points * size) / known.size));
  }

  async function send(request: Parameters<typeof requestJson>[1], signal: AbortSignal): Promise<JsonAnswer> {
    let token = await tokens.current(signal);
    for (let renewed = false; ; renewed = true) {
      if (signal.aborted) throw new InterruptedError();
      const withToken: Parameters<typeof requestJson>[3] = (plain) => ({
        ...plain,
        headers: { ...plain.headers, "x-shopify-access-token": token },
      });
      const answer = await requestJson(parts.http, request, "Shopify", withToken, parts.redact);
      if (answer.response.status !== 401 || renewed) return answer;
      const next = await tokens.renew(token, signal);
      if (next === undefined) return answer;
      token = next;
    }
  }

  async function askOnce<Data>(
    query: string,
    schema: z.ZodType<Data>,
    variables: Variables,
    signal: AbortSignal,
    attempts: number,
  ): Promise<ShopifyAnswer<Data>> {
    const name = nameOf(query);
    const size = typeof variables["first"] === "number" ? variables["first"] : 1;
    const context = contextOf(name);
    const request = {
      method: "POST",
      url: `${origin()}/admin/api/${apiVersion}/graphql.json`,
      headers: { accept: "application/json", "content-type": "application/json" },
      body: JSON.stringify({ query, variables }),
      repeatable: !query.startsWith("mutation"),
      cost: costOf(name, size),
      signal,
      attempts,
    } as const;
    const { response, value } = await send(request, signal);
    if (response.status !== 200) throw toStatusError(response, context);
    const envelope = envelopeSchema.safeParse(value).data;
    if (envelope === undefined) throw unexpected(name);
    const points = envelope.extensions?.cost?.requestedQueryCost;
    if (points !== undefined && points > 0) costs.set(name, { points, size });
    const { errors } = envelope;
    // What stands beside errors may be null for another reason than that there is nothing.
    if (errors !== undefined && errors !== null && errors.length > 0) throw toGraphqlError(errors, context);
    const parsed = schema.safeParse(envelope.data);
    if (!parsed.success) throw unexpected(name, parsed.error);
    return { data: parsed.data, ...factsOf(response, envelope.extensions?.cost?.actualQueryCost) };
  }

  return {
    shop,
    apiVersion,
    grant,
    origin,
    async ask(query, schema, variables, signal, { attempts = usualAttempts } = {}) {
      for (let number = 1; ; number += 1) {
        try {
          return await askOnce(query, schema, variables, signal, attempts);
        } catch (error) {
          // The HTTP room sees a good answer where Shopify writes its failure into a 200.
          const passing = error instanceof TransientError && passingCodes.has(error.code);
          if (!passing || number >= attempts || query.startsWith("mutation")) throw error;
          await pause(parts.clock, firstPauseMs * 2 ** (number - 1), signal);
        }
      }
    },
  };
}

/** Failures that the HTTP room has not repeated yet: they stand inside of a 200. */
const passingCodes: ReadonlySet<string> = new Set([shopFailed, throttledInside]);

function nameOf(query: string): string {
  return /^\w+\s+(\w+)/.exec(query)?.[1] ?? "a query";
}

function unexpected(name: string, error?: z.ZodError): RemoteError {
  const where = error?.issues[0]?.path.map(String).join(".") ?? "";
  const detail = where === "" ? "" : `: "${where}" is not what was expected`;
  return new RemoteError("unexpected-answer", `Shopify's answer to ${name} cannot be read${detail}`, {
    hint: "Check source.apiVersion. If it is right, this is a fault of psync: please report it.",
  });
}

function factsOf(response: HttpResponse, cost: number | undefined): Omit<ShopifyAnswer<never>, "data"> {
  const { headers } = response;
  const dateMs = Date.parse(headers["date"] ?? "");
  const rate = observeCost(response)?.refillPerSec;
  const version = headers["x-shopify-api-version"]?.trim();
  const deprecated = headers["x-shopify-api-deprecated-reason"];
  return {
    ...(Number.isNaN(dateMs) ? {} : { dateMs }),
    ...(rate === undefined || rate <= 0 || cost === undefined ? {} : { refillMs: (cost / rate) * 1000 }),
    ...(version === undefined || version === "" ? {} : { version }),
    ...(deprecated === undefined || deprecated === "" ? {} : { deprecated }),
  };
}
