// An answer in words and bars, with the pictures it is about, and rows of earlier ones.
// Nodes stay while what they show changes. Knows nothing of where the pictures came from.

const LONG = 20; // characters that find room in a line of the large letters

function element(kind, name, text = "") {
  const node = document.createElement(kind);
  node.className = name;
  node.textContent = text;
  return node;
}

// As many children as items, each filled anew.
function fit(root, items, make, fill) {
  while (root.children.length > items.length) root.lastChild.remove();
  while (root.children.length < items.length) root.append(make());
  items.forEach((item, place) => fill(root.children[place], item, place));
}

function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
  node.hidden = text === "";
}

function makeBar() {
  const bar = document.createElement("li");
  const track = element("span", "track");
  track.append(element("span", "fill"));
  bar.append(element("span", "name"), track, element("span", "share"));
  return bar;
}

function fillBar(node, bar) {
  const [name, track, share] = node.children;
  write(name, bar.name);
  name.title = bar.name;
  track.firstChild.style.transform = `scaleX(${bar.share})`;
  write(share, bar.text);
}

function show(image, picture) {
  if (image.src !== picture.source) image.src = picture.source;
  image.classList.toggle("sharp", picture.sharp);
}

function makePicture() {
  const figure = document.createElement("figure");
  figure.append(document.createElement("img"), document.createElement("figcaption"));
  return figure;
}

function fillPicture(node, picture) {
  const [image, caption] = node.children;
  show(image, picture);
  image.alt = picture.caption;
  write(caption, picture.caption);
}

function makeRow() {
  const row = element("button", "row");
  row.type = "button";
  const image = document.createElement("img");
  image.alt = "";
  row.append(image, element("strong", "sentence"), element("span", "certainty"));
  row.append(element("span", "file"));
  return row;
}

function fillRow(node, row, setTriggerValue) {
  const [image, sentence, certainty, file] = node.children;
  show(image, row);
  write(sentence, row.sentence);
  write(certainty, row.certainty);
  write(file, row.caption);
  node.onclick = () => setTriggerValue("picked", row.value);
}

function build(root) {
  const words = element("div", "words");
  words.append(element("h2", "sentence"), element("p", "certainty"), element("p", "note"));
  const top = element("div", "top");
  top.append(words, element("div", "pictures"));
  root.append(top, element("ol", "bars"), element("div", "rows"));
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".convscope-answer");
  if (!root.firstChild) build(root);
  const [top, bars, rows] = root.children;
  const [words, pictures] = top.children;
  words.setAttribute("aria-live", data.live ? "off" : "polite");
  const [sentence, certainty] = data.words;
  [sentence ?? "", certainty ?? "", data.note].forEach((text, i) => write(words.children[i], text));
  words.firstChild.classList.toggle("long", (sentence ?? "").length > LONG);
  root.classList.toggle("waiting", data.words.length === 0);
  fit(pictures, data.pictures, makePicture, fillPicture);
  fit(bars, data.bars, makeBar, fillBar);
  fit(rows, data.rows, makeRow, (node, row) => fillRow(node, row, setTriggerValue));
}
