// "Use my location": asks the browser only when pressed, rounds to about a kilometre, and goes to the same page with
// the nearest halls first. Without script or consent the city list beside it does the work.

for (const button of document.querySelectorAll("[data-near]")) {
  if (!("geolocation" in navigator)) continue;
  const note = document.querySelector("[data-near-note]");
  const fault = document.querySelector("[data-near-fault]");
  button.hidden = false;
  note.hidden = false;
  button.addEventListener("click", () => {
    button.setAttribute("aria-busy", "true");
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        const target = new URL(button.dataset.near, location.href);
        target.searchParams.set("near", `${coords.latitude.toFixed(2)},${coords.longitude.toFixed(2)}`);
        location.assign(target);
      },
      () => {
        button.removeAttribute("aria-busy");
        note.hidden = true;
        fault.hidden = false;
      },
      { timeout: 8000, maximumAge: 300000 },
    );
  });
}
