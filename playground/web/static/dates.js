// Slack's <!date^…> tokens and the times beside messages, in the zone of this device.

const LOCALE = "en-US";
const DAY = 86_400_000;

function shown(date, options) {
  return new Intl.DateTimeFormat(LOCALE, options).format(date);
}

function startOfDay(date) {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
}

function daysAway(date, now) {
  return Math.round((startOfDay(date) - startOfDay(now)) / DAY);
}

const NEAR = { "-1": "yesterday", 0: "today", 1: "tomorrow" };

function ordinal(day) {
  const rest = day % 100;
  if (rest > 10 && rest < 14) return `${day}th`;
  return day + (["th", "st", "nd", "rd"][day % 10] ?? "th");
}

function dayAndMonth(date, style) {
  const year = date.getFullYear();
  const month = shown(date, { month: style });
  return { month, year, day: ordinal(date.getDate()) };
}

function longDate(date) {
  const { month, day, year } = dayAndMonth(date, "long");
  return `${month} ${day}, ${year}`;
}

function twoDigits(date) {
  const pad = (number) => String(number).padStart(2, "0");
  return `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
}

const UNITS = [["year", 365 * DAY], ["month", 30 * DAY], ["day", DAY], ["hour", 3_600_000], ["minute", 60_000]];

function ago(date, now) {
  const distance = date - now;
  const unit = UNITS.find(([, size]) => Math.abs(distance) >= size);
  if (!unit) return "just now";
  return new Intl.RelativeTimeFormat(LOCALE).format(Math.round(distance / unit[1]), unit[0]);
}

const FORMATS = {
  date_num: twoDigits,
  date_slash: (date) => shown(date, { year: "numeric", month: "2-digit", day: "2-digit" }),
  date: longDate,
  date_short: (date) => shown(date, { year: "numeric", month: "short", day: "numeric" }),
  date_long: (date) => `${shown(date, { weekday: "long" })}, ${longDate(date)}`,
  time: (date) => shown(date, { hour: "numeric", minute: "2-digit" }),
  time_secs: (date) => shown(date, { hour: "numeric", minute: "2-digit", second: "2-digit" }),
  ago,
};

function token(name, date, now) {
  const pretty = name.endsWith("_pretty");
  const near = pretty ? NEAR[daysAway(date, now)] : undefined;
  if (near) return near;
  return FORMATS[pretty ? name.slice(0, -"_pretty".length) : name]?.(date, now) ?? null;
}

// A format that Slack does not know shows the fallback, as there.
export function formatted(seconds, format, now = new Date()) {
  const date = new Date(seconds * 1000);
  if (Number.isNaN(date.getTime())) return null;
  let known = true;
  const text = format.replace(/\{(\w+)\}/g, (_, name) => {
    const words = token(name, date, now);
    known &&= words !== null;
    return words ?? "";
  });
  return known ? text : null;
}

export const clock = (ts) => FORMATS.time(new Date(Number(ts) * 1000));
export const fullTime = (ts) => `${FORMATS.date_long(new Date(Number(ts) * 1000))} at ${FORMATS.time_secs(new Date(Number(ts) * 1000))}`;

export function dayName(ts, now = new Date()) {
  const date = new Date(Number(ts) * 1000);
  const near = NEAR[daysAway(date, now)];
  if (near) return near[0].toUpperCase() + near.slice(1);
  const { month, day } = dayAndMonth(date, "long");
  return `${shown(date, { weekday: "long" })}, ${month} ${day}`;
}

export const dayKey = (ts) => startOfDay(new Date(Number(ts) * 1000));
export const since = (ts, now = new Date()) => ago(new Date(Number(ts) * 1000), now);
