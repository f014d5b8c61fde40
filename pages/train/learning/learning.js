// Ten images and, under each, what the network takes it for: the newest look, or the one that
// the slider stands at. Nodes are made once for a run's images and then only changed, so that
// bars move. Knows nothing of networks.

const PLAY_SECONDS = 5;

function element(name, className, ...children) {
  const node = document.createElement(name);
  if (className) node.className = className;
  node.append(...children);
  return node;
}

function tile(source, sharp) {
  const image = element("img", sharp ? "sharp" : "");
  image.src = source;
  const mark = element("span", "mark");
  mark.setAttribute("aria-hidden", "true"); // the image's alt says it in words
  const truth = element("div", "truth");
  const name = element("b");
  const bar = element("i");
  const percent = element("span");
  const node = element(
    "li",
    "",
    truth,
    element("div", "frame", image),
    element("div", "taken", mark, name),
    element("div", "sure", element("div", "", bar), percent),
  );
  return { node, truth, image, mark, name, bar, percent };
}

function article(word) {
  return /^[aeiou8]/i.test(word) ? "an" : "a";
}

// One view an element: what it shows, and where the person has put the slider.
function build(root, state) {
  const slider = element("input");
  slider.type = "range";
  slider.min = 0;
  slider.setAttribute("aria-label", "Look back to an epoch");
  const play = element("button", "", "▶");
  play.type = "button";
  const words = element("span", "count");
  const place = element("span", "place"); // no output: that would be read out at each look
  const title = element("strong", "", "");
  root.replaceChildren(
    element("header", "", title, words, element("span", "space"), play, slider, place),
    element("ol"),
  );
  Object.assign(state, { slider, play, words, place, title, list: root.lastChild, root });
  slider.addEventListener("input", () => {
    stop(state);
    goTo(state, Number(slider.value));
    draw(state);
  });
  play.addEventListener("click", () => (state.timer ? stop(state) : start(state)));
  label(state);
}

function label(state) {
  const playing = Boolean(state.timer);
  state.play.textContent = playing ? "❚❚" : "▶";
  state.play.setAttribute("aria-label", playing ? "Stop" : "Show how it learned");
  state.play.title = playing ? "Stop" : "Show how it learned";
  state.root.classList.toggle("playing", playing);
}

function stop(state) {
  clearInterval(state.timer);
  state.timer = null;
  label(state);
}

function start(state) {
  const last = state.data.frames.length - 1;
  if (last < 1) return;
  const begun = performance.now();
  state.timer = setInterval(() => {
    const share = (performance.now() - begun) / (1000 * PLAY_SECONDS);
    goTo(state, Math.floor(share * state.data.frames.length));
    if (share >= 1) stop(state);
    draw(state);
  }, 60);
  label(state);
}

function tiles(state, data) {
  const images = JSON.stringify([data.images, data.truths]);
  if (state.images === images) return;
  state.images = images;
  state.at = null;
  state.tiles = data.images.map((source) => tile(source, data.sharp));
  state.list.replaceChildren(...state.tiles.map((one) => one.node));
  state.root.style.setProperty("--columns", data.images.length);
}

function when(data, index) {
  const epoch = data.frames[index][0];
  if (epoch === 0) return "before the first step";
  if (epoch < 0.05) return "after the first steps";
  const shown = Number.isInteger(epoch) ? String(epoch) : epoch.toFixed(1);
  return `epoch ${shown} of ${data.epochs}`;
}

// What is kept is the epoch, not the place of its frame: as a run goes on, its frames are others.
// The last frame is followed: null.
function goTo(state, index) {
  const { frames } = state.data;
  state.at = index >= frames.length - 1 ? null : frames[index][0];
}

// The place of the frame nearest to the chosen epoch.
function chosen({ at, data: { frames } }) {
  if (at === null) return frames.length - 1;
  const off = frames.map(([epoch]) => Math.abs(epoch - at));
  return off.indexOf(Math.min(...off));
}

function draw(state) {
  const { data } = state;
  const last = data.frames.length - 1;
  const index = chosen(state);
  const [, classes, parts, percents] = data.frames[index];
  let correct = 0;
  state.tiles.forEach((one, i) => {
    const truth = data.names[data.truths[i]];
    const name = data.names[classes[i]];
    const right = classes[i] === data.truths[i];
    correct += right;
    const percent = percents[i];
    const words = right
      ? `${article(truth)} ${truth}, rightly taken for it with ${percent}`
      : `${article(truth)} ${truth}, taken for ${name} with ${percent}`;
    one.node.classList.toggle("right", right);
    one.node.title = words;
    one.image.alt = words;
    one.truth.textContent = truth;
    one.mark.textContent = right ? "✓" : "✗";
    one.name.textContent = name;
    one.bar.style.transform = `scaleX(${parts[i] / 1000})`;
    one.percent.textContent = percent;
  });
  const count = data.images.length;
  state.title.textContent =
    count === 1 ? "An image it never trains on, and what it takes it for" : `${count} images it never trains on, and what it takes them for`;
  state.words.textContent = `${correct} of ${count} right`;
  state.slider.max = last;
  state.slider.value = index;
  state.slider.disabled = state.play.disabled = last < 1;
  state.slider.setAttribute("aria-valuetext", when(data, index));
  state.place.textContent = when(data, index);
}

const states = new WeakMap();

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".convscope-learning");
  if (!states.has(root)) {
    states.set(root, {});
    root.setAttribute("aria-label", "Images it never trains on, and what it takes them for");
    build(root, states.get(root));
  }
  const state = states.get(root);
  state.data = JSON.parse(new TextDecoder().decode(data));
  tiles(state, state.data);
  draw(state);
  return () => {
    if (!root.isConnected) stop(state);
  };
}
