import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import type { ChannelMemory } from "../../src/channels/channel.js";
import { AuthError, LockHeldError, TransientError } from "../../src/errors.js";
import type { EtsyShop } from "../../src/sandbox/etsy/server.js";
import { failureOf, keysOf, readPages } from "../conformance/channel.js";
import { createChannelMemory } from "../support/channel-memory.js";
import { apiCalls, catalogueOf, createEtsyBed, type EtsyBed, tokenCalls } from "../support/etsy-bed.js";

let bed: EtsyBed;
beforeEach(() => {
  bed = createEtsyBed();
});
afterEach(() => bed.close());

const small = { catalogue: catalogueOf(20) } as const;

/** A memory whose `keep` is another one. */
function withKeep(keep: (set: ChannelMemory["set"]) => ChannelMemory["set"]): ChannelMemory {
  const { memory } = bed;
  return {
    ...memory,
    exclusive: (name, signal, work) => memory.exclusive(name, signal, (set) => work(keep(set))),
  };
}

function keptPair(): { refreshToken: string; accessToken: string } {
  return JSON.parse(bed.kept.get("token") ?? "{}") as { refreshToken: string; accessToken: string };
}

/** The tokens that the shop was asked for data with. */
function usedTokens(shop: EtsyShop): readonly string[] {
  const used = apiCalls(shop).map(({ headers }) => (headers["authorization"] ?? "").replace("Bearer ", ""));
  return [...new Set(used)];
}

