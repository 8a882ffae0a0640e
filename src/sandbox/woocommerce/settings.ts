import { failure, privateHeaders, type Answer } from "./answer.js";
import { pickPaths } from "./fields.js";
import type { Body, ShopFacts } from "./model.js";
import type { WooStore } from "./store.js";

export type WooVersion = "11.0.1" | "10.2.0";

const settingMethods = ["GET", "POST", "PUT", "PATCH"];

interface Setting {
  readonly group: string;
  readonly label: string;
  readonly description: string;
  readonly options: Readonly<Record<string, string>>;
  readonly standard: string;
  readonly value: (facts: ShopFacts) => string;
}

function choices(...names: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(names.map((name) => [name, name]));
}

const settings: Readonly<Record<string, Setting>> = {
  woocommerce_weight_unit: {
    group: "products",
    label: "Weight unit",
    description: "This controls what unit you will define weights in.",
    options: choices("kg", "g", "lbs", "oz"),
    standard: "lbs",
    value: (facts) => facts.weightUnit,
  },
  woocommerce_dimension_unit: {
    group: "products",
    label: "Dimensions unit",
    description: "This controls what unit you will define lengths in.",
    options: choices("m", "cm", "mm", "in", "yd"),
    standard: "in",
    value: (facts) => facts.dimensionUnit,
  },
  woocommerce_currency: {
    group: "general",
    label: "Currency",
    description: "This controls what currency prices are listed at in the catalog.",
    // A real shop lists every currency of the world here.
    options: { AUD: "Australian dollar ($)", EUR: "Euro (€)", USD: "United States (US) dollar ($)" },
    standard: "USD",
    value: (facts) => facts.currency,
  },
};

/** One setting, as /settings/{group}/{id} gives it. */
export function settingAnswer(store: WooStore, group: string, id: string, fields: readonly string[]): Answer {
  const headers = { ...privateHeaders, Allow: settingMethods.join(", ") };
  const setting = Object.hasOwn(settings, id) ? settings[id] : undefined;
  if (group !== "products" && group !== "general") {
    return failure(404, "rest_setting_setting_group_invalid", "Invalid setting group.", headers);
  }
  if (setting === undefined || setting.group !== group) {
    return failure(404, "rest_setting_setting_invalid", "Invalid setting.", headers);
  }
  const collection = `${store.home}/wp-json/wc/v3/settings/${group}`;
  const body: Body = {
    id,
    label: setting.label,
    description: setting.description,
    type: "select",
    default: setting.standard,
    options: setting.options,
    tip: setting.description,
    value: setting.value(store.facts),
    group_id: group,
    _links: {
      self: [{ href: `${collection}/${id}`, targetHints: { allow: settingMethods } }],
      collection: [{ href: collection }],
    },
  };
  return { status: 200, headers, json: pickPaths(body, fields, true) };
}

/** The currency in use, as /data/currencies/current gives it (unverified: not among the recordings). */
export function currencyAnswer(store: WooStore, fields: readonly string[]): Answer {
  const code = store.facts.currency;
  const base = `${store.home}/wp-json/wc/v3/data/currencies`;
  const body: Body = {
    code,
    name: settings["woocommerce_currency"]?.options[code]?.replace(/ \([^()]*\)$/, "") ?? code,
    symbol: "&#36;",
    _links: { self: [{ href: `${base}/${code}` }], collection: [{ href: base }] },
  };
  return { status: 200, headers: { ...privateHeaders, Allow: "GET" }, json: pickPaths(body, fields, true) };
}

/** The system status, as far as a client may rely on it. */
export function statusAnswer(store: WooStore, version: WooVersion, fields: readonly string[]): Answer {
  const body: Body = {
    environment: {
      home_url: store.home,
      site_url: store.home,
      version,
      wp_version: "7.1",
      wp_multisite: false,
      language: "en_US",
    },
    settings: {
      currency: store.facts.currency,
      number_of_decimals: 2,
      thousand_separator: ",",
      decimal_separator: ".",
    },
  };
  return { status: 200, headers: { ...privateHeaders, Allow: "GET" }, json: pickPaths(body, fields, true) };
}

const namespaces = [
  "oembed/1.0",
  "wc/v3",
  "wc/v1",
  "wc/pos/v1/catalog",
  "jetpack/v4",
  "wc-admin",
  "wc-analytics",
  "wc/store",
  "wc/store/v1",
  "wc/private",
  "wc/v2",
  "wc-admin-email",
  "wc-telemetry",
  "wccom-site/v3",
  "wp-abilities/v1",
  "wp/v2",
  "wp-site-health/v1",
  "wp-block-editor/v1",
];

function routes(version: WooVersion): Body {
  const read = [
    "/wc/v3",
    "/wc/v3/products",
    "/wc/v3/products/(?P<id>[\\d]+)",
    "/wc/v3/products/(?P<product_id>[\\d]+)/variations",
    "/wc/v3/products/(?P<product_id>[\\d]+)/variations/(?P<id>[\\d]+)",
    ...(version === "10.2.0" ? [] : ["/wc/v3/variations"]),
    "/wc/v3/settings/(?P<group_id>[\\w-]+)/(?P<id>[\\w-]+)",
    "/wc/v3/system_status",
    "/wc/v3/data/currencies/current",
  ];
  return Object.fromEntries(
    read.map((path) => [
      path,
      { namespace: "wc/v3", methods: ["GET"], endpoints: [{ methods: ["GET"], args: {} }] },
    ]),
  );
}

/** The site's index. A real one without `_fields` is several hundred kilobytes of routes. */
export function indexAnswer(store: WooStore, version: WooVersion, fields: readonly string[]): Answer {
  const now = store.now();
  const body: Body = {
    name: store.facts.name,
    description: "",
    url: store.home,
    home: store.home,
    gmt_offset: (store.toWall(now) - now) / 3600,
    timezone_string: store.facts.timeZone,
    namespaces,
    authentication: {
      "application-passwords": {
        endpoints: { authorization: `${store.home}/wp-admin/authorize-application.php` },
      },
    },
    routes: routes(version),
  };
  return { status: 200, headers: { Allow: "GET" }, json: pickPaths(body, fields, false) };
}

/** The routes of wc/v3, open to everybody: the way to find out whether /variations is there. */
export function routesAnswer(store: WooStore, version: WooVersion, fields: readonly string[]): Answer {
  const body: Body = {
    namespace: "wc/v3",
    routes: routes(version),
    _links: { up: [{ href: `${store.home}/wp-json/` }] },
  };
  return { status: 200, headers: { Allow: "GET" }, json: pickPaths(body, fields, true) };
}
