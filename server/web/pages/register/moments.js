// @ts-check

const ZONE = "Europe/Madrid";

/** A moment as the field for date and time writes it: "2026-11-24T09:30", in Madrid. @param {string} iso */
export function fieldTime(iso) {
  return there(new Date(iso)).slice(0, 16);
}

/** The moment that somebody in Madrid means by such a text. @param {string} text "2026-11-24T09:30" */
export function momentOf(text) {
  const guess = new Date(`${text.slice(0, 16)}:00Z`);
  const first = new Date(guess.getTime() - ahead(guess));
  // Where the clocks change in between, the first answer is an hour off.
  return new Date(guess.getTime() - ahead(first)).toISOString();
}

/** Milliseconds by which the clocks there are ahead. @param {Date} date */
function ahead(date) {
  return Date.parse(`${there(date)}Z`) - Math.floor(date.getTime() / 1000) * 1000;
}

/** @param {Date} date */
function there(date) {
  return new Intl.DateTimeFormat("sv-SE", { timeZone: ZONE, dateStyle: "short", timeStyle: "medium" }).format(date).replace(" ", "T");
}
