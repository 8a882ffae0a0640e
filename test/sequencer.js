import Sequencer from "@jest/test-sequencer";

/** What takes minutes goes first, so that the other worker does the rest meanwhile. */
const longest = ["/test/e2e/kill", "/test/e2e/import", "/test/e2e/carts", "/test/faults/"];

export default class LongestFirst extends Sequencer {
  sort(tests) {
    const rank = ({ path }) => {
      const place = longest.findIndex((part) => path.replaceAll("\\", "/").includes(part));
      return place < 0 ? longest.length : place;
    };
    return super.sort(tests).toSorted((a, b) => rank(a) - rank(b));
  }
}
