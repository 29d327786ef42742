// The page's own small HTTP API. Every answer is JSON; a failure is a value, never an exception.

const UNREACHABLE = {
  ok: false,
  error: "playground_unreachable",
  shown: "The playground does not answer. Is it still running?",
};

async function answer(pending) {
  try {
    const response = await pending;
    return await response.json();
  } catch {
    return UNREACHABLE;
  }
}

export function get(path, query = {}) {
  const given = Object.entries(query).filter(([, value]) => value !== null && value !== undefined);
  return answer(fetch(`/playground/${path}?${new URLSearchParams(given)}`, { cache: "no-store" }));
}

export function post(verb, body) {
  return answer(
    fetch(`/playground/${verb}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    }),
  );
}

// channel null: the file waits for a form.
export function upload(file, { user, channel = null, thread = null }) {
  const query = Object.entries({ user, channel, thread_ts: thread, name: file.name }).filter(([, value]) => value);
  return answer(
    fetch(`/playground/upload?${new URLSearchParams(query)}`, {
      method: "POST",
      headers: { "Content-Type": "application/octet-stream" },
      body: file,
    }),
  );
}

export const fileAddress = (file, user) => `/playground/files/${encodeURIComponent(file.id)}?user=${encodeURIComponent(user)}`;

const AGAIN_MS = 2000;

// onChange gets {kind, channel?}; after each (re)connection it gets {kind: "all"}, because changes may have been missed.
// The browser connects again by itself after a break, but not after an answer that is no stream: then this does.
export function listen(user, onChange, onStatus) {
  let source = null;
  let timer = null;
  const lost = () => {
    onStatus(false);
    if (source.readyState === EventSource.CLOSED) timer = setTimeout(connect, AGAIN_MS);
  };
  const connect = () => {
    source = new EventSource(`/playground/events?user=${encodeURIComponent(user)}`);
    source.addEventListener("open", () => onStatus(true));
    source.addEventListener("error", lost);
    source.addEventListener("message", (event) => onChange(JSON.parse(event.data)));
  };
  connect();
  return () => {
    clearTimeout(timer);
    source.close();
  };
}
