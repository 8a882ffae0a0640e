import { RemoteError } from "../../errors.js";

export interface LoopGuard {
  /** Takes the cursor that a page with a successor ended with. Throws RemoteError where it leads nowhere or back. */
  next(cursor: string | null | undefined): string;
}

/**
 * Notices a list that leads back into itself, however long the loop, keeping one cursor: it is compared with each that
 * follows, and replaced after 1, 2, 4, 8 ... pages (Brent's way).
 */
export function createLoopGuard(what: string): LoopGuard {
  let kept: string | undefined;
  let since = 0;
  let limit = 1;
  return {
    next(cursor) {
      if (cursor === null || cursor === undefined || cursor === "") {
        throw new RemoteError("no-cursor", `Shopify says that more ${what} follow, but not from where`);
      }
      if (cursor === kept) {
        throw new RemoteError("endless-list", `Shopify sends the same ${what} again and again`, {
          hint: "Try again later. If it stays so, Shopify's support should hear of it.",
        });
      }
      since += 1;
      if (since === limit) {
        kept = cursor;
        since = 0;
        limit *= 2;
      }
      return cursor;
    },
  };
}
