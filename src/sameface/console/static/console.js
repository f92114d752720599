// What the pages do better with a script; without one all of it works with the buttons there are.
// Pages that need more name it themselves, so that it is there when they are.

// --- Copying the text for a ticket. ----------------------------------------------------------------

for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const text = document.getElementById(button.dataset.copy);
    const told = button.parentElement.querySelector("[role=status]");
    try {
      await navigator.clipboard.writeText(text.value);
      told.textContent = button.dataset.copied;
    } catch {
      text.focus();
      text.select();
      told.textContent = button.dataset.byHand;
    }
  });
}

// --- A picture dropped, or chosen: handed in at once. ----------------------------------------------

const giving = document.getElementById("giving");
if (giving) {
  const zone = giving.querySelector(".drop");
  const file = giving.elements.file;
  file.addEventListener("change", () => file.files.length && giving.requestSubmit());
  for (const kind of ["dragenter", "dragover"]) {
    zone.addEventListener(kind, (event) => {
      event.preventDefault();
      zone.classList.add("over");
    });
  }
  zone.addEventListener("dragleave", () => zone.classList.remove("over"));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    zone.classList.remove("over");
    if (!event.dataTransfer.files.length) return;
    file.files = event.dataTransfer.files;
    giving.requestSubmit();
  });
}
