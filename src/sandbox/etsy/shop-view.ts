import type { Body } from "./model.js";
import type { EtsyStore } from "./store.js";

/** Of the shop and its seller. Both are invented. */
const shopName = "SaltmarshPotteryDemo";
const opened = 1_580_000_000;

/** The seller with all five keys. */
export function userBody(store: EtsyStore): Body {
  return {
    user_id: store.userId,
    primary_email: null,
    first_name: "Wren",
    last_name: "O&#39;Dell",
    image_url_75x75: null,
  };
}

/** The shop with all 47 keys. */
export function shopBody(store: EtsyStore): Body {
  return {
    shop_id: store.shopId,
    user_id: store.userId,
    shop_name: shopName,
    create_date: opened,
    created_timestamp: opened,
    title: "Stoneware &amp; linen",
    announcement: null,
    currency_code: store.currencyCode,
    is_vacation: store.vacation,
    vacation_message: store.vacation ? "Back in two weeks." : null,
    sale_message: null,
    digital_sale_message: null,
    update_date: store.now(),
    updated_timestamp: store.now(),
    listing_active_count: store.listed("active").length,
    digital_listing_count: 0,
    login_name: "saltmarshdemo",
    accepts_custom_requests: true,
    policy_welcome: null,
    policy_payment: null,
    policy_shipping: null,
    policy_refunds: null,
    policy_additional: null,
    policy_seller_info: null,
    policy_update_date: opened,
    policy_has_private_receipt_info: false,
    has_unstructured_policies: false,
    policy_privacy: null,
    vacation_autoreply: null,
    url: `https://www.etsy.com/shop/${shopName}`,
    image_url_760x100: null,
    num_favorers: 812,
    languages: ["en-US"],
    icon_url_fullxfull: null,
    is_using_structured_policies: true,
    has_onboarded_structured_policies: true,
    include_dispute_form_link: false,
    is_direct_checkout_onboarded: true,
    is_etsy_payments_onboarded: true,
    is_calculated_eligible: true,
    is_opted_in_to_buyer_promise: false,
    is_shop_us_based: true,
    transaction_sold_count: 4821,
    shipping_from_country_iso: "US",
    shop_location_country_iso: "US",
    review_count: 931,
    review_average: 4.9,
  };
}
