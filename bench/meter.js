// Loaded with --import: tells what the process used, as one line of JSON in the file that PSYNC_METER names.
import { appendFileSync } from "node:fs";

process.on("exit", () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  const line = { cpuSeconds: (userCPUTime + systemCPUTime) / 1e6, peakMiB: maxRSS / 1024 };
  appendFileSync(process.env.PSYNC_METER, `${JSON.stringify(line)}\n`);
});
