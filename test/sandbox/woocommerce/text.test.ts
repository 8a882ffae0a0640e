import { describe, expect, test } from "@jest/globals";
import { renderText, slugOf } from "../../../src/sandbox/woocommerce/text.js";

describe("src/sandbox/woocommerce/text.ts", () => {
  test("paragraphs and breaks are put in, blocks are left", () => {
    expect(renderText("One\ntwo\n\n<ul>\n<li>x</li>\n</ul>")).toBe(
      "<p>One<br />\ntwo</p>\n<ul>\n<li>x</li>\n</ul>\n",
    );
    expect(renderText(" \n")).toBe("");
  });

  test("slugs keep letters and digits of any script", () => {
    expect(slugOf("Rust &amp; Bone – Größe 5!")).toBe(
      "rust-bone-große-5".normalize("NFD").replace(/\p{M}/gu, ""),
    );
    expect(slugOf("急須 pot")).toBe("急須-pot");
  });
});
