/** What the sample catalogue's names are made of. All brands are invented. */
export const brands = [
  { name: "Harrowgate", code: "HRG" },
  { name: "Ostrel", code: "OST" },
  { name: "Bramwold", code: "BRW" },
  { name: "Fjellmark", code: "FJM" },
  { name: "Tidewick", code: "TDW" },
  { name: "Quennell & Sons", code: "QNS" },
] as const;

export const adjectives = [
  "Everyday",
  "Folding",
  "Heavy-Duty",
  "Stackable",
  "Double-Walled",
  "Café",
  "Travel",
  "Weatherproof",
] as const;

export const materials = ["Bamboo", "Stoneware", "Steel", "Linen", "Cork", "Merino", "Beech"] as const;

/** Price without cents and weight in kilograms, roughly what such a thing has. */
export const nouns = [
  { name: "Cutting Board", code: "CB", price: 24, weight: 1.1, type: "CUTTING_BOARD" },
  { name: "Mug", code: "MG", price: 11, weight: 0.42, type: "DRINKING_CUP" },
  { name: "Kettle", code: "KT", price: 49, weight: 1.6, type: "KETTLE" },
  { name: "Trail Sock", code: "TS", price: 14, weight: 0.09, type: "SOCKS" },
  { name: "Storage Box", code: "SB", price: 32, weight: 2.3, type: "STORAGE_BOX" },
  { name: "Picnic Blanket", code: "PB", price: 45, weight: 1.4, type: "BLANKET" },
  { name: "Lantern", code: "LN", price: 37, weight: 0.8, type: "LANTERN" },
] as const;

/** What makes a title longer: signs that are in Cp1252, and some that are not. */
export const extras = [
  "",
  "",
  "",
  ", Pack of 2",
  " – 12 oz",
  ' 15" x 10", Juice Groove',
  " (Größe M)",
  " up to 90 ℃",
  " – “Heritage” Edition",
  " 1½ Qt",
] as const;
