import assert from "node:assert/strict";
import { test } from "node:test";

import { example } from "./example.mjs";
import { loadScripts } from "./scripts.mjs";

loadScripts("calendar", "record", "face_text");
const record = new FaceRecord(example());
const words = {
  on: "{status} on {day}", since: "{status} since {day}", since_start: "{status} at the start, {day}",
  later: "later {period}", earlier: "{n} earlier",
  statuses: ["not held", "held", "contested"], silent: "not known", rest_or_contested: "not held or contested",
};
const text = new FaceText(words, new Calendar("2024-01-01", "en-GB"));

test("a face is told with its periods, the latest first", () => {
  assert.deepEqual(text.lines(record, 1, 5), [
    "contested on 6 January 2024",
    "later not held since 26 January 2024", "later not known since 20 January 2024",
    "contested since 5 January 2024", "held at the start, 1 January 2024",
  ]);
});

test("of many periods the latest are listed and the others counted", () => {
  assert.deepEqual(text.lines(record, 0, 26, 1).slice(1), ["held since 26 January 2024", "3 earlier"]);
});

test("where contested is not reported, not held may be contested", () => {
  assert.equal(text.lines(record, 0, 0)[0], "not held or contested on 1 January 2024");
});

test("what fills a sentence is text alone", () => {
  assert.equal(FaceText.fill("{a} and {b}", { a: "$& {b} $1", b: 2 }), "$& {b} $1 and 2");
  assert.equal(FaceText.fill("{missing}", {}), "{missing}");
});
