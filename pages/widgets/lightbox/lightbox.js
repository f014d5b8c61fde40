// A modal dialog that shows one of several things at a time: previous, next, Esc. The browser
// keeps the focus inside it. Knows nothing of what is shown: `draw` fills it.

function lightboxButton(name, label, sign, act) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = name;
  button.setAttribute("aria-label", label);
  button.title = label;
  button.textContent = sign;
  button.onclick = act;
  return button;
}

// The browser would go by way of its own bar, and the arrows mean nothing there.
function turnRound(dialog, event) {
  const stops = [...dialog.querySelectorAll("button")];
  const from = stops.indexOf(dialog.getRootNode().activeElement);
  const to = from + (event.shiftKey ? -1 : 1);
  event.preventDefault();
  stops.at(to % stops.length).focus();
}

/* Args: root: where the dialog is put; items: what can be shown; place: the first one;
   label(item): its name; draw(item, body): shows it; closed(item): after the end. */
function openLightbox(root, { items, place, label, draw, closed }) {
  const dialog = document.createElement("dialog");
  dialog.className = "lightbox";
  const body = document.createElement("div");
  body.className = "lightbox-body";
  const count = document.createElement("span");
  count.className = "lightbox-count";
  const previous = lightboxButton("lightbox-previous", "Previous", "‹", () => go(place - 1));
  const next = lightboxButton("lightbox-next", "Next", "›", () => go(place + 1));
  const close = lightboxButton("lightbox-close", "Close", "×", () => dialog.close());

  function go(to) {
    if (to < 0 || to >= items.length) return;
    place = to;
    dialog.setAttribute("aria-label", label(items[place]));
    // Not `disabled`, which would lose the focus and with it the keys.
    previous.setAttribute("aria-disabled", String(place === 0));
    next.setAttribute("aria-disabled", String(place === items.length - 1));
    count.textContent = `${place + 1} of ${items.length}`;
    // What is drawn anew may hold the focus, and with it the keys.
    const held = body.contains(dialog.getRootNode().activeElement);
    draw(items[place], body);
    if (held) (body.querySelector("button") ?? next).focus();
  }

  const bar = document.createElement("div");
  bar.className = "lightbox-bar";
  bar.append(previous, count, next, close);
  dialog.append(bar, body);
  dialog.onkeydown = (event) => {
    if (event.key === "Tab") turnRound(dialog, event);
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step) go(place + step);
    if (event.key !== "Escape") event.stopPropagation(); // Streamlit has keys of its own
  };
  dialog.onclick = (event) => {
    if (event.target === dialog) dialog.close(); // beside it, on the shade
  };
  dialog.onclose = () => {
    dialog.remove();
    closed(items[place]);
  };
  root.append(dialog);
  go(place);
  dialog.showModal();
  next.focus();
  return dialog;
}
