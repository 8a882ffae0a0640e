import { createWooChannel, wooHttpPolicy } from "./woocommerce/index.js";

/** Every channel by its id: how it is opened, and how its requests are to be sent. */
export const channels = {
  woocommerce: { create: createWooChannel, http: wooHttpPolicy },
} as const;
