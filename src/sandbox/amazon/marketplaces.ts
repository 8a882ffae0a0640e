/** A marketplace as far as the sandbox plays one. */
export interface Marketplace {
  readonly id: string;
  readonly name: string;
  readonly countryCode: string;
  readonly currency: string;
  readonly language: string;
  readonly domain: string;
  /** The code of Amazon's own warehouses; AMAZON_NA and AMAZON_EU were seen, AMAZON_JP is a guess. */
  readonly fulfilment: string;
}

const us: Marketplace = {
  id: "ATVPDKIKX0DER",
  name: "Amazon.com",
  countryCode: "US",
  currency: "USD",
  language: "en_US",
  domain: "www.amazon.com",
  fulfilment: "AMAZON_NA",
};

const eu = { currency: "EUR", fulfilment: "AMAZON_EU" };

const known: readonly Marketplace[] = [
  us,
  {
    ...us,
    id: "A2EUQ1WTGCTBG2",
    name: "Amazon.ca",
    countryCode: "CA",
    currency: "CAD",
    language: "en_CA",
    domain: "www.amazon.ca",
  },
  {
    ...eu,
    id: "A1F83G8C2ARO7P",
    name: "Amazon.co.uk",
    countryCode: "GB",
    currency: "GBP",
    language: "en_GB",
    domain: "www.amazon.co.uk",
  },
  {
    ...eu,
    id: "A1PA6795UKMFR9",
    name: "Amazon.de",
    countryCode: "DE",
    language: "de_DE",
    domain: "www.amazon.de",
  },
  {
    ...eu,
    id: "A13V1IB3VIYZZH",
    name: "Amazon.fr",
    countryCode: "FR",
    language: "fr_FR",
    domain: "www.amazon.fr",
  },
  {
    id: "A1VC38T7YXB528",
    name: "Amazon.co.jp",
    countryCode: "JP",
    currency: "JPY",
    language: "ja_JP",
    domain: "www.amazon.co.jp",
    fulfilment: "AMAZON_JP",
  },
];

/** The marketplace of an id; one that the sandbox does not know is like Amazon.com. */
export function marketplaceOf(id: string): Marketplace {
  return known.find((each) => each.id === id) ?? { ...us, id };
}

/** The marketplaces of the same account: those that share its warehouses. */
export function regionOf(home: Marketplace): readonly Marketplace[] {
  return [home, ...known.filter(({ id, fulfilment }) => id !== home.id && fulfilment === home.fulfilment)];
}