describe("src/channels/etsy/tokens.ts", () => {
  test("a new pair is kept before it is used, and serves the next process", async () => {
    const shop = await bed.openShop(small);
    let callsWhenKept = -1;
    const memory = withKeep((set) => async (entries) => {
      callsWhenKept = apiCalls(shop).length;
      await set(entries);
    });
    await readPages(bed.openClient(shop, { memory }).channel);
    expect(callsWhenKept).toBe(0);
    expect(shop.tokens).toEqual([
      shop.config["refreshToken"],
      keptPair().accessToken,
      keptPair().refreshToken,
    ]);
    await bed.clock.advance(50 * 60_000);
    await readPages(bed.openClient(shop).channel);
    expect(tokenCalls(shop)).toBe(1);
    expect(usedTokens(shop)).toEqual([keptPair().accessToken]);
  });

  test("a pair that could not be kept is not used", async () => {
    const shop = await bed.openShop(small);
    const memory = withKeep(() => () => Promise.reject(new TransientError("disk", "the disk is full")));
    const error = await failureOf(readPages(bed.openClient(shop, { memory }).channel));
    expect(error.code).toBe("disk");
    expect(tokenCalls(shop)).toBe(1);
    expect(apiCalls(shop)).toEqual([]);
  });

  test("a process that died after keeping costs no token", async () => {
    const shop = await bed.openShop(small);
    const dead = withKeep((set) => async (entries) => {
      await set(entries);
      throw new Error("killed");
    });
    await expect(readPages(bed.openClient(shop, { memory: dead }).channel)).rejects.toThrow("killed");
    expect(apiCalls(shop)).toEqual([]);
    const { accessToken } = keptPair();
    expect(keysOf(await readPages(bed.openClient(shop).channel))).toEqual(shop.keys().toSorted());
    expect(tokenCalls(shop)).toBe(1);
    expect(usedTokens(shop)).toEqual([accessToken]);
  });

  test("a lock that was lost while Etsy answered does not lose the pair", async () => {
    const shop = await bed.openShop(small);
    let lost = 0;
    const memory = withKeep((set) => async (entries) => {
      lost += 1;
      if (lost === 1) throw new LockHeldError("lock-lost", "the lock was lost");
      await set(entries);
    });
    await readPages(bed.openClient(shop, { memory }).channel);
    expect(tokenCalls(shop)).toBe(1);
    expect(usedTokens(shop)).toEqual([keptPair().accessToken]);
  });

  test("two processes at once refresh once", async () => {
    const shop = await bed.openShop(small);
    const clients = [bed.openClient(shop), bed.openClient(shop)];
    const reads = await Promise.all(clients.map(({ channel }) => readPages(channel)));
    for (const pages of reads) expect(keysOf(pages)).toEqual(shop.keys().toSorted());
    expect(tokenCalls(shop)).toBe(1);
  });

  test("a token is renewed before its end, with the pair's own refresh token", async () => {
    const shop = await bed.openShop(small);
    await readPages(bed.openClient(shop).channel);
    const first = keptPair();
    await bed.clock.advance(56 * 60_000);
    await readPages(bed.openClient(shop).channel);
    expect(tokenCalls(shop)).toBe(2);
    expect(keptPair().refreshToken).not.toBe(first.refreshToken);
    expect(shop.requests.every(({ status }) => status === 200)).toBe(true);
  });

  test("a token that lives for a minute only is not renewed with each request", async () => {
    const shop = await bed.openShop({ catalogue: catalogueOf(500), tokenLifetime: 60 });
    await readPages(bed.openClient(shop).channel);
    expect(tokenCalls(shop)).toBe(1);
  });

  test("a token that ends in the middle of a read is renewed once", async () => {
    const shop = await bed.openShop({ catalogue: catalogueOf(500), faults: ["token-expired"] });
    expect(keysOf(await readPages(bed.openClient(shop).channel))).toEqual(shop.keys().toSorted());
    expect(tokenCalls(shop)).toBe(2);
    expect(shop.requests.filter(({ status }) => status === 401)).toHaveLength(1);
  });

  test("a token that is refused however new is an AuthError after one renewal", async () => {
    const shop = await bed.openShop({ ...small, faults: ["token-refused"] });
    const { channel } = bed.openClient(shop);
    await readPages(channel).catch(() => undefined);
    const error = await failureOf(readPages(channel));
    expect(error).toBeInstanceOf(AuthError);
    expect(error.hint).toContain("psync auth etsy");
    expect(apiCalls(shop).length).toBeLessThanOrEqual(4);
  });

  test("the token endpoint's own failures are answered by the same token", async () => {
    const shop = await bed.openShop({ ...small, faults: ["refresh-500"] });
    await readPages(bed.openClient(shop).channel);
    expect(tokenCalls(shop)).toBe(3);
  });

  test("a token endpoint that stays broken is a TransientError, and the next run finds the token good", async () => {
    const shop = await bed.openShop({ ...small, faults: ["refresh-500"] });
    const error = await failureOf(readPages(bed.openClient(shop, { http: { attempts: 2 } }).channel));
    expect(error).toBeInstanceOf(TransientError);
    expect(apiCalls(shop)).toEqual([]);
    expect(keysOf(await readPages(bed.openClient(shop).channel))).toEqual(shop.keys().toSorted());
  });

  test("a revoked token says where to get another", async () => {
    const shop = await bed.openShop(small);
    await readPages(bed.openClient(shop).channel);
    shop.revoke();
    const error = await failureOf(readPages(bed.openClient(shop).channel));
    expect(error).toMatchObject({ code: "invalid-grant", exitCode: 12 });
    expect(error.message).toContain("refresh_token is revoked");
    expect(error.hint).toContain("psync auth etsy");
    for (const token of shop.tokens) expect(error.message).not.toContain(token);
  });

  test("a changed token in the config beats the kept one, once", async () => {
    const shop = await bed.openShop({ ...small, strictRotation: false });
    await readPages(bed.openClient(shop).channel);
    // Whatever is good and not what the pair descends from is the operator's new word.
    const settings = { refreshToken: keptPair().refreshToken };
    await readPages(bed.openClient(shop, { settings }).channel);
    await readPages(bed.openClient(shop, { settings }).channel);
    expect(tokenCalls(shop)).toBe(2);
  });

  test("a changed token that Etsy refuses leaves the kept one in use", async () => {
    const shop = await bed.openShop(small);
    await readPages(bed.openClient(shop).channel);
    const client = bed.openClient(shop, { settings: { refreshToken: "1.torn" } });
    await readPages(client.channel);
    expect(client.warnings.join()).toContain("source.refreshToken");
    await readPages(bed.openClient(shop, { settings: { refreshToken: "1.torn" } }).channel);
    expect(tokenCalls(shop)).toBe(3);
  });

  test("what another process kept meanwhile is tried after a refusal", async () => {
    const shop = await bed.openShop(small);
    await readPages(bed.openClient(shop).channel);
    const current = bed.kept.get("token") ?? "";
    const { refreshToken } = keptPair();
    // Reads an old state at first, as where the lock does not hold.
    const stale = createChannelMemory(new Map(bed.kept));
    await stale.set(new Map([["token", current.replace(refreshToken, String(shop.config["refreshToken"]))]]));
    let reads = 0;
    await bed.clock.advance(3_600_000);
    const memory: ChannelMemory = {
      ...bed.memory,
      get: (names) => {
        reads += names.includes("token") ? 1 : 0;
        return reads <= 3 && names.includes("token") ? stale.get(names) : bed.memory.get(names);
      },
    };
    await readPages(bed.openClient(shop, { memory }).channel);
    expect(tokenCalls(shop)).toBe(3);
  });

  test("nonsense in the memory is as good as nothing", async () => {
    const shop = await bed.openShop(small);
    bed.kept.set("token", "{torn").set("quota", "[]");
    await readPages(bed.openClient(shop).channel);
    expect(tokenCalls(shop)).toBe(1);
  });

  test("a wrong key is told from a wrong token", async () => {
    const shop = await bed.openShop(small);
    const settings = { keystring: "nobody" };
    const error = await failureOf(readPages(bed.openClient(shop, { settings }).channel));
    expect(error).toMatchObject({ code: "key-refused", exitCode: 12 });
    const noSecret = bed.openClient(shop, { settings: { sharedSecret: "" } });
    expect(await failureOf(readPages(noSecret.channel))).toMatchObject({ code: "no-shared-secret" });
    const wrongSecret = bed.openClient(shop, { settings: { sharedSecret: "wrong" } });
    expect(await failureOf(readPages(wrongSecret.channel))).toMatchObject({ code: "key-refused" });
    expect(tokenCalls(shop)).toBe(2);
  });
});
