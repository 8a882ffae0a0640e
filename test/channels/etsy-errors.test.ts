import { describe, expect, test } from "@jest/globals";
import { toEtsyError, toTokenError } from "../../src/channels/etsy/errors.js";
import { parseLimits } from "../../src/channels/etsy/limits.js";
import { createRedactor } from "../../src/http/redaction.js";

const redact = createRedactor(["s3cret-value"]);

function answer(status: number, body: unknown, headers: Record<string, string> = {}) {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return { status, headers, text, url: "https://openapi.etsy.com/v3/application/x" };
}

describe("src/channels/etsy/errors.ts", () => {
  test.each([
    [400, { error: "Invalid value (x) for enum(a, b)" }, "bad-request", 6],
    [400, { error: "Offset provided is greater than the maximum offset allowed." }, "offset-cap", 6],
    [401, { error: "invalid_token", error_description: "access token is expired" }, "token-refused", 12],
    [
      401,
      { error: "Invalid API key: should be in the format 'keystring:shared_secret'." },
      "key-refused",
      12,
    ],
    [403, { error: "Shared secret is required in x-api-key header." }, "no-shared-secret", 12],
    [
      403,
      { error: "API key not found or not active, or incorrect shared secret for API key." },
      "key-refused",
      12,
    ],
    [403, { error: "insufficient_scope" }, "forbidden", 12],
    [403, "<html><title>Denied</title></html>", "forbidden", 12],
    [404, { error: "Listing 7 not found" }, "not-found", 6],
    [409, { error: "being edited" }, "unexpected-answer", 6],
    [422, "", "unexpected-answer", 6],
    [429, { error: "Too many" }, "throttled", 5],
    [500, { error: "Server Error" }, "etsy-crashed", 5],
    [503, "<html>", "etsy-down", 5],
    [302, "", "redirect", 4],
  ])("%i %j is %s, exit code %i", (status, body, code, exitCode) => {
    const error = toEtsyError(answer(status, body), { what: "listings", redact });
    expect(error).toMatchObject({ code, exitCode });
  });

  test("names Etsy's request, and nothing that is none", () => {
    const id = "0c1f2a3b-1111-4222-8333-944455556666";
    const of = (value: string) =>
      toEtsyError(answer(500, "", { "x-etsy-request-uuid": value }), { what: "listings", redact }).message;
    expect(of(id)).toContain(id);
    expect(of("\u001b]0;evil")).not.toContain("evil");
  });

  test("quotes a line without secrets", () => {
    const long = { error: `s3cret-value\n\u001b[2J ${"x".repeat(500)}` };
    for (const error of [
      toEtsyError(answer(404, long), { what: "listings", redact }),
      toTokenError(answer(400, long), redact),
    ]) {
      expect(error.message).not.toContain("s3cret-value");
      expect(error.message).not.toContain("\n");
      expect(error.message).not.toContain("\u001b");
      expect(error.message.length).toBeLessThan(300);
    }
  });

  test.each([
    [400, { error: "invalid_grant", error_description: "refresh_token is revoked" }, "invalid-grant", 12],
    [
      401,
      { error: "invalid_client", error_description: "client_id is not a known API key" },
      "key-refused",
      12,
    ],
    [500, { error: "Server Error" }, "etsy-down", 5],
    [404, "<html>", "unexpected-answer", 6],
    [301, "", "redirect", 4],
  ])("of the token endpoint %i %j is %s", (status, body, code, exitCode) => {
    expect(toTokenError(answer(status, body), redact)).toMatchObject({ code, exitCode });
  });
});

describe("src/channels/etsy/limits.ts", () => {
  test.each([
    [{}, {}],
    [
      {
        "x-limit-per-second": "10",
        "x-remaining-this-second": "9",
        "x-limit-per-day": "5000",
        "x-remaining-today": "0",
      },
      { perSecond: 10, leftThisSecond: 9, perDay: 5000, leftToday: 0 },
    ],
    [{ "x-remaining-this-secon": "3" }, { leftThisSecond: 3 }],
    [{ "x-remaining-this-second": "", "x-remaining-this-secon": "3" }, { leftThisSecond: 3 }],
    [{ "x-limit-per-day": "many", "x-remaining-today": "-1", "x-limit-per-second": "1e3" }, {}],
  ])("%j is %j", (headers, limits) => {
    expect(parseLimits(headers)).toEqual(limits);
  });
});
