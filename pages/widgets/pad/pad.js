// A square of paper: strokes, undo, clear. Sends a PNG while one draws and when the pen is lifted.
// Knows nothing of what is made of the picture.

const SIDE = 280; // units of the paper
const PEN = 22; // as broad as a felt pen in a digit that fills the paper
const SENT = 168; // pixels of the picture that is sent: looking for ink costs by the pixel
const INTERVAL = 200; // ms between two pictures while one draws
const PATIENCE = 1500; // ms to wait for an answer before sending the next all the same

const FONT = '"Source Sans", "Source Sans Pro", sans-serif';

const pads = new WeakMap();

function button(icon, label, act) {
  const node = document.createElement("button");
  node.type = "button";
  node.textContent = `${icon} ${label}`;
  node.setAttribute("aria-label", label);
  node.onclick = act;
  return node;
}

function trace(context, { points }) {
  context.beginPath();
  context.moveTo(points[0][0], points[0][1]);
  for (let i = 1; i < points.length - 1; i++) {
    const [x, y] = points[i];
    const [nextX, nextY] = points[i + 1];
    context.quadraticCurveTo(x, y, (x + nextX) / 2, (y + nextY) / 2);
  }
  const [endX, endY] = points.at(-1);
  context.lineTo(endX, endY + (points.length === 1 ? 0.01 : 0)); // a dot has no length of its own
  context.stroke();
}

function paint(canvas, strokes, ink, paper) {
  const context = canvas.getContext("2d");
  const scale = canvas.width / SIDE;
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.clearRect(0, 0, SIDE, SIDE);
  if (paper) {
    context.fillStyle = paper;
    context.fillRect(0, 0, SIDE, SIDE);
  }
  Object.assign(context, { lineWidth: PEN, lineCap: "round", lineJoin: "round", strokeStyle: ink });
  for (const stroke of strokes) trace(context, stroke);
}

function invite(canvas, ink) {
  const context = canvas.getContext("2d");
  Object.assign(context, { fillStyle: ink, textAlign: "center", font: `18px ${FONT}` });
  context.fillText("Draw here", SIDE / 2, SIDE / 2);
}

class Pad {
  constructor(root) {
    this.strokes = []; // each its points, and the number of the picture sent before it was begun
    this.stroke = null; // the one that the pointer draws now
    this.number = 0; // of the picture sent last
    this.answered = 0;
    this.sentAt = 0;
    this.changed = false; // since then
    this.pointer = null;
    this.canvas = document.createElement("canvas");
    this.canvas.width = this.canvas.height = 2 * SIDE; // sharp on a dense screen
    this.canvas.setAttribute("role", "img");
    this.canvas.onpointerdown = (event) => this.begin(event);
    this.canvas.onpointermove = (event) => this.move(event);
    this.canvas.onpointerup = this.canvas.onpointercancel = (event) => this.end(event);
    this.paper = document.createElement("canvas");
    this.paper.width = this.paper.height = SENT;
    this.undo = button("↶", "Undo", () => this.take(this.strokes.slice(0, -1)));
    this.clear = button("✕", "Clear", () => this.take([]));
    const buttons = document.createElement("div");
    buttons.append(this.undo, this.clear);
    root.append(this.canvas, buttons);
  }

  place(event) {
    const box = this.canvas.getBoundingClientRect();
    const x = ((event.clientX - box.left) * SIDE) / box.width;
    const y = ((event.clientY - box.top) * SIDE) / box.height;
    return [x, y];
  }

  begin(event) {
    if (this.pointer !== null || event.button !== 0) return;
    event.preventDefault();
    this.pointer = event.pointerId;
    this.canvas.setPointerCapture(event.pointerId);
    this.stroke = { points: [this.place(event)], after: this.number };
    this.strokes.push(this.stroke);
    this.draw();
  }

  move(event) {
    if (event.pointerId !== this.pointer) return;
    const passed = event.getCoalescedEvents?.() ?? [];
    for (const each of passed.length ? passed : [event]) this.stroke.points.push(this.place(each));
    this.draw();
    const waiting = this.answered < this.number && performance.now() - this.sentAt < PATIENCE;
    if (!waiting && performance.now() - this.sentAt > INTERVAL) this.send();
  }

  end(event) {
    if (event.pointerId !== this.pointer) return;
    this.lift();
    this.send();
  }

  lift() {
    this.pointer = this.stroke = null;
  }

  take(strokes) {
    this.strokes = strokes;
    if (!strokes.includes(this.stroke)) this.lift(); // taken away from under a pointer
    this.draw();
    this.send();
  }

  draw() {
    this.changed = true;
    const ink = getComputedStyle(this.canvas).color;
    paint(this.canvas, this.strokes, ink, null);
    const empty = this.strokes.length === 0;
    if (empty) invite(this.canvas, ink);
    this.undo.disabled = this.clear.disabled = empty;
    this.canvas.classList.toggle("empty", empty);
    this.canvas.setAttribute("aria-label", empty ? "Drawing pad, empty" : "Your drawing");
  }

  send() {
    if (!this.changed) return;
    this.changed = false;
    this.number += 1;
    this.sentAt = performance.now();
    let picture = "";
    if (this.strokes.length) {
      paint(this.paper, this.strokes, "#111", "#fff");
      picture = this.paper.toDataURL("image/png");
    }
    this.canvas.setAttribute("aria-busy", "true");
    this.setStateValue("drawing", { number: this.number, picture });
  }

  // Begun after whatever the server speaks of, so that its word does not take the stroke away.
  isNewer(stroke, answered) {
    return stroke === this.stroke || stroke.after >= answered;
  }

  // What the server says: up to which picture it has answered, and for what to be blank.
  hear(data) {
    // A server that knows later pictures than this pad, which was mounted anew.
    this.number = Math.max(this.number, data.answered);
    this.answered = data.answered;
    this.canvas.setAttribute("aria-busy", String(this.answered < this.number));
    if (data.blank !== this.blank) {
      const newer = this.strokes.filter((stroke) => this.isNewer(stroke, data.answered));
      const older = newer.length < this.strokes.length;
      if (this.blank !== undefined && data.blank && older) this.take(newer);
      this.blank = data.blank;
    }
    const changed = this.changed;
    this.draw(); // the theme may be another
    this.changed = changed;
  }
}

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".convscope-pad");
  if (!pads.has(root)) pads.set(root, new Pad(root));
  const pad = pads.get(root);
  pad.setStateValue = setStateValue;
  pad.hear(data);
}
