const blockStart = /^<(?:\/?(?:p|h[1-6]|ul|ol|li|div|table|blockquote|pre|figure)\b|!--)/i;

/**
 * Renders a stored text as a theme shows it: paragraphs for blank lines, breaks for single ones. An approximation
 * of WordPress's wpautop (unverified beyond plain paragraphs); shortcodes are left as they are.
 */
export function renderText(text: string): string {
  if (text.trim() === "") return "";
  return text
    .split(/\n{2,}/)
    .map((part) => part.trim())
    .filter((part) => part !== "")
    .map((part) => (blockStart.test(part) ? part : `<p>${part.replaceAll("\n", "<br />\n")}</p>`))
    .join("\n")
    .concat("\n");
}

/** Makes the part of an address that WordPress makes of a title. An approximation: marks and other signs go. */
export function slugOf(text: string): string {
  return text
    .replaceAll("&amp;", " ")
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "-")
    .replace(/^-|-$/g, "");
}
