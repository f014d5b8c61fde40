// A network at work: an image, what each block's channels make of it, the answer; drawn on a canvas
// from sheets of small pictures. Knows nothing of how they were made.

const STEP = 520; // ms from one column to the next
const HOLD = 2400; // ms that a whole picture stays
const NARROW = 480; // px, below which a block shows two columns of channels at most
const shows = new WeakMap(); // node -> the show that runs on it

function load(source) {
  const picture = new Image();
  picture.src = source;
  return picture.decode().then(() => picture);
}

function theme(node) {
  const style = getComputedStyle(node);
  const value = (name, fallback) => style.getPropertyValue(`--st-${name}`).trim() || fallback;
  return {
    text: value("text-color", "#31333f"),
    line: value("border-color", "#cccccc"),
    accent: value("primary-color", "#0072B2"),
    font: value("font", "sans-serif"),
  };
}

// Where everything stands, in pixels for a width of 690; scaled to the width there is.
function layout(data, width) {
  const scale = Math.min(width / 690, 1.45);
  const top = 22;
  const tall = 190 * scale;
  const columns = [{ x: 0, cells: [cell(0, top + (tall - 96 * scale) / 2, 96 * scale)], width: 96 * scale }];
  for (const layer of data.layers) {
    const rows = layer.channels <= 6 ? 3 : 4;
    const channels = width < NARROW ? Math.min(layer.channels, 2 * rows) : layer.channels;
    const across = Math.ceil(channels / rows);
    const gap = 5 * scale;
    const side = (tall - gap * (rows - 1)) / rows;
    const cells = [];
    for (let i = 0; i < channels; i++) {
      cells.push(cell(Math.floor(i / rows) * (side + gap), top + (i % rows) * (side + gap), side));
    }
    columns.push({ cells, width: across * side + (across - 1) * gap, across, rows });
  }
  columns.push({ cells: [], width: Math.max(128 * scale, 88) });
  const used = columns.reduce((sum, column) => sum + column.width, 0);
  const space = (width - used) / (columns.length - 1);
  let left = 0;
  for (const column of columns) {
    column.x = left;
    left += column.width + space;
  }
  return { columns, space, top, tall, scale, height: top + tall + 4 };
}

const cell = (x, y, side) => ({ x, y, side });

class Show {
  constructor(root, data, pictures) {
    Object.assign(this, { root, data, pictures, index: 7 % data.labels.length, playing: true });
    this.before = this.index; // whose maps stay, faintly, until the new ones come
    this.whole = true; // the first is there at once
    this.still = matchMedia("(prefers-reduced-motion: reduce)");
    if (this.still.matches) this.playing = false;
    this.canvas = document.createElement("canvas");
    this.canvas.setAttribute("role", "img");
    this.controls = document.createElement("nav");
    this.controls.setAttribute("aria-label", "Digits to show");
    root.replaceChildren(this.canvas, this.controls);
    this.buttons();
    this.observer = new ResizeObserver(() => this.resize());
    this.observer.observe(root);
    this.begin();
  }

  buttons() {
    const pause = document.createElement("button");
    pause.onclick = () => {
      this.playing = !this.playing;
      this.label();
      clearTimeout(this.timer); // of the next one, which must not come after Pause
      if (this.playing) this.next();
    };
    const digits = this.data.labels.map((label, index) => {
      const button = document.createElement("button");
      const picture = document.createElement("span");
      picture.className = "picture";
      picture.style.backgroundImage = `url(${this.data.images})`;
      picture.style.backgroundSize = `${24 * this.data.labels.length}px 24px`;
      picture.style.backgroundPosition = `${-24 * index}px 0`;
      button.append(picture);
      button.setAttribute("aria-label", `Show a ${this.data.classes[label]}`);
      button.onclick = () => {
        this.playing = false;
        this.change(index);
      };
      return button;
    });
    for (const button of [pause, ...digits]) button.type = "button";
    this.controls.replaceChildren(pause, ...digits);
  }

