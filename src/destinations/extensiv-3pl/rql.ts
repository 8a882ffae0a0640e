/** A query longer than this is refused by web servers of the vendor's kind, which by themselves take 2,048 bytes. */
const longestQuery = 1900;

/**
 * A value in a filter. The server decodes it twice, once with the address and once by itself: whatever is not a plain
 * letter or digit is encoded for both, so that no sign can end the value, stand for others, or be a space for one of
 * the two decoders.
 */
export function encodeValue(value: string): string {
  // A lone surrogate cannot be encoded, nor can it stand in a SKU there.
  const once = encodeURIComponent(value.replace(/\p{Surrogate}/gu, "\uFFFD")).replace(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return once.replaceAll("%", "%25");
}

/** A filter as a part of the query. */
export interface Filter {
  readonly query: string;
  /** Most items that can fit, each SKU being there once; absent where the filter fits others too. */
  readonly most?: number;
}

/** The filter that finds these SKUs. One too long for a query is looked for by its beginning. */
export function filterBySku(skus: readonly string[]): Filter {
  const values = skus.map(encodeValue);
  const [only = "", ...others] = values;
  if (others.length > 0) return { query: `rql=sku=in=(${values.join(",")})`, most: values.length };
  if (only.length <= longestQuery) return { query: `rql=sku==${only}`, most: 1 };
  // A UTF-16 unit takes 15 characters at most; half a sign at the end would be another one.
  const beginning = (skus[0] ?? "").slice(0, longestQuery / 20).replace(/[\ud800-\udbff]$/, "");
  return { query: `rql=sku==${encodeValue(beginning)}*` };
}

/** Cuts SKUs into groups of `most` at most whose query is short enough; one that is too long by itself stays alone. */
export function groupSkus(skus: readonly string[], most: number): readonly (readonly string[])[] {
  const groups: string[][] = [];
  let group: string[] = [];
  let length = 0;
  for (const sku of skus) {
    const own = encodeValue(sku).length + 1;
    if (group.length > 0 && (group.length >= most || length + own > longestQuery)) {
      groups.push(group);
      group = [];
      length = 0;
    }
    group.push(sku);
    length += own;
  }
  if (group.length > 0) groups.push(group);
  return groups;
}

/**
 * SKUs are the same without regard to case, as filters compare them, and to blanks at the end, which no SKU of a cart
 * has and which databases of the vendor's kind do not look at.
 */
export function foldSku(sku: string): string {
  return sku.toLowerCase().trimEnd();
}
