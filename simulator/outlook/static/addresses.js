/** Addresses as people write them in a field, and as Graph carries them. */

/** Graph recipients from `Name <address>; other@address`.
 *
 * Throws RangeError naming the first part that is no address.
 */
export function parseRecipients(text) {
  const parts = text.split(/[;,\n]/).map((part) => part.trim());
  return parts.filter(Boolean).map(parseRecipient);
}

function parseRecipient(part) {
  const [, name, bracketed] = /^"?(.*?)"?\s*<([^<>]+)>$/.exec(part) ?? [null, "", part];
  const address = bracketed.trim();
  if (!/^[^\s@]+@[^\s@]+$/.test(address)) throw new RangeError(part);
  return { emailAddress: { name: name || address, address } };
}

/** The text of a recipients field; the inverse of parseRecipients. */
export function formatRecipients(recipients = []) {
  return recipients.map(({ emailAddress }) => formatRecipient(emailAddress)).join("; ");
}

function formatRecipient({ name, address }) {
  const plain = (name ?? "").replace(/[<>";,]/g, " ").trim();
  return plain && plain !== address ? `${plain} <${address}>` : address;
}

/** What to call the person behind a Graph recipient. */
export function displayName(recipient) {
  const { name, address } = recipient?.emailAddress ?? {};
  return name || address || "";
}

export function initials(name) {
  const words = name.split(/[\s@.]+/).filter(Boolean);
  return ((words[0]?.[0] ?? "?") + (words[1]?.[0] ?? "")).toUpperCase();
}
