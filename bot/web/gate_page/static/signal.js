// A sound and a buzz for each answer, off until somebody switches them on.

const NOTES = { yes: [[880, 0.12]], no: [[220, 0.25], [180, 0.35]], unanswered: [[300, 0.15], [300, 0.15], [300, 0.15]] };
const BUZZ = { yes: [60], no: [300, 100, 300], unanswered: [100, 60, 100, 60, 100] };
let context = null;

export function isOn() {
  try {
    return localStorage.getItem("gate.sound") === "on";
  } catch {
    return false;
  }
}

export function switchSound(on) {
  try {
    localStorage.setItem("gate.sound", on ? "on" : "off");
  } catch {
    // Without storage it stays off.
  }
}

export function signal(look) {
  if (!isOn() || !NOTES[look]) {
    return;
  }
  navigator.vibrate?.(BUZZ[look]);
  context ??= new AudioContext();
  let at = context.currentTime;
  for (const [pitch, seconds] of NOTES[look]) {
    const tone = new OscillatorNode(context, { frequency: pitch });
    tone.connect(context.destination);
    tone.start(at);
    tone.stop(at + seconds);
    at += seconds + 0.05;
  }
}
