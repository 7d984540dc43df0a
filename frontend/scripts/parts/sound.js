// Two short tones for a new order, made by the browser itself; silent until a person switched it on.
import { all, on } from "./on.js";

let audio;
const wanted = () => {
  try {
    return localStorage.getItem("sound") === "on";
  } catch {
    return false;
  }
};
// browsers let a page sound only after a person touched it
const wake = () => {
  audio ??= window.AudioContext && new AudioContext();
  audio?.resume();
};

export const play = () => {
  if (!wanted()) return;
  wake();
  if (!audio) return;
  [880, 1318.5].forEach((pitch, place) => {
    const start = audio.currentTime + place * 0.14;
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    tone.frequency.value = pitch;
    volume.gain.setValueAtTime(0, start);
    volume.gain.linearRampToValueAtTime(0.2, start + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.001, start + 0.5);
    tone.connect(volume).connect(audio.destination);
    tone.start(start);
    tone.stop(start + 0.5);
  });
};

const tell = () => {
  for (const toggle of all("[data-sound-toggle]")) toggle.setAttribute("aria-pressed", String(wanted()));
};
on("click", "[data-sound-toggle]", () => {
  try {
    localStorage.setItem("sound", wanted() ? "off" : "on");
  } catch {
    return;
  }
  tell();
  play();
});
tell();
if (wanted()) {
  for (const touch of ["pointerdown", "keydown"]) addEventListener(touch, wake, { once: true });
}
