import { createReadStream } from "node:fs";
import { ConfigError } from "../errors.js";

/** No config is larger than this; what is larger is the wrong file, or meant to do harm. */
export const maxConfigBytes = 1_048_576;

/**
 * Reads a small text file as UTF-8; `name` is what messages call it. Throws ConfigError when it is larger than 1 MiB,
 * is missing or cannot be read. A pipe will do.
 */
export async function readBoundedFile(file: string, name: string): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of createReadStream(file, { end: maxConfigBytes })) {
      const buffer = chunk as Buffer;
      chunks.push(buffer);
      bytes += buffer.length;
    }
  } catch (error) {
    throw toFileError(error, name);
  }
  if (bytes > maxConfigBytes) throw toSizeError(name);
  return Buffer.concat(chunks).toString("utf8");
}

/** The error for a file that is too large to be a config. */
export function toSizeError(name: string): ConfigError {
  return new ConfigError("config-too-large", `${name} is larger than 1 MiB`, [], {
    hint: "a config is a page or two: is this the right file?",
  });
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "does not exist",
  ENOTDIR: "does not exist",
  EISDIR: "is a folder",
  EACCES: "may not be read by this user",
  EPERM: "may not be read by this user",
};

function toFileError(error: unknown, name: string): ConfigError {
  const code = (error as NodeJS.ErrnoException | undefined)?.code ?? "unknown error";
  const isMissing = code === "ENOENT" || code === "ENOTDIR";
  return new ConfigError(
    isMissing ? "config-not-found" : "config-unreadable",
    `${name} ${reasons[code] ?? `cannot be read (${code})`}`,
    [],
    {
      hint: isMissing
        ? "check the spelling; a relative name counts from the working folder"
        : "check its rights",
    },
  );
}
