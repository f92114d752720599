// A job as it goes on: told by the server, at most five times a second; what is shown never grows.
const job = document.getElementById("job");
const good = new Set(["written", "removed", "already there"]);

if (!job.dataset.over) {
  const source = new EventSource(`/api/jobs/${job.dataset.job}/events`);
  source.addEventListener("message", (event) => {
    const told = JSON.parse(event.data);
    if (told.ended) {
      source.close();
      location.reload();
      return;
    }
    show(told);
  });
}

function show(told) {
  const bar = job.querySelector("progress");
  if (told.total) {
    bar.max = told.total;
    bar.value = told.done;
  }
  job.querySelector("[data-store]").textContent = told.store;
  job.querySelector("[data-count]").textContent = told.total
    ? `${told.done.toLocaleString("en")} of ${told.total.toLocaleString("en")}`
    : told.done.toLocaleString("en");
  job.querySelector("[data-came]").replaceChildren(...Object.entries(told.came).map(result));
  job.querySelector("[data-lines]").replaceChildren(...told.lines.reverse().map(line));
}

function result([name, count]) {
  const all = element("span", "", good.has(name) ? "good" : "bad");
  all.append(element("b", count.toLocaleString("en"), "big"), ` ${name}`);
  return all;
}

function line(one) {
  const all = element("li", "", good.has(one.outcome) ? "good" : "bad");
  all.append(element("b", one.person), ` ${one.store} `, element("span", one.outcome, "outcome"));
  if (one.error) all.append(" ", element("small", one.error));
  return all;
}

function element(name, text, kind) {
  const made = document.createElement(name);
  made.textContent = text;
  if (kind) made.className = kind;
  return made;
}
