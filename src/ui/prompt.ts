import { InterruptedError } from "../errors.js";

/** Asks a yes-or-no question on stderr. Throws InterruptedError on Ctrl-C and when `signal` aborts. */
export async function confirm(message: string, signal: AbortSignal): Promise<boolean> {
  const { default: inquirer } = await import("inquirer");
  const prompt = inquirer.createPromptModule({ output: process.stderr, signal });
  try {
    const { answer } = await prompt([{ type: "confirm", name: "answer", message, default: false }]);
    return answer;
  } catch (error) {
    if (error instanceof Error && /ExitPromptError|AbortPromptError/.test(error.name))
      throw new InterruptedError();
    throw error;
  }
}
