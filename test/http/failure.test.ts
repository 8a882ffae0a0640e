import { describe, expect, test } from "@jest/globals";
import { ConfigError, RemoteError } from "../../src/errors.js";
import { defaultTimeouts } from "../../src/http/exchange.js";
import { describeRequest, explain, ExchangeFailure, tooLarge } from "../../src/http/failure.js";
import { createRedactor } from "../../src/http/redaction.js";
import { quiet } from "./support.js";

const context = {
  who: "the shop",
  request: {
    method: "POST",
    url: "https://me:word@shop.example/items/s3cret?page=2&consumer_secret=cs#x",
    signal: quiet(),
  },
  maxBodyBytes: 64 * 2 ** 20,
  timeouts: defaultTimeouts,
  redact: createRedactor(["s3cret"]),
} as const;

describe("src/http/failure.ts", () => {
  test("names a request by method and address, without query, user and secrets", () => {
    expect(describeRequest(context.request, context.redact)).toBe("POST https://shop.example/items/***");
  });

  test.each(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN"])("%s: the server saw nothing", (code) => {
    expect(explain({ code, name: "RequestError", message: `it is ${code}, s3cret` }, context)).toMatchObject({
      name: "ExchangeFailure",
      message: `it is ${code}, ***`,
      nothingSent: true,
    });
  });

  test.each([
    "ECONNRESET",
    "EPIPE",
    "ETIMEDOUT",
    "EHOSTUNREACH",
    "HPE_INVALID_CONSTANT",
    "ERR_STREAM_DESTROYED",
  ])("%s: the server may have seen it", (code) => {
    const error = explain({ code, name: "RequestError", message: "socket hang up" }, context);
    expect(error).toBeInstanceOf(ExchangeFailure);
    expect(error).toMatchObject({ message: "socket hang up", nothingSent: false });
  });

  test.each([
    ["lookup", "no connection within 10 s", true],
    ["connect", "no connection within 10 s", true],
    ["secureConnect", "no connection within 10 s", true],
    ["socket", "silence for 30 s", false],
    ["request", "not done after 120 s", false],
  ])("out of time while waiting for %s", (event, message, nothingSent) => {
    const error = explain({ code: "ETIMEDOUT", name: "TimeoutError", event, message: "x" }, context);
    expect(error).toMatchObject({ name: "ExchangeFailure", message, nothingSent });
  });

  test.each([
    "DEPTH_ZERO_SELF_SIGNED_CERT",
    "SELF_SIGNED_CERT_IN_CHAIN",
    "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
    "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
    "CERT_HAS_EXPIRED",
    "CERT_NOT_YET_VALID",
    "ERR_TLS_CERT_ALTNAME_INVALID",
    "EPROTO",
    "ERR_SSL_WRONG_VERSION_NUMBER",
  ])("%s: no trust", (code) => {
    const error = explain({ code, name: "RequestError", message: "certificate" }, context);
    expect(error).toBeInstanceOf(RemoteError);
    expect(error).toMatchObject({ code: "tls", exitCode: 6 });
  });

  test("an unsendable header", () => {
    const error = explain({ code: "ERR_INVALID_CHAR", name: "RequestError", message: "x" }, context);
    expect(error).toBeInstanceOf(ConfigError);
  });

  test.each([{ code: "ERR_INVALID_URL" }, { code: "ERR_GOT_REQUEST_ERROR" }, {}, "text", undefined])(
    "a bug stays one: %j",
    (error) => {
      expect(explain(error, context).constructor).toBe(Error);
    },
  );

  test("tells a limit in MiB, or in bytes where it is small", () => {
    expect(tooLarge(context).message).toContain("more than 64 MiB");
    expect(tooLarge({ ...context, maxBodyBytes: 1000 }).message).toContain("more than 1000 bytes");
  });
});
