import { describe, expect, test } from "@jest/globals";
import { requestJson } from "../../src/http/json.js";
import { failure, quiet, testClient } from "./support.js";
import { withServer } from "./with-server.js";

const page = "<!doctype html><title>We will be back soon</title>";

describe("src/http/json.ts", () => {
  test("gives the value and the response", async () => {
    await withServer(
      (response) => response.writeHead(201, { "x-total": "1" }).end('{"id":7}'),
      async ({ url }) => {
        const { client } = testClient();
        const answer = await requestJson(client, { method: "GET", url, signal: quiet() }, "the shop");
        expect(answer.value).toEqual({ id: 7 });
        expect(answer.response).toMatchObject({ status: 201, headers: { "x-total": "1" } });
      },
    );
  });

  test.each([204, 304, 401, 404])("leaves a %i to the caller", async (status) => {
    await withServer(
      (response) => response.writeHead(status).end(),
      async ({ url, seen }) => {
        const { client } = testClient();
        const answer = await requestJson(client, { method: "GET", url, signal: quiet() }, "the shop");
        expect(answer).toMatchObject({ response: { status }, value: undefined });
        expect(seen).toHaveLength(1);
      },
    );
  });

  test.each([
    ["a web page", page],
    ["an empty answer", ""],
    ["torn data", '[{"id":1},'],
  ])("asks again after %s", async (_name, body) => {
    await withServer(
      (response, _request, number) => response.end(number < 3 ? body : "[1]"),
      async ({ url, seen }) => {
        const { client } = testClient();
        const answer = await requestJson(client, { method: "GET", url, signal: quiet() }, "the shop");
        expect(answer.value).toEqual([1]);
        expect(seen).toHaveLength(3);
        expect(client.counts()).toEqual({ sent: 3, retried: 2, throttled: 0 });
      },
    );
  });

  test("in the end a web page is told with its title", async () => {
    await withServer(
      (response) => response.end(page),
      async ({ url, seen }) => {
        const { client } = testClient({ attempts: 3 });
        const error = await failure(requestJson(client, { method: "GET", url, signal: quiet() }, "the shop"));
        expect(error).toMatchObject({
          code: "web-page",
          exitCode: 5,
          message: `the shop sent a web page instead of data (200 from ${url}/): "We will be back soon" (3 attempts)`,
          hint: expect.stringContaining("Open the address in a browser"),
        });
        expect(seen).toHaveLength(3);
      },
    );
  });

  test("a page in answer to a create leaves its outcome unknown, and it is not sent again", async () => {
    await withServer(
      (response) => response.end(page),
      async ({ url, seen }) => {
        const { client } = testClient();
        const request = { method: "POST", url, body: "{}", signal: quiet() } as const;
        expect(await failure(requestJson(client, request, "the shop"))).toMatchObject({
          code: "unknown-outcome",
        });
        expect(seen).toHaveLength(1);
      },
    );
  });

  test("a notice in front of the data is not asked for again", async () => {
    await withServer(
      (response) => response.end("<br />\n<b>Notice</b>: x of token-1234<br />\n[1]"),
      async ({ url, seen }) => {
        const { client } = testClient({ redact: (text) => text.replaceAll("token-1234", "***") });
        const error = await failure(requestJson(client, { method: "GET", url, signal: quiet() }, "the shop"));
        expect(error).toMatchObject({ code: "text-before-json", status: 200 });
        expect(error.message).toContain("Notice : x of ***");
        expect(seen).toHaveLength(1);
      },
    );
  });
});
