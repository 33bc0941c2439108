// @ts-check

/**
 * Where each row lies: rows of one height under the headings of their periods.
 * @typedef {{name: string, top: number, from: number, to: number}} Group rows `from` up to, not including, `to`
 */
export class Layout {
  /** @type {Group[]} */ groups = [];
  height = 0;

  /** @param {any[]} items newest first @param {(item: any) => string} nameOf the period of an item @param {number} row @param {number} head heights in pixels */
  constructor(items, nameOf, row, head) {
    this.row = row;
    this.head = head;
    items.forEach((item, index) => {
      const name = nameOf(item);
      const last = this.groups[this.groups.length - 1];
      if (last?.name === name) last.to = index + 1;
      else this.#open(name, index);
    });
    this.#close(items.length);
  }

  /** @param {number} index */
  topOf(index) {
    const group = this.groupOf(index);
    return group ? group.top + this.head + (index - group.from) * this.row : 0;
  }

  /** @param {number} index */
  groupOf(index) {
    return this.groups.find((group) => index < group.to);
  }

  /** The row at a height, the nearest one below a heading. @param {number} y */
  indexAt(y) {
    const below = this.groups.findIndex((group) => group.top > y);
    const group = this.groups[below < 0 ? this.groups.length - 1 : Math.max(0, below - 1)];
    if (!group) return 0;
    return Math.min(group.to - 1, group.from + Math.max(0, Math.floor((y - group.top - this.head) / this.row)));
  }

  /** @param {Group} group */
  heightOf(group) {
    return this.head + (group.to - group.from) * this.row;
  }

  /** @param {string} name @param {number} index */
  #open(name, index) {
    const last = this.groups[this.groups.length - 1];
    this.groups.push({ name, top: last ? last.top + this.heightOf(last) : 0, from: index, to: index + 1 });
  }

  /** @param {number} count */
  #close(count) {
    const last = this.groups[this.groups.length - 1];
    this.height = last && count ? last.top + this.heightOf(last) : 0;
  }
}
