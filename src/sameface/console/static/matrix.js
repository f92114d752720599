// The matrix: search as you type, filters at a touch, and from person to person by the arrow keys.
const form = document.getElementById("asking");
let asking = 0;
let pause;

async function ask() {
  const mine = ++asking;
  const query = new URLSearchParams([...new FormData(form)].filter(([, value]) => value));
  const address = "/" + (query.size ? "?" + query : "");
  const answer = await fetch(address, { credentials: "same-origin" });
  if (mine !== asking) return;
  if (!answer.ok) return form.submit();
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (mine !== asking) return;
  for (const part of ["h1", ".count"]) swap(document.querySelector(part), page.querySelector(part));
  const after = form.nextElementSibling;
  while (after.nextSibling) after.nextSibling.remove();
  const theirs = page.querySelector(".count");
  while (theirs && theirs.nextSibling) after.parentNode.append(theirs.nextSibling);
  history.replaceState(null, "", address);
}

function swap(old, fresh) {
  if (old && fresh) old.replaceChildren(...fresh.childNodes);
}

form.querySelector("button").hidden = true;
form.addEventListener("input", (event) => {
  clearTimeout(pause);
  pause = setTimeout(ask, event.target.name === "q" ? 200 : 0);
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  clearTimeout(pause);
  ask();
});

document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  const typing = event.target.matches("input[type=search], select, textarea");
  if (event.key === "/" && !typing) {
    event.preventDefault();
    form.elements.q.focus();
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
