"use strict";

// The page works without this script. With it, photos are described as soon as they are chosen, dropped or pasted.

const byId = (id) => document.getElementById(id);
const status = byId("status");
const results = byId("results");
const MAX_TRIES = 10; // while the server is busy

byId("send").hidden = true;
byId("hint").hidden = false;
byId("aloud").hidden = false;

// Photos come in.

let queue = Promise.resolve(); // one after the other

function describeAll(files) {
  const photos = [...files];
  if (photos.length === 0) {
    status.textContent = "No photo found there.";
    return;
  }
  status.textContent = photos.length === 1 ? "Describing the photo…" : `Describing ${photos.length} photos…`;
  for (const photo of photos) {
    queue = queue.then(() => describe(photo));
  }
}

for (const input of [byId("camera"), byId("files")]) {
  input.addEventListener("change", () => {
    if (input.files.length > 0) {
      describeAll(input.files);
      input.value = ""; // so that the same photo can be chosen again
    }
  });
}
byId("form").addEventListener("submit", (event) => event.preventDefault());

document.addEventListener("dragover", (event) => {
  event.preventDefault();
  document.body.classList.add("dropping");
});
document.addEventListener("dragleave", () => document.body.classList.remove("dropping"));
document.addEventListener("drop", (event) => {
  event.preventDefault();
  document.body.classList.remove("dropping");
  describeAll(event.dataTransfer.files);
});
document.addEventListener("paste", (event) => {
  if (event.clipboardData.files.length > 0) { // otherwise it is text for the caption
    event.preventDefault();
    describeAll(event.clipboardData.files);
  }
});

// A photo is described.

async function describe(photo) {
  const name = photo.name || "Pasted photo";
  const article = byId("result").content.firstElementChild.cloneNode(true);
  const part = (selector) => article.querySelector(selector);
  part("h3").textContent = name;
  let caption;
  try {
    const text = byId("text")?.checked ? "&text" : "";
    caption = await (await post(`/api/caption?page${text}`, photo, name)).json();
  } catch (error) {
    part(".described").remove();
    part(".error").hidden = false;
    part(".error").textContent = error.message;
    add(article);
    status.textContent = `${name}: ${error.message}`;
    return;
  }
  part("img").src = URL.createObjectURL(photo);
  part("img").addEventListener("error", () => part(".photo").remove()); // HEIC, for instance, in most browsers
  part(".statement").textContent = caption.statement;
  part(".confidence").hidden = !caption.confidence_sentence; // there is none where text takes the caption's place
  part(".confidence").textContent = caption.confidence_sentence;
  part("textarea").value = caption.caption;
  part(".text").hidden = !caption.text_statement;
  part(".text").textContent = caption.text_statement;
  part(".words").hidden = caption.words.length === 0;
  addWords(part(".words"), part(".attention"), caption.words);
  addAlternatives(part(".others"), part("textarea"), caption.alternatives);
  part(".listen").addEventListener("click", () => speak(part("textarea").value));
  part(".copy").addEventListener("click", () => copy(part("textarea")));
  part(".save").addEventListener("click", () => save(photo, name, part("textarea").value));
  add(article);
  const said = `${caption.statement} ${caption.text_statement}`.trim();
  status.textContent = `${name}: ${said}`;
  if (byId("speak").checked) {
    speak(said);
  }
}

function add(article) {
  results.hidden = false;
  byId("results-heading").after(article); // the latest first
}

// Sends a photo. The error that this throws when it fails has a sentence for the user.
async function post(address, photo, name, fields = {}) {
  const form = new FormData();
  for (const [key, value] of Object.entries(fields)) {
    form.append(key, value);
  }
  form.append("photos", photo, name);
  for (let tries = 1; ; tries++) {
    let response;
    try {
      response = await fetch(address, { method: "POST", body: form });
    } catch {
      throw new Error("Captioner can't be reached. Check that it is still running, and that the network works.");
    }
    if (response.ok) {
      return response;
    }
    if (response.status !== 429 || tries === MAX_TRIES) {
      throw new Error(await sentence(response));
    }
    await new Promise((resolve) => setTimeout(resolve, 1000 * (Number(response.headers.get("Retry-After")) || 2)));
  }
}

async function sentence(response) {
  try {
    return (await response.json()).error;
  } catch {
    return response.status === 413 ? "This photo is larger than 64 MB. Save it smaller." : `The server reports ${response.status}.`;
  }
}

// Where each word came from.

function addWords(group, overlay, words) {
  group.setAttribute("aria-label", "Where each word came from: use the arrow keys");
  const buttons = words.map((word, index) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = word.text;
    button.setAttribute("aria-label", `${word.text}: ${word.place}`);
    button.tabIndex = index === 0 ? 0 : -1; // Tab reaches the group, the arrow keys its words
    button.addEventListener("focus", () => {
      overlay.src = word.attention; // darkens what did not count for this word
      overlay.hidden = false;
    });
    button.addEventListener("blur", () => (overlay.hidden = true));
    button.addEventListener("click", () => button.focus()); // some browsers do not focus a button that is clicked
    return button;
  });
  group.append(...buttons);
  group.addEventListener("keydown", (event) => {
    const now = buttons.indexOf(document.activeElement);
    const last = buttons.length - 1;
    const next = { ArrowRight: Math.min(now + 1, last), ArrowLeft: Math.max(now - 1, 0), Home: 0, End: last }[event.key];
    if (next !== undefined) {
      event.preventDefault();
      buttons[now].tabIndex = -1;
      buttons[next].tabIndex = 0;
      buttons[next].focus();
    }
  });
}

// What can be done with a caption.

function addAlternatives(section, textarea, alternatives) {
  section.hidden = alternatives.length === 0;
  for (const { caption } of alternatives) {
    const item = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "Use";
    button.setAttribute("aria-label", `Use: ${caption}`);
    button.addEventListener("click", () => {
      textarea.value = caption;
      status.textContent = `The caption is now: ${caption}`;
    });
    item.append(`${caption} `, button);
    section.querySelector("ul").append(item);
  }
}

let sound = null; // the server's voice, while it speaks

function speak(text) {
  const voices = "speechSynthesis" in window ? speechSynthesis.getVoices() : [];
  if (sound) {
    sound.pause();
    sound = null;
  }
  if (voices.length > 0) {
    const utterance = new SpeechSynthesisUtterance(text);
    utterance.lang = "en";
    speechSynthesis.cancel();
    speechSynthesis.speak(utterance);
    return;
  }
  sound = new Audio(`/api/speech?${new URLSearchParams({ text: text.slice(0, document.body.dataset.maxSpoken) })}`);
  sound.addEventListener("error", () => (status.textContent = "Captioner has no voice for this."));
  sound.play().catch(() => {}); // the browser may want a click first
}

async function copy(textarea) {
  let copied = true;
  try {
    await navigator.clipboard.writeText(textarea.value);
  } catch { // the browser forbids it, or has no such thing because the connection is not encrypted
    const focused = document.activeElement;
    textarea.select();
    copied = document.execCommand("copy");
    focused.focus();
  }
  status.textContent = copied ? "Copied." : "The browser does not allow that.";
}

async function save(photo, name, caption) {
  try {
    const page = await (await post("/api/html", photo, name, { caption })).blob();
    const link = document.createElement("a");
    link.href = URL.createObjectURL(page);
    link.download = name.replace(/\.[^.]*$/, "") + ".html";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
    status.textContent = `Downloaded as ${link.download}.`;
  } catch (error) {
    status.textContent = error.message;
  }
}

if ("speechSynthesis" in window) {
  speechSynthesis.getVoices(); // makes browsers load their voices
}
