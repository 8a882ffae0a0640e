import { text as readAll } from "node:stream/consumers";

import { writeVariable } from "../config/env-file.js";
import { loadSource } from "../config/load.js";
import { exitCodes, UsageError } from "../errors.js";
import { isLoopbackRedirect, openEtsyAuthorization, receiveRedirect } from "../runtime.js";
import { createLog } from "../ui/log.js";
import type { Output } from "../ui/output.js";
import { askText } from "../ui/prompt.js";
import { toJson, visible } from "../ui/text.js";
import { type GlobalFlags, outputFor } from "./flags.js";
import { withSignals } from "./signals.js";

export interface AuthFlags extends GlobalFlags {
  readonly keystring?: string;
  readonly redirectUri?: string;
  readonly paste?: boolean;
  readonly variable?: string;
}

const usualRedirect = "http://localhost:3003/callback";
const usualVariable = "ETSY_REFRESH_TOKEN";

/**
 * `psync auth etsy`: the first refresh token, by the shop owner's consent in a browser. The token goes into the `.env`
 * beside the config and nowhere else. Gives the exit code.
 */
export async function authEtsyCommand(flags: AuthFlags): Promise<number> {
  const output = outputFor(flags);
  const source = await loadSource({ file: flags.config });
  const { keystring = source.values["keystring"] } = flags;
  if (keystring === undefined || keystring === "") {
    throw new UsageError("no-keystring", "the app's keystring is not known", {
      hint: "write source.keystring into the config, or add --keystring (etsy.com/developers/your-apps shows it)",
    });
  }
  const redirectUri = flags.redirectUri ?? usualRedirect;
  if (!URL.canParse(redirectUri)) {
    throw new UsageError(
      "flag-value",
      "--redirect-uri takes a whole address, the one registered with the app",
    );
  }
  const variable = flags.variable ?? source.variables["refreshToken"] ?? usualVariable;
  if (!/^[A-Za-z_]\w*$/u.test(variable))
    throw new UsageError("flag-value", "--variable takes the name of an environment variable");
  const { baseUrl, tokenUrl } = source.values;
  const secrets = [keystring];
  const log = await createLog(flags.logLevel, (text) => text);
  const authorization = await openEtsyAuthorization(
    {
      keystring,
      ...(baseUrl === undefined ? {} : { baseUrl }),
      ...(tokenUrl === undefined ? {} : { tokenUrl }),
    },
    secrets,
    log.trace,
  );
  const { url } = authorization.begin(redirectUri);
  const { refreshToken, userId } = await withSignals(output.note, async (signal) => {
    const answer =
      flags.paste === true || !isLoopbackRedirect(redirectUri)
        ? await paste(output, url, signal)
        : await receiveRedirect(redirectUri, signal, () =>
            output.note(
              `Open this address in a browser, signed in as the shop's owner:\n\n  ${url}\n\nWaiting …`,
            ),
          );
    return authorization.finish(answer, signal);
  });
  const file = await writeVariable(source.dir, variable, refreshToken);
  if (output.json) {
    await output.print(`${toJson({ command: "auth", channel: "etsy", userId, file, variable })}\n`);
  } else {
    await output.print(`User ${visible(userId)} has agreed. The refresh token is ${variable} in ${file}.\n`);
    output.note(`Write refreshToken: \${${variable}} into the config's source, then run psync test.`);
  }
  return exitCodes.ok;
}

/** The address that the browser was sent to, by hand: works with any registered redirect URI, on any machine. */
async function paste(output: Output, url: string, signal: AbortSignal): Promise<string> {
  output.note(`Open this address in a browser, signed in as the shop's owner:\n\n  ${url}\n`);
  const question = "The whole address that the browser ends at:";
  const answer = output.canAsk ? await askText(question, signal) : await readStdin(output, question);
  return answer;
}

async function readStdin(output: Output, question: string): Promise<string> {
  output.note(question);
  return (await readAll(process.stdin)).trim();
}
