/*
 * How things find room on the map, in pixels: names beside their dots, a tip beside its point, the
 * first view beside the controls. Rectangles are {x, y, w, h}. Knows nothing of layers, dates, colours.
 */
(() => {
  "use strict";

  const CROWDED = 11; // px between two dots: nearer, the smaller place waits for a closer zoom
  const BESIDE = 12; // px from a point to its tip
  const STRIDE = 6; // px between the points of an outline that are tried
  const ZOOM_STEP = 0.1; // as zoom_snap in maps.py
  const GIVEN_UP = 0.5; // of a zoom, for room: what would be smaller is rather covered
  const ABOUT = [12, 24, 36].flatMap((by) => [[0, -by], [0, by], [-by, 0], [by, 0], [-by, -by], [by, -by]]);
  const PARTS = Array.from({ length: 17 }, (_, i) => i / 16); // of what is to spare, a side

  const apart = (a, b) => a.x + a.w < b.x || b.x + b.w < a.x || a.y + a.h < b.y || b.y + b.h < a.y;
  const clear = (box, others) => others.every((other) => apart(box, other));
  const within = (box, { x, y, w, h }) =>
    box.x >= x && box.y >= y && box.x + box.w <= x + w && box.y + box.h <= y + h;
  const holds = ({ x, y, w, h }, point) => point.x >= x && point.y >= y && point.x <= x + w && point.y <= y + h;

  /**
   * Where the names of places stand, in their order, which is biggest first: {x, y, w, h}, without them
   * where a name has no room, null where its dot has to wait with it. A name takes the first of four
   * sides where it covers no other name and no dot; rather than none, one that hides lesser places.
   * Names of places in the frame stay in it. What is `kept` is shown without a name too.
   */
  function names(places, frame) {
    const dots = places.map(({ at: { x, y }, radius: r }) => ({ x: x - r, y: y - r, w: 2 * r, h: 2 * r }));
    const taken = [];
    const shown = [];
    return places.map(({ at, radius, w, h, kept }, own) => {
      const crowded = shown.some((other) => places[other].at.distanceTo(at) <= CROWDED);
      if (!kept && (crowded || !clear(dots[own], taken))) return null;
      const gap = radius + 3;
      const sides = [[gap, -h / 2], [-gap - w, -h / 2], [-w / 2, -gap - h + 2], [-w / 2, gap - 2]]
        .map(([dx, dy]) => ({ x: at.x + dx, y: at.y + dy, w, h }))
        .filter((box) => clear(box, taken) && shown.every((other) => apart(box, dots[other])))
        .filter((box) => !holds(frame, at) || within(box, frame));
      const side = w ? sides.find((box) => dots.every((dot, i) => i === own || apart(box, dot))) ?? sides[0] : undefined;
      if (w && !side && !kept) return null;
      shown.push(own);
      if (side) taken.push(side);
      return side ?? {};
    });
  }

  /** Where a name that belongs to a wide surface stands: about its point, undefined where nothing is free. */
  function near({ x, y }, { w, h }, frame, occupied) {
    return [[0, 0], ...ABOUT]
      .map(([dx, dy]) => ({ x: x + dx - w / 2, y: y + dy - h / 2, w, h }))
      .find((box) => within(box, frame) && clear(box, occupied));
  }

  /** Where a tip of a size stands beside a point: in the frame, and off what is occupied if it can. */
  function beside({ x, y }, { w, h }, frame, occupied) {
    const into = (at, size, from, room) => Math.max(from, Math.min(at, from + room - size));
    const sides = [[x + BESIDE, y - h / 2], [x - BESIDE - w, y - h / 2], [x - w / 2, y + BESIDE], [x - w / 2, y - BESIDE - h]]
      .map(([left, top]) => ({ x: into(left, w, frame.x, frame.w), y: into(top, h, frame.y, frame.h), w, h }));
    const open = sides.filter((box) => !holds(box, { x, y }));
    return open.find((box) => clear(box, occupied)) ?? open[0] ?? sides[0];
  }

  /** Points along a closed outline, none farther than a stride from the next. */
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
   * The closest zoom, and the shift to the frame's pixels, at which outlines lie in the frame and off
   * what is occupied; null where that would cost too much of their size. `project` gives their corners
   * at a zoom, `most` is the zoom at which they fill the frame.
   */
  function view(project, most, frame, occupied) {
    const shares = PARTS.flatMap((right) => PARTS.map((down) => [right, down]))
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

  window.ControlMapRoom = { names, near, beside, view };
})();
