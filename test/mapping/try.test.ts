import { test } from "@jest/globals";
import { parseTable } from "../../src/mapping/table.js";
test("x", () => {
  const bombs: Record<string,string> = {
    rows: "rows:\n" + "  - { from: a, to: name }\n".repeat(40000),
    deepflow: "rows: " + "[".repeat(100000),
    deepblock: "rows:\n" + Array.from({length: 1300}, (_, i) => " ".repeat(i) + "a:").join("\n"),
    dashes: "- ".repeat(100000) + "a",
    q: "? ".repeat(100000) + "a",
    alias: "a: &a [x,x]\n" + "bcdefghij".split("").map((c,i,l)=>`${c}: &${c} [*${i?l[i-1]:"a"},*${i?l[i-1]:"a"}]`).join("\n"),
    js: "rows: !!js/function 'function(){}'",
    text: "rows: " + "x ".repeat(500000),
    colons: "a: ".repeat(100000),
    quotes: "rows: \"" + "\\u0041".repeat(170000)+"\"",
    alt: "- [a, {b: ".repeat(40000),
    comments: "# x\n".repeat(250000),
    keys: Array.from({length: 60000}, (_, i) => "k"+i+": 1").join("\n"),
    tags: "!a ".repeat(300000),
    anchors: "&a ".repeat(300000),
  };
  for (const [n, t0_] of Object.entries(bombs)) { const t = t0_.slice(0, 256*1024); const t0 = performance.now(); const p = parseTable(t, "f"); console.log(n, t.length, Math.round(performance.now()-t0), p.faults.length, p.faults[0]); }
});
