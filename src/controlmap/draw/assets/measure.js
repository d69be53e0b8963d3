"use strict";

/** Measures a way on the map: from point to point, by pointer, touch or, at the frame's middle, Enter. */
class Measure {
  on = false;
  /** @type {L.LatLng[]} */
  points = [];

  /** @param {MapView} view @param {(km: number, points: number) => string} say */
  constructor(view, say) {
    this.view = view;
    this.say = say;
    this.line = L.polyline([], { className: "front-way", interactive: false, renderer: L.svg({ pane: "popupPane" }) });
    this.said = Page.element("output", "front-km");
    this.said.hidden = true;
    view.container.append(this.said);
    view.map.on("click", ({ latlng }) => this.on && this.add(latlng));
    view.container.addEventListener("keydown", ({ key, target }) => {
      if (!this.on || target !== view.container) return;
      if (key === "Enter") this.add(view.map.getCenter());
      if (key === "Escape") this.toggle(false);
    });
  }

  /** Return the length of a way in km, on a sphere of the earth's mean radius. @param {L.Map} map @param {L.LatLng[]} points */
  static km(map, points) {
    return points.slice(1).reduce((sum, point, i) => sum + map.distance(points[i], point) / 1000, 0);
  }

  /** @param {boolean} on */
  toggle(on) {
    this.on = on;
    this.points = [];
    this.view.container.classList.toggle("front-measuring", on);
    if (on) this.line.addTo(this.view.map);
    else this.line.remove();
    this.#draw();
    if (on) this.view.container.focus();
  }

  /** @param {L.LatLng} point */
  add(point) {
    this.points.push(point);
    this.#draw();
  }

  #draw() {
    this.line.setLatLngs(this.points);
    this.said.hidden = !this.on;
    this.said.textContent = this.say(Measure.km(this.view.map, this.points), this.points.length);
  }
}
