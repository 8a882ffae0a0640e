/** Where a fault is tried: a file, and words of a test's title in it. */
type Place = readonly [file: string, title: string];

interface Coverage {
  readonly tried: readonly Place[];
  /** What of the fault cannot occur in this version, and why. */
  readonly never?: string;
}

const network = "test/faults/network.test.ts";
const pages = "test/faults/pages.test.ts";
const rights = "test/faults/rights.test.ts";
const values = "test/faults/values.test.ts";
const data = "test/faults/data.test.ts";
const catalogue = "test/faults/catalogue.test.ts";
const crash = "test/faults/crash.test.ts";
const disk = "test/faults/disk.test.ts";
const processes = "test/faults/process.test.ts";
const clock = "test/faults/clock.test.ts";
const exchange = "test/http/exchange.test.ts";
const client = "test/http/client.test.ts";
const throttling = "test/http/client-throttling.test.ts";
const state = "test/state/open.test.ts";
const slots = "test/state/slots.test.ts";
const pass = "test/pipeline/run.test.ts";

const extensiv = "test/faults/extensiv-3pl.test.ts";
const access = "test/faults/extensiv-3pl-access.test.ts";
const storms = "test/faults/extensiv-3pl-storms.test.ts";
const extensivItems = "test/faults/extensiv-3pl-items.test.ts";
const trytonRows = "test/faults/tryton-rows.test.ts";

