import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";

import { example, position } from "./example.mjs";
import { loadScripts } from "./scripts.mjs";

loadScripts("record");
const { NOT_HELD, HELD, CONTESTED } = FaceRecord;
const record = new FaceRecord(example());

test("a point is found in its face, and none in a hole or outside", () => {
  assert.equal(record.faceAt(...position(36.2, 48.2)), 0);
  assert.equal(record.faceAt(...position(36.5, 48.5)), -1);
  assert.equal(record.faceAt(...position(37.5, 48.5)), 1);
  assert.equal(record.faceAt(...position(38.5, 48.5)), -1);
  assert.equal(record.faceAt(...position(-70, -30)), -1);
});

test("a face's box is that of its corners", () => {
  const [west, north] = position(37, 49);
  const [east, south] = position(38, 48);
  const box = [...record.boxes.subarray(4, 8)];
  [west, north, east, south].forEach((side, i) => assert.ok(Math.abs(box[i] - side) < 1e-12));
});

for (const [day, snapshot] of [[0, 0], [1, 1], [3, 1], [4, 2], [18, 2], [19, -1], [24, -1], [25, 3], [40, 4], [41, -1]]) {
  test(`snapshot ${snapshot} stands for day ${day}`, () => {
    assert.equal(record.snapshotOn(day), snapshot);
  });
}

test("no snapshot stands for a day before the first", () => {
  assert.equal(record.snapshotOn(-1), -1);
});

test("a gap begins where the last snapshot stands no more", () => {
  assert.deepEqual(record.gaps(), [{ from: 19, until: 25, snapshot: 3 }]);
});

test("periods end in a gap, over which nothing is carried", () => {
  assert.deepEqual(record.periods(0), [[0, NOT_HELD], [1, HELD], [19, null], [25, HELD]]);
  assert.deepEqual(record.periods(1), [[0, HELD], [4, CONTESTED], [19, null], [25, NOT_HELD]]);
});

test("another format is refused by its number", () => {
  assert.throws(() => new FaceRecord({ ...example(), format: 3 }), /format 3, not 4/);
});

test("a file is unpacked as it is read", async () => {
  const packed = new Blob([gzipSync(JSON.stringify(example()))]);
  assert.deepEqual(await FaceRecord.unpacked(packed.stream()), example());
});

test("the line of contact is where held ground meets other ground", () => {
  // At first the eastern square alone is held: from the western one's middle-east the line is 0.1 degrees away.
  const degree = (40_075.017 / 360) * Math.cos((48.5 * Math.PI) / 180);
  assert.ok(Math.abs(record.lineKm(36.9, 48.5, 0) - 0.1 * degree) < 0.01);
  assert.ok(Math.abs(record.lineKm(37.2, 48.5, 0) - 0.2 * degree) < 0.01);
  assert.equal(record.lineKm(37.2, 48.5, 1), Infinity); // all is held
});

test("the last change nearby is that of the ground around", () => {
  assert.equal(record.lastChange(36.9, 48.5, 4, 1), 1);
  assert.equal(record.lastChange(36.9, 48.5, 4, 10), 2); // the eastern one ceased to be held
  assert.equal(record.lastChange(36.9, 48.5, 0, 10), -1);
  assert.equal(record.lastChange(30, 48.5, 4, 10), -1);
});

test("the box of faces is that of those wanted", () => {
  assert.deepEqual(record.box((face) => face === 1), [...record.boxes.subarray(4, 8)]);
  assert.deepEqual(record.box(() => false), []);
});
