import { decodeHTMLStrict } from "entities";
import { compile, type Formatter } from "html-to-text";
import { toWellFormed } from "./text.js";

/** More HTML than this is cut off: nobody reads it, and hostile input takes time that grows with its square. */
const maxHtmlLength = 128 * 1024;
/** Elements that lie deeper have no text. */
const maxDepth = 100;

/** The text that stands for a picture, without its address. */
const formatPicture: Formatter = (element, _, builder) => {
  const { alt } = element.attribs;
  if (alt !== undefined) builder.addInline(alt);
};

/** Numbers a list. The package fails on Roman numbers beyond 9999, so every list has Arabic ones. */
const formatNumbered: Formatter = (element, walk, builder, options) => {
  const start = Number(element.attribs["start"] ?? "1");
  const usable = Number.isInteger(start) && Math.abs(start) < 1e6;
  element.attribs = { start: usable ? String(start) : "1" };
  builder.options.formatters["orderedList"]?.(element, walk, builder, options);
};

const headings = "h1 h2 h3 h4 h5 h6".split(" ");
const blocks =
  "address blockquote center dd details dl dt fieldset figcaption figure hr li section summary tr".split(" ");

const block = { leadingLineBreaks: 1, trailingLineBreaks: 1 };
const paragraph = { leadingLineBreaks: 2, trailingLineBreaks: 2 };
const heading = { leadingLineBreaks: 2, trailingLineBreaks: 1, uppercase: false };

/**
 * Makes what turns HTML into plain text: entities decoded once, links and pictures reduced to their text, a line for
 * each block and an empty one between paragraphs. Text without markup and entities stays as it is; text with entities
 * alone keeps its lines.
 */
export function createPlain(): (text: string) => string {
  const convertMarkup = compile({
    wordwrap: false,
    // Done afterwards, so that only entities with a semicolon count: "Pen&notebook" stays what it is.
    decodeEntities: false,
    baseElements: { selectors: [] },
    limits: { maxInputLength: maxHtmlLength, maxDepth, ellipsis: "" },
    formatters: { picture: formatPicture, numbered: formatNumbered },
    selectors: [
      { selector: "a", options: { ignoreHref: true } },
      { selector: "img", format: "picture" },
      { selector: "ol", format: "numbered", options: paragraph },
      { selector: "ul", options: { ...paragraph, itemPrefix: " - " } },
      { selector: "p", options: paragraph },
      ...headings.map((selector) => ({ selector, options: heading })),
      ...blocks.map((selector) => ({ selector, format: "block", options: block })),
      // Cells would stand side by side without a space.
      ...["td", "th"].map((selector) => ({ selector, format: "inlineSurround", options: { suffix: " " } })),
    ],
  });
  return (text) => {
    const wellFormed = toWellFormed(text);
    if (hasTag(wellFormed)) {
      // Cut here, as the package would tell the screen.
      return tidy(decodeHTMLStrict(convertMarkup(wellFormed.slice(0, maxHtmlLength))));
    }
    return hasEntity(wellFormed) ? tidy(decodeHTMLStrict(wellFormed)) : wellFormed;
  };
}

/** The HTML that `createPlain` turns into a text: the text itself unless it would be taken for HTML. */
export function toHtml(text: string): string {
  if (!hasTag(text) && !hasEntity(text)) return text;
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;");
}

/** "a < b" and "I <3 it" hold none. */
function hasTag(text: string): boolean {
  const start = text.search(/<[a-z/!?]/i);
  return start !== -1 && text.includes(">", start);
}

function hasEntity(text: string): boolean {
  return text.includes("&") && decodeHTMLStrict(text) !== text;
}

/** Plain spaces, none at the ends of lines, one empty line at most. */
function tidy(text: string): string {
  const lines = toWellFormed(text)
    .replace(/\r\n?/g, "\n")
    .replace(/\u00a0/g, " ")
    .split("\n")
    .map((line) => line.trimEnd());
  return lines
    .filter((line, index) => line !== "" || lines[index - 1] !== "")
    .join("\n")
    .trim();
}
