/*
 * Which records of the recorded shop are no items, by id, as read in the recordings. A product's type, status, virtual
 * and sku decide, and a variation's status, virtual, sku and its parent's status and sku.
 */

/** Spells ids out: "7 12-14" is 7, 12, 13, 14. As texts, the way the keys of records are. */
function ids(text: string): string[] {
  return text.split(" ").flatMap((range) => {
    const [first = 0, last = first] = range.split("-").map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => String(first + index));
  });
}

/** Drafts 236 to 239, pending 240 to 242, private 243 to 245, future 246 and 247: all simple, all with an SKU. */
export const simpleUnpublished = ids("236-247");
/** TARP-X-O is private, which the admin calls disabled; VDRAFT-O is published, but its parent 417 is a draft. */
export const variationsUnpublished = ids("414 418");
/** 18 shirts, then PONCHO, CORD, TARP-X, VNONE, ALBUM, LPB. */
const variable = ids(
  "253 263 270 280 287 297 304 314 321 331 338 348 355 365 372 382 389 399 406 409 413 416 421 424",
);
/** External 230 to 232, grouped 233 to 235. One of the grouped has no SKU either: not sellable comes first. */
const otherKinds = ids("230-235");
/** Four workshop tickets are virtual, three maps downloadable as well, and so is ALBUM-MP3. */
const digital = ids("223-229 422");
/** Swatch card, gift box, carabiner, voucher. */
const simpleWithout = ids("192-195");
/** Children that repeat the SKU of their parent: SHIRT-01, 04, 07, 10, 13, 16. */
const inherited = ids("264-269 288-296 315-320 339-347 366-371 390-398");
/** Children whose parent (270, 297, 321, 348, 372, 399) has none either. */
const withoutAny = ids("271-279 298-303 322-330 349-354 373-381 400-405");
/** Both products of the SKU BRM-DUP. */
export const duplicates = ids("251-252");

/** The keys that are skipped while only published products are wanted, by code. */
export const skippedByCode: Readonly<Record<string, readonly string[]>> = {
  status: [...simpleUnpublished, "417", ...variationsUnpublished],
  "not-sellable": [...variable, ...otherKinds],
  "not-shippable": digital,
  "no-sku": [...simpleWithout, ...inherited, ...withoutAny],
  "duplicate-sku": duplicates,
};