/** Every numbered fault of the manual of faults, sections on crashes, network and data. */
export const faults: Readonly<Record<string, Coverage>> = {
  // A kill, a lost acknowledgement, a signal, a disk, a state, a clock, a second run, a machine's sleep, an upgrade, a memory.
  R1: {
    tried: [
      ["test/e2e/kill.test.ts", "random moments, then a plain run: nothing lost, nothing doubled"],
      [crash, "R1, R2: at every single write to the state, the next run repairs"],
      ["test/state/processes.test.ts", "what was acknowledged is there after kill -9"],
    ],
  },
  R2: {
    tried: [
      [crash, "R2: between the acknowledgement of a create and its record, at 100 places"],
      [pass, "an acknowledgement lost with the answer costs a look-up, not a second create"],
      [extensivItems, "R2: killed between a create that the warehouse took and its record"],
      ["test/faults/tryton.test.ts", "R2"],
    ],
  },
  R3: {
    tried: [
      [processes, "R3: SIGINT once, in a read that waits"],
      [processes, "R3: SIGINT twice: the second one leaves at once"],
      [processes, "R3: SIGINT and SIGTERM in one breath"],
      ["test/e2e/import.test.ts", "SIGTERM stops a run with code 130, and the next one resumes it"],
    ],
    never: "SIGTERM in --watch: there is no sync yet",
  },
  R4: {
    tried: [
      [disk, "R4: the state while it reads, on a small disk"],
      [disk, "R4: the document on a small disk"],
      [disk, "R4: the state behind the document"],
      [disk, "R4: at the document: code 4"],
      ["test/destinations/file/replace-file.test.ts", "a full disk"],
    ],
    never: "the log: it goes to stderr and to no file",
  },
  R5: {
    tried: [
      [crash, "R5: %s: code 4 before the shop is asked"],
      [state, "a bit that flipped is told or does no harm: 200 times"],
      [state, "refuses, and never starts from scratch"],
      [state, "a newer schema"],
      [state, "a file that SQLite may only read"],
    ],
  },
  R6: {
    tried: [
      [crash, "R6: deleted: what stands in the file is adopted"],
      [pass, "a lost state costs look-ups, no create of an existing SKU and no needless write"],
    ],
  },
  R7: {
    tried: [
      [clock, "R7: a cursor from the year 2999 changes nothing for an import"],
      ["test/channels/woocommerce-changes.test.ts", "2999-12-31T00:00:00Z"],
    ],
  },
  R8: {
    tried: [
      [clock, "R8: the cursor is the shop's clock when this machine's is %s"],
      [clock, "R8: this machine's clock jumps by a day"],
      [clock, "R8: of 1,000 edits over the end of summer time"],
      [slots, "a clock that is set back does not lengthen the lease"],
      [
        "test/http/pacing.test.ts",
        "a machine's clock that is set back by a day does not stop anything for a day",
      ],
    ],
  },
  R9: {
    tried: [
      [crash, "R9: of 200 starts, ten at a time, no two hold the destination together"],
      [processes, "R9: a run that was killed holds nothing back"],
      [processes, "R9: while one runs, another one leaves with code 11 and names it"],
      [slots, "a pid that was given to another process is no holder"],
      ["test/state/laws/slots.ts", "of many that ask at once one gets it"],
    ],
    never: "lock files on NFS: the lease is a row of the state, which is not for network drives",
  },
  R10: {
    tried: [
      [crash, "R10: a machine that slept while another took over writes nothing any more"],
      [slots, "a machine that slept notices before it writes"],
    ],
  },
  R11: {
    tried: [
      [state, "an older file is brought up to date once, with a backup"],
      [state, "an upgrade that fails leaves the old file"],
    ],
  },
  R12: {
    tried: [
      [processes, "R12: one product of 50 MB, in 256 MiB"],
      [pages, "R12: pages that are too large to be held are read in parts"],
      [catalogue, "R12: is rejected by name whatever cart it comes from"],
      ["bench/run.js", "psync's peak memory"],
    ],
  },
  // A network and a server.
  R20: {
    tried: [
      [network, "R20: 429 with %s: no call comes early"],
      [network, "R20: 429 for a thousand million seconds ends at once"],
      [throttling, "429 with %s: waits at least that long and sends even a create again"],
      [extensiv, "R20: 429 to %s, with %s: no call comes early"],
    ],
  },
  R21: {
    tried: [
      [network, "R21: a storm of %i for ten minutes is survived"],
      [network, "R21: the size of pages comes back behind a storm"],
      [network, "R21: a storm that does not end, or that stood there at the start"],
      [throttling, "a storm of ten minutes is survived with few calls"],
      [extensiv, "R21: a storm of ten minutes, %s: at most 60 calls"],
    ],
  },
  R22: {
    tried: [
      [storms, "R22: one call in twenty fails"],
      [network, "R22: one call in twenty fails with 500, 502 or 504: whole in 50 seeds"],
      [client, "one call in twenty fails: reads all succeed, nothing is created twice"],
    ],
  },
  R23: {
    tried: [
      [storms, "R23, R24: connections break before, behind and in the answer"],
      [network, "R23: connections are reset"],
      [network, "R23: nobody answers any more in the middle of a read"],
      [exchange, "is a failure, never a short answer: %s"],
      [client, "a create whose answer is lost is not sent again"],
    ],
  },
  R24: {
    tried: [
      [network, "R24: bodies are cut short"],
      [exchange, "a cut packed body of the right length"],
      [exchange, "a cut chunked body"],
    ],
  },
  R25: {
    tried: [
      [network, "R25: a login page comes in between"],
      [network, "R25: a web page instead of the shop, with 200, is code 5 with its title"],
    ],
  },
  R26: {
    tried: [
      [pages, "R26: an empty page with a total of 0 in the middle, once"],
      [pages, "R26: when it stays so, code 8"],
      [pages, "R26: an empty shop where there was a full one is code 8"],
      [extensivItems, "R26: a list that is empty in between makes nothing twice"],
    ],
  },
  R27: {
    tried: [
      [pages, "R27: one product is removed before each page"],
      [pages, "R27: products are added before each page"],
      [
        "test/channels/woocommerce-complete.test.ts",
        "is not sure when something was added and something else removed",
      ],
      [extensivItems, "R27: an item that goes while the list is read"],
    ],
  },
  R28: {
    tried: [
      [pages, "R28: a page that comes again and again"],
      [pages, "R28, R33: a next page or a redirect on another host"],
      ["test/http/origin.test.ts", "the error names origins, not the address"],
    ],
    never: "repeated cursors: WooCommerce pages by number",
  },
  R29: {
    tried: [
      [network, "R29: pages are smaller than asked for"],
      [network, "R29: the page size is ignored"],
      [pages, "R29: pages larger than asked for"],
    ],
  },
  R30: {
    tried: [
      [network, "R30: some requests are never answered"],
      [network, "R30: a host that has no address, and one where nobody listens"],
      [exchange, "gives up in silence: before the head, and in the body"],
      [exchange, "gives up on a server that never comes to an end"],
      [exchange, "gives up on a TLS handshake that stalls"],
    ],
    never:
      "a black hole behind IPv6: a test has none; the time for a connection holds for all addresses together",
  },
  R31: {
    tried: [
      [rights, "R31, R32: a key that is refused from list %i on is code 12"],
      ["test/http/token.test.ts", "fifty that ask at once, and fifty that were refused at once"],
      [access, "R31: fifty requests that are refused at once come to one new token"],
    ],
  },
  R32: {
    tried: [
      [rights, "R31, R32: a key that is refused from list %i on is code 12"],
      [rights, "R32: a key of a user without rights is code 12 and names the role"],
      [rights, "R32: a key that may read products and not the settings"],
      ["test/e2e/import.test.ts", "wrong credentials are code 12, and no output holds a secret"],
      [access, "R32: %s: code 12 says where to click, nothing is written"],
    ],
  },
  R33: {
    tried: [
      [pages, "R28, R33: a next page or a redirect on another host"],
      [pages, "R33: a redirect to https and one in a circle"],
      [exchange, "a redirect is an answer: nothing goes to the other address"],
    ],
  },
  R34: { tried: [["test/faults/shopify.test.ts", "R34"]] },
  R35: { tried: [["test/faults/shopify-lists.test.ts", "R35"]] },
  R36: { tried: [["test/faults/amazon-reports.test.ts", "R36"]] },
  R37: {
    tried: [
      [pass, "what the destination refuses is failed in its own words, spares the others"],
      [extensivItems, "R37: another client makes items first"],
      [extensivItems, "R37: an operator edits items between look and write"],
      [extensivItems, "one bad row of 40"],
      [trytonRows, "R37"],
    ],
  },
  R38: {
    tried: [
      [extensivItems, "R38"],
      ["test/faults/tryton-data.test.ts", "R38"],
    ],
  },
  R39: {
    tried: [[extensivItems, "R39"]],
    never: "with Tryton, whose answers come from the database that it writes",
  },
  R40: {
    tried: [
      [processes, "R40: is refused with code 6 and the way to trust it"],
      [processes, "R40: a proxy in the environment is not used, as the manual says"],
      [exchange, "a certificate that is not trusted ends it, with the way to trust it"],
    ],
  },
  // Data.
  R50: {
    tried: [
      [data, "R50: more than 60 SKUs go from the shop into a %s file"],
      [data, "R50: SKUs that differ in case, accents, composition or invisible signs only"],
      ["test/mapping/text.test.ts", "the list of SKUs is long enough to mean something"],
      [pass, "SKUs that differ in case only are conflicts where the destination cannot tell them apart"],
    ],
  },
  R51: {
    tried: [
      [catalogue, "R51: duplicates are judged over the whole catalogue: 20 shuffles"],
      [pass, "the same SKU on several records: none is written, over pages"],
    ],
  },
  R52: {
    tried: [
      [catalogue, "R52: 10,000 fuzzed products through mapping, state and file"],
      [data, "R52: a description of 1 MB, 10,000 tags, 250 images, 100 options and 2,048 variations"],
      [data, "R52: text of every kind arrives as the manual says"],
    ],
  },
  R53: {
    tried: [
      [values, "R53: 100,000 random prices, not one cent of error"],
      [values, "R53: each odd price of a shop becomes exact decimal text"],
    ],
    never: "mixed currencies: a WooCommerce shop has one, and its products name none",
  },
  R54: {
    tried: [
      [values, "R54: a shop in %s and %s: both systems, right to half of the last place"],
      [values, "R54: the shop's unit changes between two runs"],
      [values, "R54: zero and nothing are unknown"],
    ],
  },
  R55: {
    tried: [
      [values, "R55: null is unknown and never 0"],
      [values, "R55: a quantity that becomes unknown leaves the last known one alone"],
      ["test/config/sources.test.ts", "inventoryLocation"],
    ],
    never: "several locations, and one renamed or deleted: a WooCommerce shop has one stock",
  },
  R56: {
    tried: [
      [data, "R56: drafts, private ones, the trash, deletion and return"],
      [data, "R56: a product that is deleted in the middle of a read"],
    ],
  },
  R57: { tried: [[data, "R57: HTML stays HTML in descriptions, entities are decoded once in names"]] },
  R58: {
    tried: [
      [data, "R58: a new field is ignored; one of another type is rejected with its path"],
      [data, "R58: a field that vanishes from more than a fifth of the records"],
    ],
  },
  R59: {
    tried: [
      [catalogue, "R59: %s: code 7 before the first write"],
      [catalogue, "R59: the limit is half of what is known by default"],
      [catalogue, "R59: half of the products are gone, or all are others: nothing is deleted"],
    ],
  },
  R60: {
    tried: [
      [catalogue, "R60: %i products"],
      ["bench/run.js", "100_000"],
    ],
    never: "a million: the bench stops at 100,000, where memory no longer grows",
  },
};
