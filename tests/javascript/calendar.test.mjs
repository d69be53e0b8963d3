import assert from "node:assert/strict";
import { test } from "node:test";

import { loadScripts } from "./scripts.mjs";

loadScripts("calendar");
const calendar = new Calendar("2022-04-03", "en-GB");

test("days are counted from the first", () => {
  assert.equal(calendar.number("2022-04-03"), 0);
  assert.equal(calendar.number("2023-04-03"), 365);
  assert.equal(calendar.number("2022-04-01"), -2);
  assert.equal(calendar.iso(365), "2023-04-03");
});

test("a change to summer time costs no day", () => {
  const day = calendar.number("2023-03-26");
  assert.equal(calendar.iso(day + 1), "2023-03-27");
});

test("a date in words is in the language asked for", () => {
  assert.equal(calendar.words(0), "3 April 2022");
  assert.equal(new Calendar("2022-04-03", "de").words(0), "3. April 2022");
});

for (const [from, count, to] of /** @type {[string, number, string][]} */ ([
  ["2024-01-31", 1, "2024-02-29"],
  ["2023-01-31", 1, "2023-02-28"],
  ["2024-03-31", -1, "2024-02-29"],
  ["2024-12-15", 1, "2025-01-15"],
  ["2025-01-15", -1, "2024-12-15"],
  ["2024-02-29", 12, "2025-02-28"],
])) {
  test(`${count} months from ${from} is ${to}`, () => {
    assert.equal(calendar.iso(calendar.addMonths(calendar.number(from), count)), to);
  });
}
