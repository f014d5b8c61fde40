// The channels of a layer, cut from one sheet that holds them all; a click enlarges one beside
// the picture that the network was given. Knows nothing of what layers do.

const GAP = 6;
const SIDES = [64, 200]; // CSS pixels of a channel, at least and at most
const ABOVE = 175; // CSS pixels of the page above the channels

// "channel 7 of block1_conv1"; people count from one.
function nameOf(data, channel) {
  const dead = data.dead.includes(channel) ? ", dead for this picture" : "";
  return `channel ${channel + 1} of ${data.layer}${dead}`;
}

function cut(canvas, picture, data, channel) {
  canvas.width = data.width;
  canvas.height = data.height;
  const left = (channel % data.across) * data.width;
  const top = Math.floor(channel / data.across) * data.height;
  const place = [left, top, data.width, data.height, 0, 0, data.width, data.height];
  canvas.getContext("2d").drawImage(picture, ...place);
}

// How many stand beside each other and how large: as large as all of them can be in the room
// that there is, in full rows where that costs little.
function gridFor(data, room) {
  const count = data.ranges.length;
  const [least, most] = data.alone ? SIDES : [SIDES[0], SIDES[0] + 16];
  const height = Math.max(window.innerHeight - ABOVE, 300);
  const widest = Math.max(Math.floor((room + GAP) / (least + GAP)), 1);
  const grids = [];
  for (let across = 1; across <= Math.min(widest, count); across += 1) {
    const rows = Math.ceil(count / across);
    const high = (height / rows - GAP) / (data.height / data.width);
    const side = Math.floor(Math.min((room + GAP) / across - GAP, high, most));
    if (side >= least) grids.push({ across, side, full: count % across === 0 });
  }
  grids.sort((one, other) => other.side - one.side || other.across - one.across);
  const [best] = grids;
  const full = grids.find((grid) => grid.full);
  if (full && full.side >= 0.75 * best.side) return full;
  return best ?? { across: widest, side: Math.min(least, room) };
}

function rounded(value) {
  return Number(value.toPrecision(3)).toString().replace("-", "−");
}

function figure(node, caption) {
  const frame = document.createElement("figure");
  frame.className = "channel";
  const words = document.createElement("figcaption");
  words.textContent = caption;
  frame.append(node, words);
  return frame;
}

function drawChannel(state, channel, body) {
  const { data, picture } = state;
  const large = document.createElement("canvas");
  large.setAttribute("role", "img");
  large.setAttribute("aria-label", nameOf(data, channel));
  cut(large, picture, data, channel);
  const [low, high] = data.ranges[channel];
  const range =
    low === high ? `${rounded(low)} everywhere` : `from ${rounded(low)} to ${rounded(high)}`;
  const input = document.createElement("img");
  input.src = data.picture;
  input.alt = "The picture that the network was given";
  if (data.sharp) input.className = "sharp";
  const name = nameOf(data, channel);
  body.replaceChildren(
    figure(large, `${name[0].toUpperCase()}${name.slice(1)}: ${range}`),
    figure(input, "The picture"),
  );
}

function enlarge(root, state, channel) {
  openLightbox(root.parentNode, {
    items: state.data.ranges.map((_, place) => place),
    place: channel,
    label: (shown) => nameOf(state.data, shown),
    draw: (shown, body) => drawChannel(state, shown, body),
    closed: (shown) => root.children[shown]?.focus(),
  });
}

function fill(root, state) {
  const { data, picture } = state;
  while (root.children.length > data.ranges.length) root.lastChild.remove();
  while (root.children.length < data.ranges.length) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(document.createElement("canvas"));
    root.append(button);
  }
  [...root.children].forEach((button, channel) => {
    const name = nameOf(data, channel);
    button.setAttribute("aria-label", name);
    button.title = name;
    button.className = data.dead.includes(channel) ? "dead" : "";
    button.onclick = () => enlarge(root, state, channel);
    cut(button.firstChild, picture, data, channel);
  });
  root.dataset.layer = data.layer; // once they are drawn
}

function layOut(root, data) {
  if (!root.clientWidth) return; // not shown yet
  const { across, side } = gridFor(data, root.clientWidth);
  root.style.gridTemplateColumns = `repeat(${across}, ${side}px)`;
}

const states = new WeakMap(); // root -> {data, sheet, picture, watch}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".maps");
  const state = states.get(root) ?? {};
  states.set(root, state);
  state.data = data;
  state.watch?.disconnect();
  state.watch = new ResizeObserver(() => layOut(root, data));
  state.watch.observe(root);
  if (state.sheet === data.sheet) {
    if (state.picture) fill(root, state);
  } else {
    state.sheet = data.sheet;
    state.picture = null;
    const picture = new Image();
    picture.onload = () => {
      if (state.sheet !== picture.src) return; // a newer layer came meanwhile
      state.picture = picture;
      layOut(root, state.data);
      fill(root, state);
    };
    picture.src = data.sheet;
  }
  return () => {
    if (!root.isConnected) state.watch.disconnect(); // else only this call was superseded
  };
}