  label() {
    const [pause, ...digits] = this.controls.children;
    pause.textContent = this.playing ? "❚❚" : "▶";
    pause.setAttribute("aria-label", this.playing ? "Pause the pictures" : "Go on with the pictures");
    digits.forEach((button, i) => button.setAttribute("aria-pressed", String(i === this.index)));
    const chances = this.data.probabilities[this.index];
    const best = chances.indexOf(Math.max(...chances));
    this.canvas.setAttribute(
      "aria-label",
      `The network at work on a handwritten ${this.data.classes[this.data.labels[this.index]]}: ` +
        `what the channels of its blocks make of it, and its answer, ` +
        `${this.data.classes[best]} with ${this.data.sure[this.index]}.`,
    );
  }

  next() {
    this.change((this.index + 1) % this.data.labels.length);
  }

  change(index) {
    this.before = this.index;
    this.index = index;
    this.whole = false;
    this.begin();
  }

  begin() {
    cancelAnimationFrame(this.frame);
    clearTimeout(this.timer);
    this.started = performance.now();
    this.label();
    this.resize();
    this.tick();
  }

  resize() {
    const width = this.root.clientWidth;
    if (!width) return;
    this.place = layout(this.data, width);
    const ratio = window.devicePixelRatio || 1;
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(this.place.height * ratio);
    this.canvas.style.height = `${this.place.height}px`;
    this.context = this.canvas.getContext("2d");
    this.context.scale(ratio, ratio);
    this.draw();
  }

  // Columns that are there by now, with a fraction for the one that comes.
  get progress() {
    if (this.whole || this.still.matches) return this.place.columns.length;
    return Math.min((performance.now() - this.started) / STEP, this.place.columns.length);
  }

  tick() {
    if (!this.root.isConnected) return this.stop();
    if (!this.place) {
      this.timer = setTimeout(() => this.tick(), 200);
      return;
    }
    this.draw();
    if (this.progress < this.place.columns.length) {
      this.frame = requestAnimationFrame(() => this.tick());
    } else if (this.playing) {
      this.timer = setTimeout(() => (this.root.isConnected ? this.next() : this.stop()), HOLD);
    }
  }

  stop() {
    cancelAnimationFrame(this.frame);
    clearTimeout(this.timer);
    this.observer.disconnect();
    shows.delete(this.root);
  }

  draw() {
    const { context, place } = this;
    if (!context) return;
    const colours = theme(this.root);
    context.clearRect(0, 0, this.root.clientWidth, place.height);
    context.imageSmoothingEnabled = false;
    place.columns.forEach((column, i) => {
      const shown = Math.max(0, Math.min(this.progress - i + 0.4, 1));
      if (i > 0) this.lines(i, shown, colours);
      context.globalAlpha = 1;
      this.title(column, i, colours);
      if (i === place.columns.length - 1) {
        this.answer(column, shown, colours);
        return;
      }
      if (shown < 1) {
        context.globalAlpha = 0.35;
        this.cells(column, i, this.before, colours);
      }
      context.globalAlpha = shown;
      this.cells(column, i, this.index, colours);
    });
    context.globalAlpha = 1;
  }

  title(column, i, colours) {
    const { context, place } = this;
    const last = place.columns.length - 1;
    const words = i === 0 ? "Image" : i === last ? "Answer" : this.data.layers[i - 1].title;
    context.fillStyle = colours.text;
    context.font = `600 12px ${colours.font}`;
    context.textAlign = "left";
    context.textBaseline = "top";
    context.fillText(words, column.x, 2);
  }

