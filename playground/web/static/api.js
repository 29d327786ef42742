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

// onChange gets {kind, channel?}; after each (re)connection it gets {kind: "all"}, because changes may have been missed.
export function listen(user, onChange, onStatus) {
  const source = new EventSource(`/playground/events?user=${encodeURIComponent(user)}`);
  source.addEventListener("open", () => onStatus(true));
  source.addEventListener("error", () => onStatus(false));
  source.addEventListener("message", (event) => onChange(JSON.parse(event.data)));
  return () => source.close();
}
