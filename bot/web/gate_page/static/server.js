// The few questions to the server. Whatever is not a clear answer is a `NoAnswer` with words for people.

const PATIENCE_MS = 6000;

export class NoAnswer extends Error {
  constructor(words, status = 0) {
    super(words);
    this.status = status;
  }
}

export const session = () => call("GET", "session");
export const signIn = (key) => call("POST", "sign-in", { key });
export const signOut = () => call("POST", "sign-out", {});

export async function ask(order) {
  const found = await call("POST", "ask", { order });
  if (typeof found.may_ship !== "boolean" || typeof found.order !== "string" || !found.state) {
    throw new NoAnswer("The answer makes no sense.");
  }
  return found;
}

async function call(method, name, body) {
  const answer = await reached(method, name, body);
  let content;
  try {
    content = await answer.json();
  } catch {
    throw new NoAnswer("The answer cannot be read.", answer.status);
  }
  if (!answer.ok) {
    throw new NoAnswer(content.detail ?? "The desk did not answer.", answer.status);
  }
  return content;
}

async function reached(method, name, body) {
  const options = { method, cache: "no-store", credentials: "same-origin", signal: AbortSignal.timeout(PATIENCE_MS) };
  if (body) {
    options.body = JSON.stringify(body);
    options.headers = { "Content-Type": "application/json" };
  }
  try {
    return await fetch(`/gate/${name}`, options);
  } catch {
    throw new NoAnswer("The desk cannot be reached. Look at the network, then scan again.");
  }
}
