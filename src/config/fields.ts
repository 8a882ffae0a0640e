import { z } from "zod";
import { PsyncError } from "../errors.js";

/** A fault found by a field: what is wrong, and what to do. Never holds the value. */
export interface FieldFault {
  readonly message: string;
  readonly hint?: string;
}

/** A text with something in it. */
export function textField(): z.ZodString {
  return z.string().min(1, "the text is empty");
}

/** A credential: a text without the white space and line breaks that slip in when one is pasted. */
export function credentialField(): z.ZodString {
  return textField().refine(
    (text) => !/[\p{White_Space}\p{Cc}]/u.test(text),
    "there is white space in it, which no credential has",
  );
}

/** The address of a server: http or https, no user name, query or fragment. The slashes at its end are taken away. */
export function addressField(): z.ZodString {
  return textField()
    .superRefine((text, context) => {
      const fault = text === "" ? undefined : findAddressFault(text);
      if (fault === undefined) return;
      context.addIssue({ code: "custom", message: fault.message, params: { hint: fault.hint } });
    })
    .overwrite((text) => (findAddressFault(text) === undefined ? normalizeAddress(text) : text));
}

/** The root of a server that stands in a vendor's place: scheme, host and port; the vendor's paths follow. */
export function rootField(): z.ZodString {
  return addressField().superRefine((text, context) => {
    if (findUrl(text) === undefined || new URL(text).pathname === "/") return;
    const hint = `write ${new URL(text).origin}`;
    context.addIssue({ code: "custom", message: "expected scheme, host and port only", params: { hint } });
  });
}

/** An id that a vendor writes in digits; a number in the file will do. */
export function idField() {
  const error = "expected an id, in digits";
  return z
    .union([z.string().refine((text) => /^\d{1,20}$/u.test(text), error), z.int().min(1, error)], {
      error,
    })
    .transform(String);
}

/** Said the same way by every channel and destination that speaks http. */
export const allowInsecureHttp = z.boolean().default(false).meta({
  description: "Allows plain http:// to hosts other than this machine.",
});

/** A text that `parse` accepts; the text itself is kept. What `parse` throws becomes the fault. */
export function parsedField(parse: (text: string) => unknown): z.ZodString {
  return z.string().superRefine((text, context) => {
    try {
      parse(text);
    } catch (error) {
      if (!(error instanceof PsyncError)) throw error;
      context.addIssue({ code: "custom", message: error.message, params: { hint: error.hint } });
    }
  });
}

/** Says why a text cannot be the address of a server. */
export function findAddressFault(text: string): FieldFault | undefined {
  const url = findUrl(text);
  if (url === undefined) {
    return {
      message: "expected an address with http:// or https://",
      hint: "for example https://shop.example",
    };
  }
  if (url.username !== "" || url.password !== "") {
    return {
      message: "the address holds a user name or a password",
      hint: "credentials have keys of their own; addresses end up in logs",
    };
  }
  if (/[?#]/u.test(text))
    return { message: "the address holds a query or a fragment", hint: "end it before ? and #" };
  return undefined;
}

/** Reads an http or https address. */
export function findUrl(text: unknown): URL | undefined {
  if (typeof text !== "string" || !/^https?:\/\//iu.test(text.trim()) || !URL.canParse(text))
    return undefined;
  return new URL(text);
}

/** Tells whether a host is this machine: 127.0.0.0/8, ::1 or localhost. Takes what URL makes of a host. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "[::1]" || /^127\.\d+\.\d+\.\d+$/u.test(host);
}

function normalizeAddress(text: string): string {
  const url = new URL(text);
  return url.origin + url.pathname.replace(/\/+$/u, "");
}
