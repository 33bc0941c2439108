// @ts-check
import { h } from "/addin/shared/dom.js";

/** The words of a search in the form in which they are compared. @param {string} q */
export function foldedWords(q) {
  return fold(q).split(/\s+/).filter(Boolean);
}

/** Text in pieces, those that a search has found in a `mark`. @param {string} value @param {string[]} words folded */
export function marked(value, words) {
  const ranges = words.length ? hits(value, words) : [];
  /** @type {(string | HTMLElement)[]} */ const pieces = [];
  let at = 0;
  for (const [from, to] of ranges) {
    if (from > at) pieces.push(value.slice(at, from));
    pieces.push(h("mark", null, value.slice(from, to)));
    at = to;
  }
  return [...pieces, value.slice(at)];
}

/** Where words occur, in order and without overlap. @param {string} value @param {string[]} words @returns {[number, number][]} */
function hits(value, words) {
  const [folded, origins] = foldedWithOrigins(value);
  /** @type {[number, number][]} */ const found = [];
  for (const word of words) {
    for (let at = folded.indexOf(word); at >= 0; at = folded.indexOf(word, at + word.length)) found.push([origins[at], origins[at + word.length]]);
  }
  return joined(found.sort((a, b) => a[0] - b[0]));
}

/** @param {[number, number][]} ranges by their beginning */
function joined(ranges) {
  /** @type {[number, number][]} */ const apart = [];
  for (const [from, to] of ranges) {
    const last = apart[apart.length - 1];
    if (last && from <= last[1]) last[1] = Math.max(last[1], to);
    else apart.push([from, to]);
  }
  return apart;
}

/** The folded text, and for each of its characters where it came from. @param {string} value @returns {[string, number[]]} */
function foldedWithOrigins(value) {
  let folded = "";
  /** @type {number[]} */ const origins = [];
  let at = 0;
  for (const character of value) {
    for (const letter of fold(character)) {
      folded += letter;
      origins.push(at);
    }
    at += character.length;
  }
  return [folded, [...origins, at]];
}

/** @param {string} value */
function fold(value) {
  return value.normalize("NFD").replace(/\p{M}/gu, "").toLocaleLowerCase();
}
