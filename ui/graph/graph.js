// Pan, zoom, focus and picking for one SVG. The view survives reruns: the SVG is replaced only when it changed.

const LARGEST = 1.35; // units of the drawing are never shown larger than this
const READABLE = 0.66; // smaller than this nobody can read the labels: start near what matters instead

/** Parse what Graphviz drew; only shapes and text come through. */
function parse(text) {
  const root = new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
  root.querySelectorAll("script, foreignObject, image, style").forEach((element) => element.remove());
  for (const element of root.querySelectorAll("*")) {
    for (const { name } of [...element.attributes]) {
      if (name.startsWith("on") || name === "href" || name === "xlink:href") element.removeAttribute(name);
    }
  }
  return document.importNode(root, true);
}

/** Make every node and edge something to hover, focus and pick. */
function prepare(svg) {
  svg.removeAttribute("width");
  svg.removeAttribute("height");
  svg.querySelectorAll(".cluster > title, .graph > title").forEach((title) => title.remove());
  for (const item of svg.querySelectorAll("g.edge, g.node")) {
    const links = [...item.querySelectorAll("a")];
    const said = links.map((link) => link.getAttribute("xlink:title")).find(Boolean) ?? "";
    links.forEach((link) => link.removeAttribute("xlink:title"));
    const title = item.querySelector("title");
    const name = item.classList.contains("edge") ? `${title.textContent.replace("->", " → ")}: ${said}` : said;
    title.textContent = name;
    item.setAttribute("tabindex", "0");
    item.setAttribute("role", "button");
    item.setAttribute("aria-label", name);
  }
  for (const path of svg.querySelectorAll("g.edge path")) {
    const hit = path.cloneNode();
    for (const name of ["stroke", "stroke-dasharray", "stroke-width"]) hit.removeAttribute(name);
    hit.setAttribute("class", "hit");
    path.before(hit);
    if (path.closest(".opens, .closes")) {
      // What makes two lines of a broad one: another over its middle, in the colour of the page.
      const core = path.cloneNode();
      core.setAttribute("class", "core");
      path.after(core);
    }
  }
}

const middle = (box) => ({ x: box.x + box.width / 2, y: box.y + box.height / 2 });

/** The smallest box around all boxes, with some room. */
function around(boxes) {
  const room = 70;
  const [x, y] = ["x", "y"].map((side) => Math.min(...boxes.map((box) => box[side])) - room);
  const right = Math.max(...boxes.map((box) => box.x + box.width)) + room;
  const bottom = Math.max(...boxes.map((box) => box.y + box.height)) + room;
  return { x, y, width: right - x, height: bottom - y };
}

/** What is shown: a rectangle of the drawing, kept as the SVG's viewBox. */
class View {
  constructor(host, svg) {
    this.host = host;
    this.svg = svg;
    this.whole = { ...this.read() };
    this.box = { ...this.whole };
  }

  read() {
    const { x, y, width, height } = this.svg.viewBox.baseVal;
    return { x, y, width, height };
  }

  get size() {
    return { width: this.host.clientWidth || 1, height: this.host.clientHeight || 1 };
  }

  get scale() {
    return this.size.width / this.box.width;
  }

  show(box) {
    this.box = box;
    this.svg.setAttribute("viewBox", `${box.x} ${box.y} ${box.width} ${box.height}`);
  }

  /** Show the drawing at `scale` with the point (x, y) in the middle. */
  centre(x, y, scale) {
    const { width, height } = this.size;
    this.show({ x: x - width / scale / 2, y: y - height / scale / 2, width: width / scale, height: height / scale });
  }

  /** Show all of it; at first, if that is too small to read, only `way`, or what lies around `focus`. */
  fit(way = [], focus = null) {
    const { width, height } = this.size;
    const scaleOf = (box) => Math.min(width / box.width, height / box.height) * 0.95;
    const boxes = [this.whole, ...(way.length ? [around(way.map((item) => this.boxOf(item)))] : [])];
    const box = boxes.find((candidate) => scaleOf(candidate) >= READABLE) ?? (focus ? null : this.whole);
    if (box) {
      const scale = Math.min(scaleOf(box), LARGEST);
      this.centre(...this.clamped(middle(box), scale), scale);
    } else {
      const near = Math.min(Math.max(READABLE * 1.15, height / this.whole.height), 1);
      this.centre(...this.clamped(middle(this.boxOf(focus)), near), near);
    }
  }

  /** The point nearest to `point` around which nothing but the drawing is shown. */
  clamped(point, scale) {
    const { width, height } = this.size;
    const along = (at, start, length, shown) =>
      shown >= length ? start + length / 2 : Math.min(Math.max(at, start + shown / 2), start + length - shown / 2);
    return [
      along(point.x, this.whole.x, this.whole.width, width / scale),
      along(point.y, this.whole.y, this.whole.height, height / scale),
    ];
  }

  /** Where an element is, in the drawing's units. */
  boxOf(element) {
    const box = element.getBBox();
    const { a, d, e, f } = this.svg.querySelector("g.graph").transform.baseVal.consolidate().matrix;
    return { x: box.x * a + e, y: box.y * d + f, width: box.width * a, height: box.height * d };
  }

  /** Zoom so that the point of the drawing under (left, top) of the host stays there. */
  zoom(factor, left = this.size.width / 2, top = this.size.height / 2) {
    const scale = Math.min(Math.max(this.scale * factor, 0.05), 6);
    const x = this.box.x + left / this.scale;
    const y = this.box.y + top / this.scale;
    const { width, height } = this.size;
    this.show({ x: x - left / scale, y: y - top / scale, width: width / scale, height: height / scale });
  }

