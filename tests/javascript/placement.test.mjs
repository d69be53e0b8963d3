import assert from "node:assert/strict";
import { test } from "node:test";

import { loadScripts } from "./scripts.mjs";

loadScripts("placement");
const frame = { x: 0, y: 0, w: 400, h: 300 };

/** @param {number} x @param {number} y @param {boolean} [kept] @returns {NamedPlace} */
const place = (x, y, kept = false) => ({ at: { x, y }, radius: 3, w: 60, h: 14, kept });

/** @param {Box} a @param {Box} b */
const overlap = (a, b) => a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;

/** @param {Box | "bare" | null | undefined} room @returns {Box} */
function box(room) {
  assert.ok(room && room !== "bare");
  return room;
}

test("a name stands to the right of its dot", () => {
  const [room] = Placement.names([place(100, 100)], frame);
  assert.deepEqual(room, { x: 106, y: 93, w: 60, h: 14 });
});

test("at the right edge of the frame a name stands to the left", () => {
  const [room] = Placement.names([place(380, 100)], frame);
  assert.equal(box(room).x + 60, 380 - 6);
});

test("names cover neither each other nor a dot", () => {
  const places = [place(100, 100), place(150, 112), place(110, 122), place(60, 104)];
  const names = Placement.names(places, frame).map(box);
  names.forEach((name, i) => {
    names.slice(i + 1).forEach((other) => assert.ok(!overlap(name, other)));
    places.forEach(({ at }, k) => assert.ok(i === k || !overlap(name, { ...at, w: 0, h: 0 })));
  });
});

test("a place too near a bigger one waits, unless it is kept", () => {
  assert.equal(Placement.names([place(100, 100), place(105, 100)], frame)[1], null);
  assert.notEqual(Placement.names([place(100, 100), place(105, 100, true)], frame)[1], null);
});

test("a kept place without room for a name is bare", () => {
  const narrow = { x: 0, y: 0, w: 50, h: 20 };
  assert.deepEqual(Placement.names([place(25, 10, true)], narrow), ["bare"]);
  assert.deepEqual(Placement.names([place(25, 10)], narrow), [null]);
});

test("a name of a surface goes about what is occupied, or away", () => {
  const size = { w: 40, h: 10 };
  assert.deepEqual(Placement.near({ x: 100, y: 100 }, size, frame, []), { x: 80, y: 95, w: 40, h: 10 });
  const moved = box(Placement.near({ x: 100, y: 100 }, size, frame, [{ x: 90, y: 98, w: 5, h: 5 }]));
  assert.ok(!overlap(moved, { x: 90, y: 98, w: 5, h: 5 }));
  assert.equal(Placement.near({ x: 100, y: 100 }, size, frame, [frame]), undefined);
});

for (const [x, y] of [[2, 2], [398, 2], [2, 298], [398, 298], [200, 150]]) {
  test(`a tip at ${x}, ${y} is in the frame and off its point`, () => {
    const tip = Placement.beside({ x, y }, { w: 120, h: 60 }, frame, []);
    assert.ok(tip.x >= 0 && tip.y >= 0 && tip.x + 120 <= 400 && tip.y + 60 <= 300);
    assert.ok(!overlap(tip, { x, y, w: 0, h: 0 }));
  });
}

test("a tip keeps off what is occupied", () => {
  const legend = { x: 210, y: 0, w: 190, h: 300 };
  assert.ok(!overlap(Placement.beside({ x: 205, y: 150 }, { w: 120, h: 60 }, frame, [legend]), legend));
});

/** A square of the ground, 100 px a side at zoom 0. @param {number} zoom */
const square = (zoom) => {
  const side = 100 * 2 ** zoom;
  return [[{ x: 0, y: 0 }, { x: side, y: 0 }, { x: side, y: side }, { x: 0, y: side }]];
};

test("the first view fills the frame where nothing is in the way", () => {
  const view = Placement.view(square, Math.log2(3), frame, []);
  assert.ok(view);
  assert.equal(view.zoom, Math.log2(3));
  assert.deepEqual(view.shift, { x: 50, y: 0 });
});

test("the first view makes room for a control, as long as that costs little", () => {
  const corner = { x: 0, y: 0, w: 120, h: 300 };
  const view = Placement.view(square, Math.log2(3), frame, [corner]);
  assert.ok(view && view.zoom < Math.log2(3) && view.shift.x >= 120);
  assert.equal(Placement.view(square, Math.log2(3), frame, [{ ...corner, w: 300 }]), null);
});
