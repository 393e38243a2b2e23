// The kiosk with script: scanner as a keyboard, instant number pad, clock, return to the start page, a word when
// network or printer fail. Without it every screen still works by links and form posts.

const scan = document.querySelector("form[data-scan]");
const pad = document.querySelector("form[data-pad]");
const field = pad?.querySelector("input[name=code]");

// Number pad -------------------------------------------------------------------------------------------------------

// Digits are grouped 3-3-4 as they are printed on the ticket.
const group = (digits) =>
  [digits.slice(0, 3), digits.slice(3, 6), digits.slice(6, 10)].filter(Boolean).join(" ");

function setCode(digits) {
  field.value = group(digits.slice(0, 10));
}

const codeDigits = () => field.value.replace(/\D/g, "");

pad?.addEventListener("click", (event) => {
  const press = event.target.closest("button[name=press]")?.value;
  if (!press) return;
  event.preventDefault();
  if (press === "clear") setCode("");
  else if (press === "back") setCode(codeDigits().slice(0, -1));
  else setCode(codeDigits() + press);
});

// Scanner ----------------------------------------------------------------------------------------------------------

// A scanner types the whole code within a few milliseconds per character and ends with Enter. People do not.
const scanGap = 60;
const isScan = (text) => text.length > 30 || /^(\][A-Za-z]\d)?\d{10}$/.test(text) || /^\d{17}[\dXx]$/.test(text);
let typed = "";
let last = 0;

// Where an input method swallows the sign, the physical key still says which one it was (US layout, as scanners type).
const shifted = { Digit4: "$", Digit5: "%", Digit8: "*", Equal: "+", Semicolon: ":" };
const plainKeys = { Space: " ", Minus: "-", Period: ".", Slash: "/" };

function signOf(event) {
  if (event.key.length === 1) return event.key;
  if (event.key !== "Process" && event.key !== "Unidentified") return undefined;
  if (event.shiftKey && shifted[event.code]) return shifted[event.code];
  return /^(?:Digit|Key|Numpad)([0-9A-Z])$/.exec(event.code)?.[1] ?? plainKeys[event.code];
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const inText = event.target.closest("input[type=search], input[type=password], input[name=client_id]");
  const now = performance.now();
  if (event.key === "Enter" || event.code === "NumpadEnter") {
    const quick = now - last < scanGap * 3;
    const text = typed;
    typed = "";
    if (scan && quick && isScan(text)) {
      event.preventDefault();
      scan.elements.ticket.value = text;
      scan.requestSubmit();
    } else if (!inText && field) {
      event.preventDefault();
      // A scan that could not be read must not send what somebody typed before it.
      if (codeDigits().length === 10 && !(quick && text.length > 10)) pad.querySelector("[data-submit]").click();
    }
    return;
  }
  const sign = signOf(event);
  if (sign === undefined) {
    if (event.key === "Backspace" && field && !inText && document.activeElement !== field) {
      setCode(codeDigits().slice(0, -1));
    }
    return;
  }
  typed = now - last < scanGap ? typed + sign : sign;
  last = now;
  // The space within a ticket must not press the button that has the focus.
  if (sign === " " && typed.length > 1 && !inText) event.preventDefault();
  if (inText) return;
  if (field) {
    // The number pad takes every digit, wherever the focus is; the rest of a scan stays out of the field.
    event.preventDefault();
    if (/\d/.test(sign) && typed.length <= 10) setCode(codeDigits() + sign);
    if (typed.length === 11) setCode("");
  }
});

// Clock ------------------------------------------------------------------------------------------------------------

const clock = document.querySelector("[data-clock]");
if (clock) {
  const two = (number) => String(number).padStart(2, "0");
  setInterval(() => {
    const province = new Date(Date.now() + 8 * 3600 * 1000);
    clock.textContent = `${two(province.getUTCHours())}:${two(province.getUTCMinutes())}`;
  }, 5000);
}

// Network ----------------------------------------------------------------------------------------------------------

// A browser's own error page has no way back without a keyboard, so nothing leaves the page before the server answered.
const probe = document.querySelector("link[rel=icon]").href;
const patience = 4000;
let curtain;

async function isReachable() {
  try {
    const answer = await fetch(probe, { cache: "no-store", signal: AbortSignal.timeout(patience) });
    return answer.ok;
  } catch {
    return false;
  }
}

function showOffline() {
  if (curtain) return;
  const parts = document.querySelector("template[data-offline]").content.cloneNode(true);
  curtain = parts.firstElementChild;
  document.querySelector("main").inert = true;
  document.body.append(parts);
}

function hideOffline() {
  curtain?.remove();
  curtain = undefined;
  document.querySelector("main").inert = false;
}

/** Goes on as soon as the server can be reached; says so while it cannot. */
async function whenReachable(go) {
  while (!(await isReachable())) {
    showOffline();
    await new Promise((done) => setTimeout(done, 2000 + Math.random() * 2000));
  }
  hideOffline();
  go();
}

let leaving = false;

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href]");
  if (!link || event.defaultPrevented) return;
  event.preventDefault();
  if (leaving) return;
  leaving = true;
  whenReachable(() => location.assign(link.href));
});

document.addEventListener(
  "submit",
  (event) => {
    const form = event.target;
    if (form.dataset.reachable) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (leaving) return;
    leaving = true;
    const by = event.submitter;
    whenReachable(() => {
      form.dataset.reachable = "true";
      form.requestSubmit(by);
    });
  },
  true,
);

window.addEventListener("offline", () => whenReachable(() => {}));

// Printer ----------------------------------------------------------------------------------------------------------

// The number is valid with or without paper, and the screen says so.
const printButton = document.querySelector("[data-print]");
printButton?.addEventListener("click", () => {
  const fault = document.querySelector("[data-print-fault]");
  fault.hidden = true;
  const silent = setTimeout(() => (fault.hidden = false), 5000);
  window.addEventListener("afterprint", () => {
    clearTimeout(silent);
    fault.hidden = true;
    document.querySelector("[data-printed]").hidden = false;
    const label = document.querySelector("[data-print-label]");
    label.textContent = label.dataset.again;
  }, { once: true });
});

// Back to the start ------------------------------------------------------------------------------------------------

// The next person must not see the previous one's number: back to the start, and nothing to go back to.
const back = document.querySelector("[data-return]");
const idle = document.querySelector("meta[name=yimen-idle]");
if (idle) {
  const [seconds, target] = idle.content.split(";url=");
  let timer;
  let left = Number(seconds);
  const leave = () => {
    // Out of sight at once, also when the network is gone.
    if (back) document.querySelector("main").classList.add("gone");
    whenReachable(() => location.replace(target));
  };
  const restart = () => {
    left = Number(seconds);
    clearTimeout(timer);
    timer = setTimeout(leave, left * 1000);
  };
  restart();
  for (const name of ["pointerdown", "keydown"]) {
    document.addEventListener(name, () => !back && restart());
  }
  if (back) {
    const text = back.textContent;
    setInterval(() => {
      left = Math.max(0, left - 1);
      back.textContent = text.replace(/\d+/, String(left));
    }, 1000);
  }
}

window.addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});