  pan(dx, dy) {
    const scale = this.scale;
    this.show({ ...this.box, x: this.box.x - dx / scale, y: this.box.y - dy / scale });
  }

  /** Keep the scale and the middle when the host's size changes. */
  resized(before) {
    const scale = before.width / this.box.width;
    this.centre(this.box.x + this.box.width / 2, this.box.y + this.box.height / 2, scale);
  }
}

function listen(state, pick) {
  const { host } = state;
  const pointers = new Map();
  let moved = 0;
  const place = (event) => {
    const box = host.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  const itemOf = (event) => event.target.closest?.("g.edge, g.node");

  host.onwheel = (event) => {
    event.preventDefault();
    state.view?.zoom(Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.0015)), ...place(event));
  };
  host.onpointerdown = (event) => {
    if (event.button) return;
    if (!pointers.size) moved = 0;
    pointers.set(event.pointerId, [event.clientX, event.clientY]);
  };
  host.onpointermove = (event) => {
    const last = pointers.get(event.pointerId);
    if (!last) return;
    const now = [event.clientX, event.clientY];
    const other = [...pointers].find(([id]) => id !== event.pointerId)?.[1];
    if (other) {
      const distance = (point) => Math.hypot(point[0] - other[0], point[1] - other[1]) || 1;
      state.view?.zoom(distance(now) / distance(last), ...place(event));
      moved = Infinity;
    } else {
      moved += Math.hypot(now[0] - last[0], now[1] - last[1]);
      // Captured only once it is a drag: a captured pointer's click goes to the host, not to what was clicked.
      if (moved > 4 && !host.hasPointerCapture(event.pointerId)) host.setPointerCapture(event.pointerId);
      if (moved > 4) {
        host.classList.add("dragging");
        state.view?.pan(now[0] - last[0], now[1] - last[1]);
      }
    }
    pointers.set(event.pointerId, now);
  };
  host.onpointerup = host.onpointercancel = (event) => {
    pointers.delete(event.pointerId);
    host.classList.remove("dragging");
  };
  host.onclick = (event) => {
    const item = itemOf(event);
    if (item && moved <= 4) pick(item.id);
  };
  host.onkeydown = (event) => {
    const item = itemOf(event);
    const act = { "+": () => state.view.zoom(1.25), "-": () => state.view.zoom(0.8), 0: () => state.view.fit() }[event.key];
    if (item && (event.key === "Enter" || event.key === " ")) pick(item.id);
    else if (act) act();
    else return;
    event.preventDefault();
  };
  host.onfocusin = (event) => {
    const item = itemOf(event);
    if (item?.matches(":focus-visible") && state.view) reveal(state, item);
  };
}

/** Bring an item into view, if it isn't, without changing the scale. */
function reveal(state, item) {
  const frame = state.host.getBoundingClientRect();
  const box = item.getBoundingClientRect();
  const seen = box.left >= frame.left && box.right <= frame.right && box.top >= frame.top && box.bottom <= frame.bottom;
  const { x, y } = middle(state.view.boxOf(item));
  if (!seen) state.view.centre(x, y, state.view.scale);
}

function mark(svg, picked, way) {
  const onWay = new Set(way);
  svg.classList.toggle("has-way", onWay.size > 0);
  for (const item of svg.querySelectorAll("g.edge, g.node")) {
    item.classList.toggle("picked", item.id === picked);
    item.classList.toggle("on-way", onWay.has(item.id));
    item.setAttribute("aria-pressed", String(item.id === picked));
  }
}

const states = new WeakMap();

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const host = parentElement.querySelector(".host");
  const state = states.get(host) ?? { host };
  states.set(host, state);
  host.style.setProperty("--height", `${data.height}px`);
  parentElement.querySelector(".legend").classList.toggle("of-changes", data.changes);

  listen(state, (id) => {
    state.clicked = id;
    setTriggerValue("picked", id);
  });
  if (state.text !== data.svg) {
    state.text = data.svg;
    const svg = parse(data.svg);
    prepare(svg);
    host.replaceChildren(svg);
    state.view = new View(host, svg);
    state.fitted = false;
  }
  const svg = host.querySelector("svg");
  mark(svg, data.picked, data.way);
  // What was picked beside the picture is brought into it; what was picked in it is seen already.
  const item = data.picked !== state.picked && data.picked !== state.clicked && svg.querySelector("g.picked");
  state.picked = data.picked;
  state.clicked = null;
  if (item && state.fitted) reveal(state, item);
  const focus = () => svg.querySelector("g.picked") ?? svg.querySelector("g.edge:is(.opens, .closes, .missing)");

  for (const button of parentElement.querySelectorAll("[data-do]")) {
    button.onclick = () =>
      ({ in: () => state.view.zoom(1.25), out: () => state.view.zoom(0.8), fit: () => state.view.fit() })[button.dataset.do]();
  }

  // The host has no size until the page is laid out: the first size fits, later ones keep what is shown.
  state.observer?.disconnect();
  state.observer = new ResizeObserver(() => {
    const size = state.view.size;
    if (size.width < 2) return;
    if (!state.fitted) state.view.fit([...svg.querySelectorAll("g.on-way")], focus());
    else if (size.width !== state.size.width || size.height !== state.size.height) state.view.resized(state.size);
    state.fitted = true;
    state.size = size;
  });
  state.observer.observe(host);
  return () => state.observer.disconnect();
}
