import { asinOf, eanOf, upcOf } from "./digits.js";
import type { AmazonListing } from "./model.js";

type OddListing = (index: number, fulfilment: string) => Partial<AmazonListing>;

const japanese = "南部鉄器 急須 0.8L";

/** Listings that programs trip over, in the order in which they are strewn into a catalogue. */
export const oddListings: readonly OddListing[] = [
  () => ({ sku: "KIT-CB-15,A/B", name: 'Bamboo Cutting Board 15" x 10", Juice Groove' }),
  () => ({
    sku: "KET/HER 2,0",
    name: '"Heritage Kettle, 2 qt',
    note: '"Box slightly dented',
    condition: "1",
  }),
  () => ({
    sku: "000457",
    description: "Solid bamboo board.<br>Hand wash only.<p>It's 100% bamboo &amp; oil.</p>",
  }),
  () => ({ sku: "457" }),
  () => ({ sku: "MÜTZE-Größe-M", name: "Mütze aus Merinowolle – Größe M, dünn" }),
  () => ({ sku: "ŁÓDŹ-1", name: "Kubek ceramiczny Łódź ＆ spółka" }),
  (_index, fulfilment) => ({
    sku: "MUG-CAFE-12",
    name: "Café Mug – 12 oz",
    price: "11.5",
    quantity: "",
    pendingQuantity: "",
    channel: fulfilment,
    fulfillable: 73,
  }),
  (_index, fulfilment) => ({ quantity: "", pendingQuantity: "", channel: fulfilment, fulfillable: 0 }),
  () => ({
    sku: "SOCK-PARENT",
    name: "Trail Sock",
    description: "",
    price: "",
    quantity: "",
    pendingQuantity: "",
    status: "Inactive",
    isParent: true,
    childSkus: ["SOCK-M"],
  }),
  () => ({ price: "", status: "Inactive" }),
  (index) => ({ productIdType: "1", productId: asinOf(index) }),
  () => ({
    productIdType: "2",
    productId: "316148410X",
    asin: "316148410X",
    name: "The Kettle Mender's Almanac",
  }),
  (index) => ({ productIdType: "3", productId: upcOf(index) }),
  (index) => ({ productIdType: "4", productId: eanOf(index) }),
  // EAN of a UPC: the same code with a zero before it.
  (index) => ({ productIdType: "4", productId: `0${upcOf(index)}` }),
  (index) => ({ productIdType: "3", productId: `00${String(index)}` }),
  // The same product offered twice: used, and the neighbour's new one.
  (index) => ({ asin: asinOf(index - 1), productIdType: "1", productId: asinOf(index - 1), condition: "2" }),
  () => ({ asin: "B0GONE0001", productIdType: "1", productId: "B0GONE0001", status: "Inactive" }),
  () => ({ name: japanese, sku: "NAMBU-08" }),
  () => ({ name: "", description: "", status: "Inactive" }),
  () => ({ sku: " LEAD-SPACE" }),
  () => ({ sku: "plus+percent%20&amp=1" }),
  () => ({ sku: "SOCK-M", price: "0", quantity: "0", channel: "DEFAULT", parentSku: "SOCK-PARENT" }),
  () => ({ price: "1299.995", quantity: "99999" }),
  () => ({ rowFault: "repeated" }),
  () => ({ rowFault: "embedded-tab", name: "Steel Kettle\t2 qt" }),
  () => ({ sku: "", status: "Inactive" }),
  () => ({ name: `${"Very long title of a stacking storage box, ".repeat(11)}grey` }),
  () => ({ description: '"Quoted" from start to "end"', name: "'Apostrophe' = formula" }),
  () => ({ name: "=HYPERLINK(0)", sku: "=1+1" }),
];
