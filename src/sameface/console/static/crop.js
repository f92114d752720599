// Turning and cropping: the sliders are the truth, the pointer moves them, canvases show it at once.
const room = document.getElementById("cropping");
const form = document.getElementById("framing");
const stage = room.querySelector("canvas");
const picture = new Image();
const fields = ["turn", "left", "top", "side"].map((name) => form.elements[name]);
const [turn, left, top, side] = fields;

picture.addEventListener("load", () => {
  for (const shown of document.querySelectorAll(".stage img, img.preview")) shown.hidden = true;
  for (const canvas of document.querySelectorAll("canvas")) canvas.hidden = false;
  form.querySelector("[data-plain]").hidden = true;
  draw();
});
picture.src = room.dataset.picture;

// The turned picture's size, in shares of its short side.
function size() {
  const short = Math.min(picture.naturalWidth, picture.naturalHeight);
  const upright = [picture.naturalWidth / short, picture.naturalHeight / short];
  return Number(turn.value) % 2 ? upright.reverse() : upright;
}

function draw() {
  const [width, height] = size();
  left.max = Math.max(0, width - side.value);
  top.max = Math.max(0, height - side.value);
  for (const canvas of document.querySelectorAll("canvas")) paint(canvas, width, height);
}

function paint(canvas, width, height) {
  const pen = canvas.getContext("2d");
  const scale = canvas.width / Number(side.value);
  const quarters = Number(turn.value);
  pen.setTransform(1, 0, 0, 1, 0, 0);
  pen.imageSmoothingQuality = "high";
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.translate((width / 2 - left.value) * scale, (height / 2 - top.value) * scale);
  pen.rotate((quarters * Math.PI) / 2);
  const [w, h] = quarters % 2 ? [height, width] : [width, height];
  pen.drawImage(picture, (-w / 2) * scale, (-h / 2) * scale, w * scale, h * scale);
}

for (const field of fields) field.addEventListener("input", draw);

let held = null;
stage.addEventListener("pointerdown", (event) => {
  held = { x: event.clientX, y: event.clientY, left: Number(left.value), top: Number(top.value) };
  stage.setPointerCapture(event.pointerId);
});
stage.addEventListener("pointermove", (event) => {
  if (!held) return;
  const share = Number(side.value) / stage.getBoundingClientRect().width;
  left.value = held.left - (event.clientX - held.x) * share;
  top.value = held.top - (event.clientY - held.y) * share;
  draw();
});
for (const kind of ["pointerup", "pointercancel"]) stage.addEventListener(kind, () => (held = null));
stage.addEventListener(
  "wheel",
  (event) => {
    event.preventDefault();
    const centre = [Number(left.value) + side.value / 2, Number(top.value) + side.value / 2];
    side.value = Math.min(1, Math.max(0.1, side.value * (event.deltaY > 0 ? 1.05 : 0.95)));
    left.value = centre[0] - side.value / 2;
    top.value = centre[1] - side.value / 2;
    draw();
  },
  { passive: false },
);
