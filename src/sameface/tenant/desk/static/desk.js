// Comfort for the desk, which works without: where a picture came from, choices that send
// themselves, and a page that stays where it was.
"use strict";

document.documentElement.classList.add("js");

for (const form of document.querySelectorAll("form[data-sends]")) {
  form.addEventListener("change", () => form.requestSubmit());
}

// Only the browser knows whether it asked. A picture from its cache has a body and moved no bytes.
function tellOrigins() {
  for (const panel of document.querySelectorAll("[data-browser]")) {
    const picture = panel.querySelector("img.face");
    const line = panel.querySelector(".came");
    const entry = picture && performance.getEntriesByName(picture.src).at(-1);
    if (!entry || !line || !picture.src.includes("/pictures/")) continue;
    const kept = entry.transferSize === 0 && entry.decodedBodySize > 0;
    line.textContent = kept ? "from your browser, which did not ask" : "just fetched";
    line.hidden = false;
    panel.dataset.came = kept ? "cache" : "network";
  }
}
addEventListener("load", tellOrigins);

// A button leads back to the same page: to the same place on it, except where the tour goes on.
const PLACE = "desk-scroll";
addEventListener("submit", (event) => {
  const tour = event.target.closest(".tour");
  if (!tour) sessionStorage.setItem(PLACE, String(scrollY));
});
const place = sessionStorage.getItem(PLACE);
if (place !== null) {
  sessionStorage.removeItem(PLACE);
  scrollTo(0, Number(place));
}

// The date field says the clock's time; a picked file is what is meant, so the details stay open.
for (const input of document.querySelectorAll("input[type=file]")) {
  input.addEventListener("change", () => { input.closest("details").open = true; });
}
