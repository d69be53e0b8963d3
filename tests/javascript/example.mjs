// A record of two squares of a degree side by side, one with a hole, in two oblasts.

/**
 * Return the file of a record with snapshots on days 0, 1, 4, 25 and 26. The western face is
 * held from day 1 on; the eastern one is held at first, contested from day 4 and not held from day 25.
 * @returns {RecordColumns}
 */
export function example() {
  return {
    format: 4, first: "2024-01-01", units_per_degree: 10, carry_days: 14,
    oblasts: ["West", "East"],
    day: [0, 1, 4, 25, 26],
    contested_reported: [0, 1, 1, 1, 1],
    face_oblast: [0, 1],
    face_rings: [2, 1],
    ring_points: [4, 4, 4],
    // West from (36, 48), its hole from (36.4, 48.4), East from (37, 48).
    steps: [
      360, 480, 10, 0, 0, 10, -10, 0,
      4, -6, 0, 2, 2, 0, 0, -2,
      4, -4, 10, 0, 0, 10, -10, 0,
    ],
    face_runs: [2, 3],
    run_since: [0, 1, 0, 2, 3],
    run_ground: [0, 1, 1, 2, 0],
    kinds: [0, 1, 2],
  };
}

/** Return a position in Web Mercator, the world from 0 to 1. @param {number} lon @param {number} lat @returns {[number, number]} */
export function position(lon, lat) {
  const y = Math.log(Math.tan(Math.PI / 4 + (lat * Math.PI) / 360));
  return [(lon + 180) / 360, (1 - y / Math.PI) / 2];
}
