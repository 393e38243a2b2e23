// Behaviour every page shares. Pages are complete without it.

// A form is sent once: a second press while the first is under way does nothing.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (form.dataset.sending) {
    event.preventDefault();
    return;
  }
  form.dataset.sending = "true";
  form.setAttribute("aria-busy", "true");
});

// Coming back through the browser's history shows the page as it was, so forms must be usable again.
window.addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  for (const form of document.querySelectorAll("form[data-sending]")) {
    delete form.dataset.sending;
    form.removeAttribute("aria-busy");
  }
});

// The first faulty field, or the notice about it, takes the focus.
const fault = document.querySelector("[data-focus-first]");
if (fault) fault.focus();

// Buttons that only make sense with script appear with it.
for (const element of document.querySelectorAll("[data-needs-script]")) element.hidden = false;

for (const button of document.querySelectorAll("[data-print]")) {
  button.addEventListener("click", () => window.print());
}
