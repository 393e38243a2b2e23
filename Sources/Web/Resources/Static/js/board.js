// The wall board: follows the hall's event stream, says each call aloud, and after a lost connection shows the
// truth again from a fresh snapshot. It shows numbers only.

const root = document.querySelector("[data-board]");
const data = root.dataset;
const soundButton = document.querySelector("[data-sound]");
const windows = new Map(
  [...document.querySelectorAll("[data-windows] li")].map((element) => [element.dataset.id, element.dataset]),
);

// Sound ----------------------------------------------------------------------------------------------------------

let audio;
const queue = [];
let speaking = false;

function chime() {
  if (!audio || audio.state !== "running") return Promise.resolve();
  const start = audio.currentTime + 0.05;
  [
    [659.25, 0],
    [523.25, 0.35],
  ].forEach(([pitch, delay]) => {
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    tone.type = "sine";
    tone.frequency.value = pitch;
    volume.gain.setValueAtTime(0.0001, start + delay);
    volume.gain.exponentialRampToValueAtTime(0.4, start + delay + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.0001, start + delay + 0.9);
    tone.connect(volume).connect(audio.destination);
    tone.start(start + delay);
    tone.stop(start + delay + 1);
  });
  return new Promise((done) => setTimeout(done, 1200));
}

function say(text) {
  if (!("speechSynthesis" in window)) return Promise.resolve();
  return new Promise((done) => {
    const words = new SpeechSynthesisUtterance(text);
    words.lang = data.voiceLang;
    words.rate = 0.9;
    const voice = speechSynthesis.getVoices().find((one) => one.lang.startsWith(data.voiceLang.slice(0, 2)));
    if (voice) words.voice = voice;
    words.onend = words.onerror = done;
    setTimeout(done, 9000);
    speechSynthesis.speak(words);
  });
}

// Digit by digit: 幺 for one, as numbers are read aloud in Chinese halls.
function spoken(number) {
  const zh = "零幺二三四五六七八九";
  const parts = [...number].map((sign) => (data.voiceLang.startsWith("zh") && /\d/.test(sign) ? zh[Number(sign)] : sign));
  return parts.join(data.voiceLang.startsWith("zh") ? "" : " ");
}

async function announce() {
  if (speaking) return;
  speaking = true;
  while (queue.length) {
    const call = queue.shift();
    await chime();
    await say(data.say.replace("{number}", spoken(call.number)).replace("{window}", call.windowNumber));
    await new Promise((done) => setTimeout(done, 400));
  }
  speaking = false;
}

function enableSound() {
  audio ??= new AudioContext();
  audio.resume().then(showSoundState, showSoundState);
}

function showSoundState() {
  soundButton.hidden = audio?.state === "running";
}

soundButton.addEventListener("click", enableSound);
soundButton.hidden = false;
try {
  // A kiosk-mode browser may allow sound without a touch; then the button goes away by itself.
  audio = new AudioContext();
  audio.onstatechange = showSoundState;
  setTimeout(showSoundState, 300);
} catch {
  soundButton.hidden = true;
}

// What is on the wall ----------------------------------------------------------------------------------------------

const rows = 6;
let settle;
// Open calls, the latest first: what the server drew, then what the events say.
let calls = [...document.querySelectorAll(".now[data-number], .calls li[data-number]")].map((row) => ({
  number: row.dataset.number,
  window: row.dataset.window,
}));

function element(name, className, text) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function draw(isFresh) {
  const [first, ...others] = calls;
  const now = element("section", first ? (isFresh ? "now fresh" : "now") : "now quiet");
  const place = first && windows.get(first.window);
  now.setAttribute("aria-live", "assertive");
  if (first) {
    now.dataset.number = first.number;
    now.dataset.window = first.window;
    now.append(
      element("p", "label", data.nowLabel),
      element("p", "number", first.number),
      element("p", "to", place?.to ?? ""),
      element("p", "zone", place?.zone ?? ""),
    );
  } else {
    now.append(element("p", "label", data.noneLabel), element("p", "to", data.noneText));
  }
  document.querySelector(".now").replaceWith(now);
  const list = document.querySelector(".calls ol");
  list.replaceChildren(...others.slice(0, rows).map(drawRow));
  clearTimeout(settle);
  if (isFresh) settle = setTimeout(() => now.classList.remove("fresh"), 10000);
}

function drawRow(call) {
  const row = element("li");
  row.dataset.number = call.number;
  row.dataset.window = call.window;
  const arrow = document.querySelector("[data-arrow]").content.cloneNode(true);
  row.append(
    element("span", "ticket-number", call.number),
    arrow,
    element("span", "to", windows.get(call.window)?.to ?? ""),
  );
  return row;
}

function showCall(call) {
  calls = [{ number: call.number, window: call.window }, ...calls.filter((one) => one.number !== call.number)];
  draw(true);
  queue.push({ number: call.number, windowNumber: windows.get(call.window)?.number ?? "" });
  announce();
}

function closeCall(call) {
  if (!calls.some((one) => one.number === call.number)) return;
  calls = calls.filter((one) => one.number !== call.number);
  draw(false);
}

function showSnapshot(state) {
  const before = calls[0]?.number;
  calls = state.calls
    .toSorted((one, other) => Date.parse(other.calledAt) - Date.parse(one.calledAt))
    .map(({ number, window }) => ({ number, window }));
  if (calls[0]?.number !== before || !document.querySelector(".now.fresh")) draw(false);
  state.queues.forEach(showCount);
}

function showCount(queue) {
  const row = document.querySelector(`[data-live-queues] li[data-queue="${CSS.escape(queue.queue)}"]`);
  if (row) row.querySelector(".count").textContent = data.countText.replace("{count}", queue.waiting);
}

// The stream -------------------------------------------------------------------------------------------------------

const lost = document.querySelector("[data-link-lost]");
let stream;
let away;

function follow() {
  const address = new URL(data.events, location.href);
  address.searchParams.set("after", data.sequence);
  stream = new EventSource(address);
  stream.onopen = () => {
    clearTimeout(away);
    away = undefined;
    lost.hidden = true;
  };
  stream.onerror = () => {
    // A short cut is not worth a word on the wall.
    away ??= setTimeout(() => (lost.hidden = false), 3000);
    if (stream.readyState === EventSource.CLOSED) setTimeout(follow, 2000 + Math.random() * 3000);
  };
  // The names are the hall's event stream's own; every event carries a sequence number as its id.
  const on = (name, handle) =>
    stream.addEventListener(name, (event) => {
      if (event.lastEventId) data.sequence = event.lastEventId;
      handle(JSON.parse(event.data));
    });
  on("snapshot", showSnapshot);
  on("called", showCall);
  on("recalled", showCall);
  on("closed", closeCall);
  on("queue", showCount);
}

follow();

const two = (number) => String(number).padStart(2, "0");
setInterval(() => {
  const province = new Date(Date.now() + 8 * 3600 * 1000);
  document.querySelector("[data-clock]").textContent = `${two(province.getUTCHours())}:${two(province.getUTCMinutes())}`;
}, 2000);
