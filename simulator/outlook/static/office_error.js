/** What a pane receives in `error` of a failed AsyncResult. */
export class OfficeError extends Error {
  constructor(code, name, message) {
    super(message);
    Object.assign(this, { code, name });
  }
}
