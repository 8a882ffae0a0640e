import { createCipheriv, createDecipheriv, randomBytes, scryptSync } from "node:crypto";

import { ConfigError } from "../errors.js";
import { sealText, unsealText } from "./seal.js";

/** Hides what is kept for channels in a store that others may read. */
export interface Cipher {
  /** `columns` are what else of the row belongs to the text: it cannot be opened in another row. */
  close(text: string, ...columns: readonly string[]): string;
  /** Opens what `close` made. Throws ConfigError when the key is another one, is missing, or the text was changed. */
  open(closed: string, ...columns: readonly string[]): string;
}

const algorithm = "aes-256-gcm";
const ivBytes = 12;
const tagBytes = 16;
/** The first sign of a text tells how it was closed. */
const open = "o";
const encrypted = "e";

/**
 * Makes the cipher of a store. Without a key texts are kept readable, with a checksum; what was kept so before there was
 * a key stays readable with it. `place` names the store in messages.
 */
export function createCipher(place: string, key: string | undefined): Cipher {
  let secret: Buffer | undefined;
  const keyOf = (text: string): Buffer =>
    // Slow on purpose, so once: a key that people think up is worth guessing at.
    (secret ??= scryptSync(text, "psync state", 32));
  return {
    close(text, ...columns) {
      if (key === undefined) return open + sealText(text, ...columns);
      const iv = randomBytes(ivBytes);
      const cipher = createCipheriv(algorithm, keyOf(key), iv);
      cipher.setAAD(Buffer.from(columns.join("\0")));
      const body = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
      return encrypted + Buffer.concat([iv, cipher.getAuthTag(), body]).toString("base64");
    },
    open(closed, ...columns) {
      if (closed.startsWith(open)) return unsealText(place, closed.slice(1), ...columns);
      if (key === undefined) throw noKey(place);
      const bytes = Buffer.from(closed.slice(1), "base64");
      try {
        const decipher = createDecipheriv(algorithm, keyOf(key), bytes.subarray(0, ivBytes));
        decipher.setAAD(Buffer.from(columns.join("\0")));
        decipher.setAuthTag(bytes.subarray(ivBytes, ivBytes + tagBytes));
        const body = decipher.update(bytes.subarray(ivBytes + tagBytes));
        return Buffer.concat([body, decipher.final()]).toString("utf8");
      } catch {
        throw wrongKey(place);
      }
    },
  };
}

function noKey(place: string): ConfigError {
  return new ConfigError(
    "state-key",
    `what ${place} keeps for the cart is encrypted, and there is no key`,
    [],
    {
      hint: "set PSYNC_STATE_KEY to the key that it was encrypted with",
    },
  );
}

function wrongKey(place: string): ConfigError {
  const message = `what ${place} keeps for the cart does not open with this PSYNC_STATE_KEY`;
  return new ConfigError("state-key", message, [], {
    hint: "set the key that it was encrypted with; where that is lost, authorise psync anew and use another state",
  });
}
