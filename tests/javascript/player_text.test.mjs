import assert from "node:assert/strict";
import { test } from "node:test";

import { example } from "./example.mjs";
import { loadScripts } from "./scripts.mjs";

loadScripts("calendar", "record", "player_text");
const record = new PlayerRecord(example());
const words = /** @type {PlayerWords} */ (/** @type {Partial<PlayerWords>} */ ({
  km2: "{n} km2", share: "{n} %", unknown: "unknown", gap: "gap",
  step_km2: 10, least_km2: 0.5, contested: "contested {km2}", contested_unknown: "contested unknown",
  carried: "carried from {day}", beside: "beside {day}",
  oblast: "{name} oblast", on: "{status} on {day}", since: "{status} since {day}",
  since_start: "{status} at the start, {day}", whole: "whole", later: "later {period}", earlier: "{n} earlier",
  statuses: ["not held", "held", "contested"], silent: "not known", rest_or_contested: "not held or contested",
}));
const text = new PlayerText(words, new Calendar("2024-01-01", "en-GB"), "en-GB", "A source");

test("figures are of each oblast and of all, with a share of the whole", () => {
  assert.deepEqual(text.figures(record.areas(1), [40, 1200]), [
    ["10 km2", "25.0 %"], ["20 km2", "1.7 %"], ["30 km2", "2.4 %"],
  ]);
});

test("what is not known is said to be, of all too", () => {
  assert.deepEqual(text.figures(record.areas(-1), [40, 1200]), Array(3).fill(["unknown", "–"]));
});

test("the note tells source, carried snapshot, contested ground and the page's day", () => {
  assert.equal(text.note(record, 0, 0), "A source. contested unknown");
  assert.equal(text.note(record, 5, 4), "A source. carried from 5 January 2024 contested 20 beside 5 January 2024");
  assert.equal(text.note(record, 20, 4), "gap");
});

test("a face is told with its periods, the latest first", () => {
  assert.deepEqual(text.face(record, 1, 5), [
    "East oblast", "contested on 6 January 2024", "whole",
    "later not held since 26 January 2024", "later not known since 20 January 2024",
    "contested since 5 January 2024", "held at the start, 1 January 2024",
  ]);
});

test("of many periods the latest are listed and the others counted", () => {
  assert.deepEqual(text.face(record, 0, 26, 1).slice(3), ["held since 26 January 2024", "3 earlier"]);
});

test("where contested is not reported, not held may be contested", () => {
  assert.equal(text.face(record, 0, 0)[1], "not held or contested on 1 January 2024");
});

test("what fills a sentence is text alone", () => {
  assert.equal(PlayerText.fill("{a} and {b}", { a: "$& {b} $1", b: 2 }), "$& {b} $1 and 2");
  assert.equal(PlayerText.fill("{missing}", {}), "{missing}");
});
