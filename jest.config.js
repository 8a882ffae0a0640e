export default {
  testEnvironment: "node",
  testSequencer: "./test/sequencer.js",
  testMatch: ["<rootDir>/test/**/*.test.ts"],
  extensionsToTreatAsEsm: [".ts"],
  moduleNameMapper: { "^(\\.{1,2}/.*)\\.js$": "$1" },
  transform: {
    "^.+\\.ts$": [
      "@swc/jest",
      { jsc: { target: "es2022", parser: { syntax: "typescript" } }, module: { type: "es6" } },
    ],
  },
  // Jest would leave one of two cores idle, and half of the longest tests wait for processes.
  maxWorkers: "100%",
  testTimeout: 30_000,
  modulePathIgnorePatterns: ["<rootDir>/dist/"],
};
