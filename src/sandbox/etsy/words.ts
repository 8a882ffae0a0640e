/** What the sample catalogue's listings are made of. */
export const adjectives = [
  "Speckled",
  "Hand Carved",
  "Rustic",
  "Miniature",
  "Salt Glazed",
  "Botanical",
  "Midnight",
  "Woven",
] as const;

export const makers = ["Harbor", "Fennel", "Marrow", "Juniper", "Tidewater", "Copper Lane"] as const;

/** Weight in ounces and price in whole units, roughly what such a thing has. */
export const things = [
  { name: "Stoneware Mug", code: "MUG", weight: 14.5, price: 28, material: "stoneware" },
  { name: "Linen Apron", code: "APR", weight: 9, price: 46, material: "linen" },
  { name: "Beeswax Candle", code: "CND", weight: 7.25, price: 18, material: "beeswax" },
  { name: "Walnut Spoon", code: "SPN", weight: 2.5, price: 14, material: "walnut" },
  { name: "Wool Throw", code: "THR", weight: 41, price: 120, material: "wool" },
  { name: "Silver Studs", code: "STU", weight: 0.4, price: 32, material: "sterling silver" },
  { name: "Plant Pot", code: "POT", weight: 52, price: 36, material: "terracotta" },
  { name: "Linocut Print", code: "PRT", weight: 1.1, price: 22, material: "paper" },
] as const;

export const tagWords = [
  "gift for her",
  "kitchen",
  "housewarming",
  "handmade",
  "cottage",
  "pottery",
] as const;

/** Values of Etsy's own property 200, with their ids. */
export const colors = [
  { id: 1, name: "Black", code: "BLK" },
  { id: 2, name: "Blue", code: "BLU" },
  { id: 4, name: "Green", code: "GRN" },
  { id: 10, name: "White", code: "WHT" },
] as const;

/** Values of Etsy's own property 100, with their ids. */
export const sizes = [
  { id: 2021, name: "Small", code: "S" },
  { id: 2022, name: "Medium", code: "M" },
  { id: 2023, name: "Large", code: "L" },
] as const;
