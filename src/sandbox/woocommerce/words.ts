/** What the sample catalogue's names are made of. All brands are invented. */
export const brands = [
  { name: "Quillmere", code: "QLM" },
  { name: "Tarnwick", code: "TRN" },
  { name: "Brackenhollow", code: "BRH" },
  { name: "Veldorn &amp; Daughters", code: "VLD" },
  { name: "Pellworth", code: "PLW" },
  { name: "Lumenfjord", code: "LUM" },
  { name: "Sombrel", code: "SBR" },
  { name: "Kestrevale", code: "KSV" },
] as const;

export const adjectives = [
  "Everyday",
  "Folding",
  "Heavy-duty",
  "Compact",
  "Weatherproof",
  "Double-walled",
  "Hand-finished",
  "Stackable",
  "Lightweight",
  "Insulated",
] as const;

export const materials = [
  "Canvas",
  "Beech",
  "Enamel",
  "Wool",
  "Brass",
  "Linen",
  "Steel",
  "Cork",
  "Leather",
] as const;

/** Weight in the shop's unit and price without cents, roughly what such a thing has. */
export const nouns = [
  { name: "Haversack", code: "HAV", weight: 0.9, price: 64, category: 0 },
  { name: "Camp Stool", code: "STL", weight: 1.8, price: 39, category: 1 },
  { name: "Lantern", code: "LNT", weight: 0.7, price: 45, category: 1 },
  { name: "Kettle", code: "KTL", weight: 1.1, price: 34, category: 2 },
  { name: "Tea Towel", code: "TWL", weight: 0.08, price: 9, category: 2 },
  { name: "Planter", code: "PLT", weight: 3.4, price: 28, category: 3 },
  { name: "Watering Can", code: "WTC", weight: 1.3, price: 32, category: 3 },
  { name: "Hand Trowel", code: "TRW", weight: 0.35, price: 14, category: 3 },
  { name: "Storage Crate", code: "CRT", weight: 2.6, price: 41, category: 0 },
  { name: "Throw Blanket", code: "BLK", weight: 1.2, price: 78, category: 4 },
  { name: "Door Hook", code: "HOK", weight: 0.12, price: 6, category: 4 },
  { name: "Serving Board", code: "BRD", weight: 0.95, price: 27, category: 2 },
] as const;

/** Terms come entity-encoded from the database; these hold what that does to them. */
export const categories = [
  { id: 21, name: "Bags &amp; Crates", slug: "bags-crates" },
  { id: 22, name: "Camp", slug: "camp" },
  { id: 23, name: "Kitchen &gt; Table", slug: "kitchen-table" },
  { id: 24, name: "Garden", slug: "garden" },
  { id: 25, name: "Home, &quot;small things&quot;", slug: "home-small-things" },
] as const;

export const tags = [
  { id: 31, name: "new", slug: "new" },
  { id: 32, name: "R&amp;D sample", slug: "rd-sample" },
  { id: 33, name: "gift/idea", slug: "gift-idea" },
  { id: 34, name: "back in stock, finally", slug: "back-in-stock-finally" },
  { id: 35, name: "100% recycled", slug: "100-recycled" },
] as const;

export const colors = ["Moss", "Ink", "Rust &amp; Bone", "Chalk", "Saffron", "Slate"] as const;
export const sizes = ["S", "M", "L"] as const;
