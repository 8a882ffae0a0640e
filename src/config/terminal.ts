/** Whether the environment allows colours: `NO_COLOR` (any value but the empty one) and a dumb terminal do not. */
export function colorWanted(env: Readonly<Record<string, string | undefined>> = process.env): boolean {
  return (env["NO_COLOR"] ?? "") === "" && env["TERM"] !== "dumb";
}