  cells(column, i, index, colours) {
    const { context } = this;
    const layer = i ? this.data.layers[i - 1] : { side: this.data.side };
    column.cells.forEach((at, channel) => {
      const [sx, sy] = i ? [channel * layer.side, index * layer.side] : [index * layer.side, 0];
      const to = [column.x + at.x, at.y, at.side, at.side];
      context.drawImage(this.pictures[i], sx, sy, layer.side, layer.side, ...to);
      context.strokeStyle = colours.line;
      context.lineWidth = 1;
      context.strokeRect(...to);
    });
  }

  // From the last cells of one column to the first of the next; a spark runs along while it comes.
  lines(i, shown, colours) {
    const { context, place } = this;
    const from = place.columns[i - 1];
    const to = place.columns[i];
    const starts = from.cells.slice(-(from.rows ?? 1));
    const ends = to.cells.length ? to.cells.slice(0, to.rows) : this.bars(to).map((bar) => ({ ...bar, x: 0 }));
    const chances = this.data.probabilities[this.index];
    const right = from.x + from.width;
    context.lineWidth = 1;
    for (const start of starts) {
      ends.forEach((end, row) => {
        const y = start.y + start.side / 2;
        const z = end.y + end.side / 2;
        const weight = to.cells.length ? 0.4 : 0.1 + 0.9 * chances[row];
        context.globalAlpha = (0.3 + 0.5 * shown) * weight;
        context.strokeStyle = to.cells.length ? colours.text : colours.accent;
        context.beginPath();
        context.moveTo(right + 2, y);
        const middle = right + place.space / 2;
        context.bezierCurveTo(middle, y, middle, z, to.x - 2, z);
        context.stroke();
        if (shown > 0 && shown < 1) this.spark(shown, right, y, to.x, z, weight, colours);
      });
    }
  }

  spark(t, x, y, w, z, weight, colours) {
    const { context } = this;
    const s = t * t * (3 - 2 * t);
    context.globalAlpha = weight;
    context.fillStyle = colours.accent;
    context.beginPath();
    context.arc(x + (w - x) * t, y + (z - y) * s, 1.8, 0, 7);
    context.fill();
  }

  bars(column) {
    const { place } = this;
    const row = place.tall / this.data.classes.length;
    return this.data.classes.map((_, i) => ({ y: place.top + i * row, side: row, x: column.x }));
  }

  answer(column, shown, colours) {
    const { context, place } = this;
    const chances = this.data.probabilities[this.index];
    const best = chances.indexOf(Math.max(...chances));
    const size = Math.max(11, Math.min(15, 12 * place.scale));
    const left = column.x + 1.4 * size;
    const most = column.width - 1.4 * size - 3.2 * size;
    context.textBaseline = "middle";
    this.bars(column).forEach((bar, i) => {
      const y = bar.y + bar.side / 2;
      const winner = i === best;
      context.globalAlpha = 1;
      context.fillStyle = colours.text;
      context.font = `${winner ? 700 : 400} ${size}px ${colours.font}`;
      context.fillText(this.data.classes[i], column.x + 2, y);
      context.globalAlpha = 0.5;
      context.fillStyle = colours.line;
      context.fillRect(left, y - 0.3 * bar.side, most, 0.6 * bar.side);
      context.globalAlpha = 1;
      context.fillStyle = colours.accent;
      context.fillRect(left, y - 0.3 * bar.side, most * chances[i] * shown, 0.6 * bar.side);
      if (winner && shown === 1) {
        context.fillStyle = colours.text;
        context.fillText(this.data.sure[this.index], left + most + 5, y);
      }
    });
  }
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".convscope-hero");
  const running = shows.get(root);
  if (running) {
    running.draw(); // the theme may have changed
  } else {
    shows.set(root, null);
    const sources = [data.images, ...data.layers.map((layer) => layer.sheet)];
    Promise.all(sources.map(load)).then((pictures) => {
      if (root.isConnected && !shows.get(root)) shows.set(root, new Show(root, data, pictures));
    });
  }
  return () => {
    if (!root.isConnected) shows.get(root)?.stop(); // else only this call was superseded
  };
}
