// On a phone the sidebar lies over the page: it folds once a page was chosen in it.
// (Streamlit's own list of pages does so by itself, its page links do not.)

const NARROW = "(max-width: 768px)";

function fold(event) {
  if (!event.target.closest?.(".st-key-pages a") || !window.matchMedia(NARROW).matches) return;
  document.querySelector('[data-testid="stSidebarCollapseButton"] button')?.click();
}

export default function () {
  if (window.convscopeFolds) return; // once for the whole page
  window.convscopeFolds = true;
  document.addEventListener("click", fold);
}
