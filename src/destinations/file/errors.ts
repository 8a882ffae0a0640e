import { ConfigError } from "../../errors.js";

const moveAway = "move it away or set destination.path to another place; psync overwrites only what it wrote";

const reasons: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EDQUOT: "the disk quota is used up",
  EEXIST: "a part of the path is not a folder",
  EFBIG: "the file has become too large for the file system",
  EISDIR: "it is a folder",
  ELOOP: "it is a symbolic link",
  ENAMETOOLONG: "the name is too long",
  ENOENT: "its folder has gone",
  ENOSPC: "no space is left on the disk",
  ENOTDIR: "a part of the path is not a folder",
  EPERM: "permission denied",
  EROFS: "the file system is read-only",
};

const hints: Readonly<Record<string, string>> = {
  EACCES: "let the user that runs psync read and write there",
  EDQUOT: "free some space and run again; what stood there is untouched",
  EISDIR: "add a file name to destination.path",
  ELOOP: "set destination.path to the file that the link points to",
  ENOSPC: "free some space and run again; what stood there is untouched",
  EPERM: "let the user that runs psync read and write there",
};

/** The system's code of a failed file operation ("ENOSPC"); undefined for any other error. */
export function errnoOf(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null) return undefined;
  if (!("code" in error) || !("syscall" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

/** What to throw when the system refuses a file operation at `path`: code `file-unwritable` or `file-unreadable`. */
export function placeError(
  verb: "write" | "read",
  path: string,
  errno: string,
  cause?: unknown,
): ConfigError {
  const message = `cannot ${verb} ${path}: ${reasons[errno] ?? errno}`;
  const hint = hints[errno] ?? "check destination.path";
  return new ConfigError(
    verb === "write" ? "file-unwritable" : "file-unreadable",
    message,
    [{ path: "destination.path", message, hint }],
    { hint, cause },
  );
}

/** Runs a file operation; a refusal by the system becomes a `placeError`, other errors pass. */
export async function atPlace<T>(
  verb: "write" | "read",
  path: string,
  operation: () => Promise<T>,
): Promise<T> {
  try {
    return await operation();
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === undefined) throw error;
    throw placeError(verb, path, errno, error);
  }
}

/** What to throw when the file at `path` is none of psync's: code `file-foreign`. `line` counts from 1. */
export function foreignError(path: string, line: number, why: string): ConfigError {
  const message = `${path}, line ${line}: not a psync document of this format: ${why}`;
  return new ConfigError(
    "file-foreign",
    message,
    [{ file: path, path: "destination.path", line, message, hint: moveAway }],
    { hint: moveAway },
  );
}
