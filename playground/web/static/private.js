// What only one person sees: the app's ephemeral messages, and what Slack itself says when an app fails.
// The latter, and what was dismissed, belong to this window and outlive a reload of it.

const failures = new Map(kept("failures"));
const dismissed = new Set(kept("dismissed"));
const place = (user, channel) => `${user} ${channel}`;
const escaped = (words) => words.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

export function noteFailure({ user, channel, thread, words }) {
  const message = {
    ts: (Date.now() / 1000).toFixed(6), channel, user: "USLACKBOT", username: "Slackbot", text: escaped(words),
    ephemeral: true, failure: true, thread_ts: thread,
  };
  const key = place(user, channel);
  failures.set(key, [...(failures.get(key) ?? []), message]);
  keep("failures", failures);
}

export function dismiss(message) {
  dismissed.add(message.ts);
  keep("dismissed", dismissed);
}

function kept(name) {
  try {
    return JSON.parse(sessionStorage.getItem(name)) ?? [];
  } catch {
    return [];
  }
}

function keep(name, what) {
  try {
    sessionStorage.setItem(name, JSON.stringify([...what]));
  } catch {
    // Storage may be switched off or full: then they last as long as the page.
  }
}

export function withPrivate(answer, { user, channel, thread = null }) {
  const said = (failures.get(place(user, channel)) ?? []).filter((message) => message.thread_ts === thread);
  const shown = [...answer.ephemerals, ...said].filter((message) => !dismissed.has(message.ts));
  return [...answer.messages, ...shown].sort((one, other) => Number(one.ts) - Number(other.ts));
}
