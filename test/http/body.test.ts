import { describe, expect, test } from "@jest/globals";
import { RemoteError, TransientError } from "../../src/errors.js";
import { isWebPage, pageTitle, parseJson } from "../../src/http/body.js";
import type { HttpResponse } from "../../src/http/contract.js";

function answer(text: string, contentType = "application/json"): HttpResponse {
  const url = "https://shop.example/products?consumer_secret=cs_1";
  return { status: 200, headers: { "content-type": contentType }, text, url };
}

function refusal(response: HttpResponse): TransientError | RemoteError {
  try {
    parseJson(response, "the shop");
  } catch (error) {
    if (error instanceof TransientError || error instanceof RemoteError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe("src/http/body.ts", () => {
  test.each([
    ["an object", '{"a":[1,"x"]}', { a: [1, "x"] }],
    ["a list", " [] \n", []],
    ["a byte order mark", "\uFEFF[1]", [1]],
    ["null", "null", null],
    ["text that looks like a page inside", '["<html>"]', ["<html>"]],
  ])("reads %s", (_name, text, expected) => {
    expect(parseJson(answer(text), "the shop")).toEqual(expected);
  });

  test("reads data under a page's content type", () => {
    expect(parseJson(answer('{"a":1}', "text/html; charset=UTF-8"), "the shop")).toEqual({ a: 1 });
  });

  test.each(["", "  \n", "\uFEFF"])("an empty answer: %j", (text) => {
    expect(refusal(answer(text))).toMatchObject({
      code: "empty-answer",
      exitCode: 5,
      message: "the shop sent an empty answer (200 from https://shop.example/products)",
    });
  });

  test.each([
    ["by its doctype", "<!DOCTYPE html><title>Shop is being updated</title>", "application/json"],
    ["by its first tag", "\n <HTML lang=de><head><title\n>Shop is\n being\u0007 updated</title>", ""],
    [
      "behind comments",
      "<!-- a --> <?xml version='1.0'?><!-- b --><html><title>Shop is being updated</title>",
      "",
    ],
    ["by its content type", "<p>Shop is <b>being</b> updated</p>", "text/html; charset=utf-8"],
    [
      "by its words, without a title",
      "<html><style>p { color: red }</style><p>Shop is being updated",
      "text/html",
    ],
  ])("a web page, known %s", (_name, text, contentType) => {
    expect(refusal(answer(text, contentType))).toMatchObject({
      code: "web-page",
      exitCode: 5,
      message: expect.stringContaining(
        'instead of data (200 from https://shop.example/products): "Shop is being updated"',
      ),
    });
  });

  test("quotes 200 characters at most, and nothing that a terminal obeys", () => {
    const { message } = refusal(answer(`<html><title>\u001b]0;x\u0007\u202e${"long ".repeat(500)}</title>`));
    expect(message).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(/"(.*)"$/.exec(message)?.[1]).toHaveLength(200);
  });

  test.each([
    ["a notice", "<br />\n<b>Notice</b>:  Undefined index: x in <b>/srv/a.php</b> on line <b>3</b><br />\n"],
    ["a notice with brackets", "Warning: array[0] and {x} in /srv/a.php\n"],
  ])("%s in front of the data is no data", (_name, notice) => {
    for (const contentType of ["application/json", "text/html; charset=UTF-8"]) {
      const error = refusal(answer(`${notice}[{"id":1}]`, contentType));
      expect(error).toMatchObject({ code: "text-before-json", exitCode: 6, status: 200 });
      expect(error.message).toMatch(/"(Notice : Undefined index: x in|Warning: array\[0\])/);
      expect(error.hint).toContain("display_errors");
    }
  });

  test.each([
    '[{"id":1},{"id"',
    '{"a":1}}',
    '{"a":1}<br />Warning',
    "not json",
    "{'a':1}",
    '{"a":NaN}',
    '"\u0001"',
  ])("torn: %s", (text) => {
    expect(refusal(answer(text))).toMatchObject({ code: "torn-json", exitCode: 5 });
  });

  test.each(["text", "secret-of-many-words"])(
    "hides what it is told to hide in what it quotes (%s)",
    (secret) => {
      const response = answer(`<html><title>Hello ${secret}, api_key=k-1</title>`);
      const hide = (text: string): string => text.replaceAll(secret, "***").replaceAll("k-1", "***");
      expect(() => parseJson(response, "the shop", hide)).toThrow(/"Hello \*\*\*, api_key=\*\*\*"$/);
      expect(() => parseJson(response, "the shop")).toThrow(/api_key=\*\*\*"$/);
    },
  );

  test("a bomb of a million levels is refused; the process lives", () => {
    for (const [open, close] of [
      ["[", "]"],
      ['{"a":', "}"],
      ['[{"a":', "}]"],
    ] as const) {
      const bomb = `${open.repeat(10 ** 6)}1${close.repeat(10 ** 6)}`;
      expect(refusal(answer(bomb))).toMatchObject({ code: "too-deep", exitCode: 6 });
      expect(refusal(answer(open.repeat(10 ** 6)))).toMatchObject({ code: "torn-json" });
    }
  });

  test("brackets in texts are not levels", () => {
    const value = { a: `${"[".repeat(2000)}\\"`, b: '\\"{'.repeat(2000), c: "\\" };
    expect(parseJson(answer(JSON.stringify(value)), "the shop")).toEqual(value);
  });

  test("hostile pages do not cost time", () => {
    const pages = [
      " ".repeat(10 ** 5),
      "<!-- x -->".repeat(10 ** 4),
      "<title".repeat(10 ** 4),
      "<".repeat(10 ** 5),
    ];
    for (const page of pages) {
      expect(isWebPage(answer(page))).toBe(false);
      expect(pageTitle(page).length).toBeLessThanOrEqual(200);
    }
  });
});
