"use strict";

/** @typedef {{x: number, y: number}} Point */
/** @typedef {{w: number, h: number}} Size */
/** @typedef {Point & Size} Box */
/** A place on the map: its dot, the size of its name, whether its dot is shown without one. @typedef {Size & {at: Point, radius: number, kept: boolean}} NamedPlace */

/**
 * How things find room on the map, in pixels: names beside their dots, a tip beside its point, the
 * first view beside the controls. Knows nothing of layers, dates, colours or Leaflet.
 */
const Placement = (() => {
  const CROWDED = 11; // px between two dots: nearer, the smaller place waits for a closer zoom
  const BESIDE = 12; // px from a point to its tip
  const STRIDE = 6; // px between the points of an outline that are tried
  const ZOOM_STEP = 0.1; // as zoom_snap in maps.py
  const GIVEN_UP = 0.5; // of a zoom, for room: what would be smaller is rather covered
  const ABOUT = [12, 24, 36].flatMap((by) => [[0, -by], [0, by], [-by, 0], [by, 0], [-by, -by], [by, -by]]);
  const SHIFTS = Array.from({ length: 17 }, (_, i) => i / 16); // parts of what is to spare, a side

  /** @type {(a: Box, b: Box) => boolean} */
  const apart = (a, b) => a.x + a.w < b.x || b.x + b.w < a.x || a.y + a.h < b.y || b.y + b.h < a.y;
  /** @type {(box: Box, others: Box[]) => boolean} */
  const clear = (box, others) => others.every((other) => apart(box, other));
  /** @type {(box: Box, frame: Box) => boolean} */
  const within = (box, { x, y, w, h }) =>
    box.x >= x && box.y >= y && box.x + box.w <= x + w && box.y + box.h <= y + h;
  /** @type {(box: Box, point: Point) => boolean} */
  const holds = ({ x, y, w, h }, point) => point.x >= x && point.y >= y && point.x <= x + w && point.y <= y + h;

  /** @type {(a: Point, b: Point) => number} */
  const distance = (a, b) => Math.hypot(a.x - b.x, a.y - b.y);

  /**
   * Return where the names of places stand, in their order, which is biggest first: a box, "bare"
   * for a dot whose name has no room, null where the dot has to wait with it. A name takes the first
   * of four sides where it covers no other name and no dot; rather than none, one that hides lesser
   * places. Names of places in the frame stay in it. What is `kept` is shown without a name too.
   * @param {NamedPlace[]} places
   * @param {Box} frame
   * @returns {(Box | "bare" | null)[]}
   */
  function names(places, frame) {
    const dots = places.map(({ at: { x, y }, radius: r }) => ({ x: x - r, y: y - r, w: 2 * r, h: 2 * r }));
    /** @type {Box[]} */
    const taken = [];
    /** @type {number[]} */
    const shown = [];
    return places.map(({ at, radius, w, h, kept }, self) => {
      const crowded = shown.some((other) => distance(places[other].at, at) <= CROWDED);
      if (!kept && (crowded || !clear(dots[self], taken))) return null;
      const gap = radius + 3;
      const sides = [[gap, -h / 2], [-gap - w, -h / 2], [-w / 2, -gap - h + 2], [-w / 2, gap - 2]]
        .map(([dx, dy]) => ({ x: at.x + dx, y: at.y + dy, w, h }))
        .filter((box) => clear(box, taken) && shown.every((other) => apart(box, dots[other])))
        .filter((box) => !holds(frame, at) || within(box, frame));
      const side = w ? sides.find((box) => dots.every((dot, i) => i === self || apart(box, dot))) ?? sides[0] : undefined;
      if (w && !side && !kept) return null;
      shown.push(self);
      if (side) taken.push(side);
      return side ?? "bare";
    });
  }

  /**
   * Return where a name of a wide surface stands: about its point, undefined where nothing is free.
   * @param {Point} point
   * @param {Size} size
   * @param {Box} frame
   * @param {Box[]} occupied
   */
  function near({ x, y }, { w, h }, frame, occupied) {
    return [[0, 0], ...ABOUT]
      .map(([dx, dy]) => ({ x: x + dx - w / 2, y: y + dy - h / 2, w, h }))
      .find((box) => within(box, frame) && clear(box, occupied));
  }

  /**
   * Return where a tip stands beside a point: in the frame, and off what is occupied if it can.
   * @param {Point} point
   * @param {Size} size
   * @param {Box} frame
   * @param {Box[]} occupied
   */
  function beside({ x, y }, { w, h }, frame, occupied) {
    /** @type {(at: number, size: number, from: number, room: number) => number} */
    const into = (at, size, from, room) => Math.max(from, Math.min(at, from + room - size));
    const sides = [[x + BESIDE, y - h / 2], [x - BESIDE - w, y - h / 2], [x - w / 2, y + BESIDE], [x - w / 2, y - BESIDE - h]]
      .map(([left, top]) => ({ x: into(left, w, frame.x, frame.w), y: into(top, h, frame.y, frame.h), w, h }));
    const open = sides.filter((box) => !holds(box, { x, y }));
    return open.find((box) => clear(box, occupied)) ?? open[0] ?? sides[0];
  }

  /** Return points along a closed outline, none farther than a stride from the next. @param {Point[]} corners */
  function along(corners) {
    return corners.flatMap((from, i) => {
      const to = corners[(i + 1) % corners.length];
      const count = Math.ceil(Math.hypot(to.x - from.x, to.y - from.y) / STRIDE) || 1;
      return Array.from({ length: count }, (_, k) => ({
        x: from.x + ((to.x - from.x) * k) / count,
        y: from.y + ((to.y - from.y) * k) / count,
      }));
    });
  }

  /**
   * Return the closest zoom, and the shift to the frame's pixels, at which outlines lie in the frame
   * and off what is occupied; null where that would cost too much of their size.
   * @param {(zoom: number) => Point[][]} project gives the outlines' corners at a zoom
   * @param {number} most the zoom at which they fill the frame
   * @param {Box} frame
   * @param {Box[]} occupied
   */
  function view(project, most, frame, occupied) {
    const shares = SHIFTS.flatMap((right) => SHIFTS.map((down) => [right, down]))
      .sort((a, b) => Math.hypot(a[0] - 0.5, a[1] - 0.5) - Math.hypot(b[0] - 0.5, b[1] - 0.5));
    for (let zoom = most; zoom > most - GIVEN_UP; zoom -= ZOOM_STEP) {
      const points = project(zoom).flatMap(along);
      const [xs, ys] = [points.map(({ x }) => x), points.map(({ y }) => y)];
      const [west, north] = [Math.min(...xs), Math.min(...ys)];
      const spare = { x: frame.w - (Math.max(...xs) - west), y: frame.h - (Math.max(...ys) - north) };
      if (spare.x < 0 || spare.y < 0) continue;
      const shifts = shares.map(([right, down]) => (
        { x: frame.x - west + right * spare.x, y: frame.y - north + down * spare.y }
      ));
      const shift = shifts.find((by) => points.every(({ x, y }) => (
        !occupied.some((box) => holds(box, { x: x + by.x, y: y + by.y }))
      )));
      if (shift) return { zoom, shift };
    }
    return null;
  }

  return { names, near, beside, view };
})();
