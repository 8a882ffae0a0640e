export type DateStyle = "us" | "uk" | "eu" | "jp";

const hourMs = 3_600_000;
// Winter's and summer's distance from UTC in hours, and what the report calls them. "CET" is a guess.
const zones: Readonly<Record<DateStyle, readonly [number, string, number, string]>> = {
  us: [-8, "PST", -7, "PDT"],
  uk: [0, "GMT", 1, "BST"],
  eu: [1, "CET", 2, "CEST"],
  jp: [9, "JST", 9, "JST"],
};

/** A time as the report writes it: the marketplace's wall clock. April to October count as summer. */
export function openDate(at: number, style: DateStyle): string {
  const [winter, winterName, summer, summerName] = zones[style];
  const month = new Date(at).getUTCMonth();
  const isSummer = month >= 3 && month <= 9;
  const [date = "", time = ""] = new Date(at + (isSummer ? summer : winter) * hourMs)
    .toISOString()
    .slice(0, 19)
    .split("T");
  const [year = "", mm = "", dd = ""] = date.split("-");
  const name = isSummer ? summerName : winterName;
  if (style === "us") return `${date} ${time} ${name}`;
  return style === "jp" ? `${year}/${mm}/${dd} ${time} ${name}` : `${dd}/${mm}/${year} ${time} ${name}`;
}
