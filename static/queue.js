"use strict";

// One box for all of the page. Without this file each input is ticked by itself.

document.addEventListener("DOMContentLoaded", () => {
  const offer = document.querySelector("[data-select-all]");
  if (!offer) {
    return;
  }
  const all = offer.querySelector("input");
  const boxes = [...document.querySelectorAll(".queue-select input")];
  const show = () => {
    const ticked = boxes.filter((box) => box.checked).length;
    all.checked = ticked === boxes.length;
    all.indeterminate = ticked > 0 && ticked < boxes.length;
  };
  all.addEventListener("change", () => boxes.forEach((box) => (box.checked = all.checked)));
  boxes.forEach((box) => box.addEventListener("change", show));
  offer.hidden = false;
  show();
});

// "Back" in the browser may show other boxes ticked than the page was sent with.
window.addEventListener("pageshow", () => {
  const first = document.querySelector(".queue-select input");
  if (first) {
    first.dispatchEvent(new Event("change"));
  }
});
