import { type ExtensivApi, isGood } from "./api.js";
import type { Outlast } from "./calm.js";
import { configError, plain, toRefusal, who } from "./errors.js";
import { findCustomerName, findPage } from "./schema.js";
import type { ExtensivSettings } from "./settings.js";

export interface CustomerContext {
  readonly api: ExtensivApi;
  readonly outlast: Outlast;
  readonly settings: Pick<ExtensivSettings, "customerId">;
  readonly redact: (text: string) => string;
}

const mostNamed = 20;
const hint =
  "The id stands under Customers > Manage Customers, column Customer ID; the credential must be for that customer.";

/**
 * Proves that the customer is there, and gives its name. Throws ConfigError naming those that the credential sees,
 * AuthError without the role CustomerView.
 */
export async function proveCustomer(context: CustomerContext, signal: AbortSignal): Promise<string> {
  const { api, outlast, settings, redact } = context;
  const answer = await outlast(signal, (attempts) =>
    api.get(api.customer, "", "CustomerView", signal, attempts),
  );
  if (answer.status === 404) throw await noSuchCustomer(context, signal);
  if (!isGood(answer.status)) {
    const { words } = toRefusal(answer.response, redact);
    throw customerError(`${who} refuses customer ${settings.customerId} (${answer.status}): ${words}`);
  }
  const name = answer.value === undefined ? undefined : findCustomerName(answer.value);
  return name === undefined ? settings.customerId : plain(name, redact);
}

async function noSuchCustomer(
  { api, settings, redact }: CustomerContext,
  signal: AbortSignal,
): Promise<Error> {
  const { value } = await api.get("/customers", "pgsiz=100&pgnum=1", "CustomerView", signal);
  const names = (findPage(value)?.rows ?? []).map(findCustomerName).filter((name) => name !== undefined);
  const shown = names.slice(0, mostNamed).map((name) => plain(name, redact));
  const seen = shown.length === 0 ? "no customer" : shown.join(", ");
  const more = names.length > shown.length ? " and others" : "";
  return customerError(`${who} has no customer ${settings.customerId}: this credential sees ${seen}${more}`);
}

function customerError(message: string): Error {
  return configError("no-such-customer", "destination.customerId", message, hint);
}
