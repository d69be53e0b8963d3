/* How the map draws: fills, hatches, strokes, place names, swatches. Knows nothing of layers or dates. */
(() => {
  "use strict";

  const LABEL_LENGTH = 40;
  const QUIET_LINE = 15; // px, of the names of what lies round
  const HATCH = 8; // px between two lines of a hatch

  /** Places by rank, as maps.PLACE_RANKS: size, and the zoom from which dot and name show. */
  const RANKS = [
    { radius: 4.5, zoom: 0, size: 14, weight: 600 },
    { radius: 3.5, zoom: 0, size: 12.5, weight: 500 },
    { radius: 3, zoom: 8, size: 12, weight: 400 },
    { radius: 2.5, zoom: 9, size: 11.5, weight: 400 },
    { radius: 2, zoom: 10, size: 11, weight: 400 },
  ];

  const DIAGONALS = { "/": [[0, 1, 1, 0]], "\\": [[0, 0, 1, 1]], x: [[0, 1, 1, 0], [0, 0, 1, 1]] };

  const density = () => (L.Browser.retina ? 2 : 1);

  /** One seamless tile of a hatch; a diagonal is repeated one tile away so that corners join. */
  function hatchTile(kind, colour) {
    const size = HATCH * density();
    const tile = document.createElement("canvas");
    tile.width = tile.height = size;
    const ctx = tile.getContext("2d");
    ctx.strokeStyle = colour;
    ctx.lineWidth = 1.3 * density();
    const line = (x0, y0, x1, y1) => {
      ctx.moveTo(x0 * size, y0 * size);
      ctx.lineTo(x1 * size, y1 * size);
    };
    (DIAGONALS[kind] ?? []).forEach(([x0, y0, x1, y1]) => {
      [-1, 0, 1].forEach((shift) => line(2 * x0 - x1 + shift, 2 * y0 - y1, 2 * x1 - x0 + shift, 2 * y1 - y0));
    });
    if (kind === "+") {
      line(0.5, 0, 0.5, 1);
      line(0, 0.5, 1, 0.5);
    }
    ctx.stroke();
    return tile;
  }

  const patterns = new Map();
  function hatchPattern(ctx, kind, colour) {
    const key = `${kind}${colour}${density()}`;
    if (!patterns.has(key)) {
      const pattern = ctx.createPattern(hatchTile(kind, colour), "repeat");
      pattern.setTransform(new DOMMatrix().scale(1 / density()));
      patterns.set(key, pattern);
    }
    return patterns.get(key);
  }

  /** Fill, hatch and stroke the current path; the map and the swatches both draw with it. */
  function paint(ctx, style, thin = 1) {
    if (style.fill) {
      ctx.globalAlpha = style.fillOpacity ?? 1;
      ctx.fillStyle = style.fillColor ?? style.color;
      ctx.fill("evenodd");
    }
    if (style.fill && style.hatch) {
      ctx.globalAlpha = style.hatchOpacity ?? 1;
      ctx.fillStyle = hatchPattern(ctx, style.hatch, style.hatchColor);
      ctx.fill("evenodd");
    }
    if (style.weight) {
      ctx.globalAlpha = style.opacity ?? 1;
      ctx.lineWidth = style.weight * thin;
      ctx.strokeStyle = style.color;
      ctx.lineJoin = "round";
      ctx.lineCap = style.dashArray ? "butt" : "round";
      ctx.setLineDash(style.dashArray ? style.dashArray.split(/[ ,]+/).map((n) => n * thin) : []);
      ctx.stroke();
    }
    ctx.globalAlpha = 1;
  }

  /** A canvas of its own for the layers of one height. Seen from afar, strokes are thinner. */
  function canvas(map, pane, zIndex, options, extra) {
    const node = map.createPane(pane);
    node.style.zIndex = zIndex;
    if (!options.interactive) node.style.pointerEvents = "none";
    const thin = () => Math.min(1, Math.max(0.5, (map.getZoom() - 4) / 5));
    const Painter = L.Canvas.extend({
      _fillStroke: (ctx, layer) => paint(ctx, layer.options, thin()),
      ...extra,
    });
    return new Painter({ pane, padding: 0.2, ...options }).addTo(map);
  }

  /** The text of a name, and how a rank writes it. */
  const named = (name) => (name.length > LABEL_LENGTH ? `${name.slice(0, LABEL_LENGTH - 1)}…` : name);
  const written = ({ weight, size }, family) => `${weight} ${size}px ${family}`;
  const quiet = (line, family) => `italic ${line ? 11 : 13}px ${family}`;

  /** How wide and high a place's name is. */
  function measure(ctx, name, rank, family) {
    ctx.font = written(rank, family);
    return { w: ctx.measureText(named(name)).width, h: rank.size + 3 };
  }

  /** The same for a name of what lies round, which may have a line below it. */
  function measureQuiet(ctx, lines, family) {
    const widths = lines.map((text, line) => {
      ctx.font = quiet(line, family);
      return ctx.measureText(text).width;
    });
    return { w: Math.max(...widths), h: QUIET_LINE * lines.length };
  }

  function halo(ctx, text, x, y, colour, page) {
    ctx.textBaseline = "middle";
    ctx.lineJoin = "round";
    ctx.globalAlpha = 0.85;
    ctx.strokeStyle = page.halo;
    ctx.lineWidth = 3.2;
    ctx.strokeText(text, x, y);
    ctx.globalAlpha = 1;
    ctx.fillStyle = colour;
    ctx.fillText(text, x, y);
    return text;
  }

  /** A place's name in its box; returns what was written. */
  function label(ctx, name, rank, { x, y, h }, page, family) {
    ctx.textAlign = "left";
    ctx.font = written(rank, family);
    return halo(ctx, named(name), x, y + h / 2, page.ink, page);
  }

  function labelQuiet(ctx, lines, { x, y, w }, colour, page, family) {
    ctx.textAlign = "center";
    lines.forEach((text, line) => {
      ctx.font = quiet(line, family);
      halo(ctx, text, x + w / 2, y + QUIET_LINE * (line + 0.5), colour, page);
    });
    return lines[0];
  }

  /** A swatch for the list of layers: the layer as the map draws it, on land; `bands` for many colours. */
  function swatch(node, kind, style, land, bands = []) {
    const [w, h] = [26, 16];
    [node.width, node.height] = [w * density(), h * density()];
    const ctx = node.getContext("2d");
    ctx.scale(density(), density());
    ctx.rect(0, 0, w, h);
    paint(ctx, { ...land, weight: 0 });
    bands.forEach((colour, i) => {
      ctx.fillStyle = colour;
      ctx.fillRect((i * w) / bands.length, 0, w / bands.length, h);
    });
    if (kind === "tiles" || bands.length) return;
    const inset = style.weight / 2;
    ctx.beginPath();
    if (kind === "area") ctx.rect(inset, inset, w - 2 * inset, h - 2 * inset);
    if (kind === "place") ctx.arc(w / 2, h / 2, RANKS[0].radius, 0, 2 * Math.PI);
    if (kind === "line") {
      ctx.moveTo(0, h / 2);
      ctx.lineTo(w, h / 2);
    }
    paint(ctx, style);
  }

  window.ControlMapPaint = {
    RANKS, canvas, hatchPattern, measure, measureQuiet, label, labelQuiet, swatch,
  };
})();
