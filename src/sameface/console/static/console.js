// What the pages do better with a script; without one all of it works with the buttons there are.
"use strict";

// --- Search as you type: the same page, asked for again, its results put in place of these. -------

let asking = 0;

async function ask(form) {
  const mine = ++asking;
  const query = new URLSearchParams([...new FormData(form)].filter(([, value]) => value));
  query.sort();
  const address = "/" + (query.size ? "?" + query : "");
  const answer = await fetch(address, { credentials: "same-origin" });
  if (mine !== asking) return;
  if (!answer.ok) return form.submit();
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (mine !== asking) return;
  for (const part of ["h1", ".when", ".count"]) swap(document.querySelector(part), page.querySelector(part));
  const after = form.nextElementSibling;
  while (after.nextSibling) after.nextSibling.remove();
  const theirs = page.querySelector(".count");
  while (theirs && theirs.nextSibling) after.parentNode.append(theirs.nextSibling);
  history.replaceState(null, "", address);
}

function swap(old, fresh) {
  if (old && fresh) old.replaceChildren(...fresh.childNodes);
}

const form = document.getElementById("asking");
if (form) {
  let pause;
  form.addEventListener("input", () => {
    clearTimeout(pause);
    pause = setTimeout(() => ask(form), 200);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    clearTimeout(pause);
    ask(form);
  });
}

// --- From the keyboard: "/" searches, the arrows go from person to person. ------------------------

document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  const typing = event.target.matches("input, select, textarea");
  if (event.key === "/" && !typing && form) {
    event.preventDefault();
    form.elements.q.select();
  }
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const onward = step && (event.target.matches("tbody th a") || (step > 0 && event.target.name === "q"));
  if (!onward) return;
  const people = [...document.querySelectorAll("tbody th a")];
  const next = people[people.indexOf(event.target) + step];
  if (!next) return;
  event.preventDefault();
  next.focus();
});

// --- Copying the text for a ticket. ----------------------------------------------------------------

for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const text = document.getElementById(button.dataset.copy);
    const told = document.querySelector("[data-copied]");
    try {
      await navigator.clipboard.writeText(text.value);
      told.textContent = "Copied.";
    } catch {
      text.focus();
      text.select();
      told.textContent = "Press Ctrl-C to copy what is selected.";
    }
  });
}
