/* Handlers that a pane adds and removes. */

const handlers = new Map();

const addHandlerAsync = asynchronous((options, type, handler) => {
  if (typeof handler !== "function") throw failure(5001, "InternalError", "The handler must be a function.");
  handlers.set(type, [...(handlers.get(type) ?? []), handler]);
});

const removeHandlerAsync = asynchronous((options, type) => {
  handlers.delete(type);
});

/** A handler passed as second argument is no callback: the callback, if any, comes after it. */
const handlerMembers = {
  addHandlerAsync: (type, handler, ...rest) => addHandlerAsync(type, handler, ...withCallback(rest)),
  removeHandlerAsync: (type, ...rest) => removeHandlerAsync(type, ...withCallback(rest)),
};

function withCallback(rest) {
  return typeof rest.at(-1) === "function" ? rest : [...rest, () => {}];
}

function raise(type, properties = {}) {
  for (const handler of handlers.get(type) ?? []) handler({ type, ...properties });
}
