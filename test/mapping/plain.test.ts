import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { createPlain, toHtml } from "../../src/mapping/plain.js";

const plain = createPlain();

describe("src/mapping/plain.ts", () => {
  test.each([
    ["no markup", "Mug\n\n\n  5 < 6 > 4, I <3 it, AT&T  "],
    ["what only resembles an entity", "Pen&notebook &unknown; & co"],
    ["a tag that never closes", "length <b"],
    ["nothing", ""],
  ])("%s stays as it is", (_, text) => {
    expect(plain(text)).toBe(text);
  });

  test.each([
    [
      "paragraphs",
      "<p>Built for <b>long</b> seasons.</p>\n<p>Oak &amp; steel</p>",
      "Built for long seasons.\n\nOak & steel",
    ],
    ["line breaks", "one<br>two<br/>three<div>four</div>five", "one\ntwo\nthree\nfour\nfive"],
    ["headings", "<h1>Mug</h1>text<h3>More</h3>text", "Mug\ntext\n\nMore\ntext"],
    ["lists", "<ul><li>Oak</li><li>Steel<ul><li>In</li></ul></li></ul>", "- Oak\n - Steel\n   - In"],
    ["numbers", '<p>x</p><ol start="3"><li>a</li><li>b</li></ol>', "x\n\n 3. a\n 4. b"],
    ["Roman numbers out of range", '<ol type="I" start="99999"><li>a</li></ol>', "99999. a"],
    ["a senseless number", '<ol type="i" start="1e99"><li>a</li></ol>', "1. a"],
    ["links", 'see <a href="https://x.example/?a=1">here</a>.', "see here."],
    [
      "pictures",
      'a <img src="https://x.example/a.jpg" alt="Front &amp; back"> b <img src="x">c',
      "a Front & back b c",
    ],
    [
      "tables",
      "<table><tr><th>Size</th><td>L</td></tr><tr><td>Colour</td><td>Red</td></tr></table>",
      "Size L\nColour Red",
    ],
    ["what is no text", "a<script>alert(1)</script><style>p {}</style><!-- c -->b", "ab"],
    ["spaces", "<p>\u00a0</p><p> a  &nbsp; b\n\n\nc </p><p>&nbsp;</p><br><br><br>d", "a   b c\n\nd"],
    ["preformatted text", "<pre>a\n  b</pre>", "a\n  b"],
    [
      "entities once",
      "&lt;b&gt; &amp;amp; &#8364;&copy <i>Pen&notebook</i>",
      "<b> &amp; €&copy Pen&notebook",
    ],
    ["entities alone keep their lines", "Oak &amp; steel\nsecond&nbsp;line", "Oak & steel\nsecond line"],
    ["half a pair", "<b>\ud800</b>&#xd800;", "\ufffd\ufffd"],
  ])("%s", (_, html, text) => {
    expect(plain(html)).toBe(text);
  });

  test("what lies too deep has no text, and what is too long is cut, without a word on the screen", () => {
    expect(plain(`${"<div>".repeat(90)}seen`)).toBe("seen");
    expect(plain(`${"<div>".repeat(5_000)}unseen`)).toBe("");
    expect(plain(`<p>${"a".repeat(1_000_000)}</p>`).length).toBeLessThan(200_000);
    expect(plain("a".repeat(1_000_000))).toHaveLength(1_000_000);
  });

  test("its text as HTML gives the text again", () => {
    const pieces =
      "<p>|</p>|<br>|<b>|&lt;b&gt;|&amp;|&amp;lt;|&nbsp;|&#10;|\n| |  |\u00a0|\u2028|<ul><li>|<ol>|<pre>|<td>|<|>|&|x|Mug";
    const piece = fc.constantFrom(...pieces.split("|"));
    const html = fc.oneof(
      fc.array(piece).map((parts) => parts.join("")),
      fc.string({ unit: "binary" }),
    );
    fc.assert(
      fc.property(html, (given) => {
        const text = plain(given);
        expect(plain(toHtml(text))).toBe(text);
        expect(plain(toHtml(text.trim()))).toBe(text.trim());
      }),
      { numRuns: 500 },
    );
  });

  test("text that is not taken for HTML is its own HTML", () => {
    expect(toHtml("Oak & steel, 5 < 6\nAT&T")).toBe("Oak & steel, 5 < 6\nAT&T");
    expect(toHtml("<b> & x")).toBe("&lt;b> &amp; x");
    expect(toHtml("R&amp;D")).toBe("R&amp;amp;D");
  });
});
