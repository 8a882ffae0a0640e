import { FieldError, type Resolver } from "./execute.js";
import type { Values } from "./values.js";

const documentation = "https://shopify.dev/api/usage/access-scopes";

/** Answers a field only with one of these scopes, as Shopify does: null, and an error that names the scope. */
export function guarded(
  granted: ReadonlySet<string>,
  scopes: readonly string[],
  field: string,
  resolver: Resolver,
): Resolver {
  if (scopes.some((scope) => granted.has(scope))) return resolver;
  return (_args: Values): never => {
    const requiredAccess = `${scopes.map((scope) => `\`${scope}\``).join(" or ")} access scope.`;
    throw new FieldError(`Access denied for ${field} field. Required access: ${requiredAccess}`, {
      code: "ACCESS_DENIED",
      documentation,
      requiredAccess,
    });
  };
}
