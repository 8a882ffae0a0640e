import { createFileDestination } from "./file/index.js";

/** Every destination, by the name that the config calls it. A factory takes the settings of its kind. */
export const destinations = { file: createFileDestination } as const;
