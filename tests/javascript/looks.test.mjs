import assert from "node:assert/strict";
import { test } from "node:test";

import { example } from "./example.mjs";
import { loadScripts } from "./scripts.mjs";

loadScripts("record", "looks");
const { NOT_HELD, HELD, CONTESTED } = FaceRecord;
const record = new FaceRecord(example());

function looksByKind() {
  const looks = new FaceLooks(record);
  looks.assign(record.kind);
  return looks;
}

test("faces begin as they are in the first snapshot", () => {
  assert.deepEqual([...looksByKind().current], [NOT_HELD, HELD]);
});

test("a step names the faces that look different, on the way back too", () => {
  const looks = looksByKind();
  assert.deepEqual(looks.go(1), [0]);
  assert.deepEqual(looks.go(2), [1]);
  assert.deepEqual([...looks.current], [HELD, CONTESTED]);
  assert.deepEqual(looks.go(1), [1]);
  assert.deepEqual(looks.go(0), [0]);
  assert.deepEqual([...looks.current], [NOT_HELD, HELD]);
});

test("any way to a snapshot gives the same looks", () => {
  for (let from = 0; from < record.days.length; from += 1) {
    for (let to = 0; to < record.days.length; to += 1) {
      const looks = looksByKind();
      looks.go(from);
      looks.go(to);
      const expected = [0, 1].map((face) => record.kind[record.runOn(face, to)]);
      assert.deepEqual([...looks.current], expected, `from ${from} to ${to}`);
    }
  }
});

test("a face that looks the same again has not changed", () => {
  const there = looksByKind();
  there.assign(Uint8Array.from([5, 5, 1, 2, 1]));
  assert.deepEqual(there.go(4), []);
});

test("looks by year tell taking from losing, and what was held at first", () => {
  // Years that begin on days 0 and 4: taken on day 1, lost on day 4, and not lost again on day 25.
  assert.deepEqual([...FaceLooks.byYear(record, [0, 4])], [0, 2, 1, 5, 5]);
});
