import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, test } from "@jest/globals";
import { ConfigError, InterruptedError } from "../../src/errors.js";
import { unusedUrl } from "./with-server.js";
import { isLoopbackRedirect, receiveRedirect } from "../../src/http/redirect.js";

describe("src/http/redirect.ts", () => {
  test("gives the address that the browser was sent to, and nothing else that asks", async () => {
    const uri = `${await unusedUrl()}/callback`;
    const statuses: number[] = [];
    let visits: Promise<void> | undefined;
    const got = receiveRedirect(uri, new AbortController().signal, () => {
      visits = (async () => {
        for (const path of [
          uri.replace("/callback", "/favicon.ico"),
          uri,
          `${uri}?code=a%20b&state=<script>`,
        ]) {
          const response = await fetch(path);
          statuses.push(response.status);
          expect(await response.text()).not.toContain("script>");
        }
      })();
    });
    expect(await got).toBe(`${uri}?code=a%20b&state=%3Cscript%3E`);
    await visits;
    expect(statuses).toEqual([404, 404, 200]);
  });

  test("a port that is taken is told, an abort ends the wait", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const never = new AbortController().signal;
    const taken = receiveRedirect(`http://127.0.0.1:${port}/callback`, never, () => undefined);
    await expect(taken).rejects.toBeInstanceOf(ConfigError);
    await new Promise((resolve) => server.close(resolve));
    const abort = new AbortController();
    const waiting = receiveRedirect(`http://127.0.0.1:${port}/callback`, abort.signal, () => abort.abort());
    await expect(waiting).rejects.toBeInstanceOf(InterruptedError);
  });

  test.each([
    ["http://localhost:3003/callback", true],
    ["http://127.0.0.1:3003/oauth/redirect", true],
    ["http://localhost/callback", false],
    ["https://localhost:3003/callback", false],
    ["https://psync.example/callback", false],
    ["http://localhost.example:3003/", false],
    ["nonsense", false],
  ])("%s is on this machine: %s", (uri, expected) => {
    expect(isLoopbackRedirect(uri)).toBe(expected);
  });
});
