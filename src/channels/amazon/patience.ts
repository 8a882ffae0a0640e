import { outlastStorm, type StormParts } from "../../http/storm.js";
import type { AmazonApi } from "./api.js";

/** Errors of a server that fails at everything; one that names a long time has said when to come back. */
export const stormCodes: ReadonlySet<string> = new Set(["server-error", "throttled"]);
/** The same client, which outlasts storms. Who names a number of attempts deals with failures itself. */
export function withPatience(api: AmazonApi, parts: StormParts): AmazonApi {
  return {
    ...api,
    get: (operation, path, query, schema, signal, attempts) =>
      attempts === undefined
        ? outlastStorm(parts, stormCodes, signal, (own) =>
            api.get(operation, path, query, schema, signal, own),
          )
        : api.get(operation, path, query, schema, signal, attempts),
    // One of unknown outcome has another code, so that nothing is made twice.
    post: (operation, path, body, schema, signal) =>
      outlastStorm(parts, stormCodes, signal, () => api.post(operation, path, body, schema, signal)),
  };
}
